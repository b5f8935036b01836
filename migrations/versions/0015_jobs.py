"""Jobs: who asked for a run, what it did; mails that a job sent once; where the audit chain ended.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KINDS = ("welcome", "first_steps", "trial_ending", "spend_alert", "spend_cap")


def upgrade() -> None:
    op.add_column("job_run", sa.Column("items", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job_run", sa.Column("asked_by", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("job_run", sa.Column("as_of", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "notice",
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_notice_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("workspace_id", "kind", "occasion", name=op.f("uq_notice_workspace_id_kind_occasion")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notice_kind_sent_at"), "notice", ["kind", "sent_at"])
    op.create_index(op.f("ix_notice_workspace_id"), "notice", ["workspace_id"])
    op.create_table(
        "audit_checkpoint",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
        sa.UniqueConstraint("sequence", name=op.f("uq_audit_checkpoint_sequence")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("audit_checkpoint")
    op.drop_table("notice")
    op.drop_column("job_run", "as_of")
    op.drop_column("job_run", "asked_by")
    op.drop_column("job_run", "items")
