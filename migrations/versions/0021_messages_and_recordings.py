"""Messages that receipts tell of, and recordings of calls and voicemails.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", _choice("state", "sent", "failed", "delivered", "read"), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_message_broadcast_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_message_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "digest", name=op.f("pk_message")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_message_day"), "message", ["day"])
    for column in ("broadcast_id", "contact_id"):
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_message_{column}", "message", [column], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "recording",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("kind", _choice("kind", "call", "voicemail"), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("callee", sa.String(length=64), nullable=False),
        sa.Column("state", _choice("state", "in_progress", "final"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'final') = (ended_at IS NOT NULL)", name=op.f("ck_recording_ended")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_recording_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recording_public_id")),
        sa.UniqueConstraint("workspace_id", "reference", name=op.f("uq_recording_workspace_id_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_recording_workspace_id"), "recording", ["workspace_id"])
    op.create_index(op.f("ix_recording_workspace_id_started_at_id"), "recording", ["workspace_id", "started_at", "id"])


def downgrade() -> None:
    op.drop_table("recording")
    op.drop_table("message")
