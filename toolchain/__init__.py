"""The tools the project runs on, for a machine that has none: Pulumi, Docker, Python packages.

Standard library only: this runs before anything is installed.
"""
