"""A letter knows the link in it, so that its text goes when the link works no more.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = {"link_digest": sa.String(length=64), "link_expires_at": sa.DateTime(timezone=True)}


def upgrade() -> None:
    """Add the columns."""
    for name, kind in COLUMNS.items():
        op.add_column("outbox_message", sa.Column(name, kind, nullable=True))
        op.create_index(op.f(f"ix_outbox_message_{name}"), "outbox_message", [name])


def downgrade() -> None:
    """Drop them."""
    for name in COLUMNS:
        op.drop_index(op.f(f"ix_outbox_message_{name}"), "outbox_message")
        op.drop_column("outbox_message", name)
