"""The table of tasks, and who may do what with it."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    # Only a superuser may make it, so it is there already; without it this says so at once.
    "CREATE EXTENSION IF NOT EXISTS vector",
    """
    CREATE TABLE tasks (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        title text NOT NULL,
        description text NOT NULL DEFAULT '',
        contact bytea,
        status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'done', 'failed')),
        kind text,
        embedding vector(256),
        request_id text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        changed_at timestamptz NOT NULL DEFAULT now(),
        queued_at timestamptz
    )
    """,
    # What the outbox looks for: short, as a task is open for a moment only.
    "CREATE INDEX tasks_open ON tasks (created_at) WHERE status = 'new'",
    "GRANT SELECT, INSERT, UPDATE (status, contact, changed_at, queued_at) ON tasks TO api",
    """
    GRANT SELECT (id, title, description, status, kind, embedding, created_at, changed_at),
          UPDATE (status, kind, embedding, changed_at) ON tasks TO worker
    """,
    "GRANT SELECT (id, status, kind, created_at, changed_at, queued_at) ON tasks TO monitoring",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE tasks")
