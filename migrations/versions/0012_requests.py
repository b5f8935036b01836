"""What organizations ask the platform for; whether their branding is live; and an index that adds organizations up.

The list of organizations sorts by the MRR and the number of their workspaces: both stand in an index of their own, so
that nobody reads the workspaces for them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = ("multi_workspace", "consolidation", "volume_discount", "branding")
STATES = ("open", "granted", "declined", "withdrawn")


def choice(name: str, *values: str) -> sa.Enum:
    """A column of these words, checked by the database."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "request",
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("kind", *KINDS), nullable=False),
        sa.Column("state", choice("state", *STATES), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_request_organization_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name="fk_request_asked_by_id", ondelete="SET NULL"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="ck_request_decided_has_instant"),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sa.UniqueConstraint("public_id", name="uq_request_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_state_asked_at", "request", ["state", "asked_at"])
    op.create_index("ix_request_organization_id_id", "request", ["organization_id", "id"])
    op.create_index("ix_request_asked_by_id", "request", ["asked_by_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_request_open",
        "request",
        ["organization_id", "kind"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.add_column(
        "organization", sa.Column("branding_granted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    here = sa.text("cancelled_at IS NULL")
    op.create_index(
        "ix_workspace_added_up",
        "workspace",
        ["organization_id", "mrr_reporting", "mrr_minor"],
        sqlite_where=here,
        postgresql_where=here,
    )


def downgrade() -> None:
    op.drop_index("ix_workspace_added_up", "workspace")
    op.drop_column("organization", "branding_granted")
    op.drop_table("request")
