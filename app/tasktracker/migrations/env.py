"""Alembic's entry: runs revisions on the connection that the job opened."""

from alembic import context
from sqlalchemy import text

from tasktracker.tasks import metadata

# Two jobs at once take turns. The number is arbitrary, it only has to be ours alone.
LOCK = 7_205_311_905

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    # The release before still works on these tables: rather fail than make it wait behind us.
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    context.run_migrations()
