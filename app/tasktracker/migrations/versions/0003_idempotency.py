"""What a client calls its request, so that one that is sent again makes no second task."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE tasks ADD COLUMN idempotency_key text UNIQUE")


def downgrade() -> None:
    op.execute("ALTER TABLE tasks DROP COLUMN idempotency_key")
