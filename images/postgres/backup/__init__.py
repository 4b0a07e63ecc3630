"""Backups of one stack, taken and restored: what runs inside the postgres image.

Plain Python of the standard library. The work itself is that of pgBackRest (database), restic and
the nats program (everything else); this ties their parts together and says how they are.
"""
