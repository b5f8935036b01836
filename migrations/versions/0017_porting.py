"""Since when a number is being ported out, and the inventory by state, country and kind.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PORTING = sa.text("porting_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("number", sa.Column("porting_at", sa.DateTime(timezone=True), nullable=True))
    # When it was begun nobody wrote down: not before the number was there, and not after now.
    op.execute("UPDATE number SET porting_at = CURRENT_TIMESTAMP WHERE state = 'porting_out'")
    op.create_index("ix_number_porting", "number", ["porting_at"], sqlite_where=PORTING, postgresql_where=PORTING)
    op.create_index("ix_number_state_country_kind_e164", "number", ["state", "country", "kind", "e164"])


def downgrade() -> None:
    op.drop_index("ix_number_state_country_kind_e164", "number")
    op.drop_index("ix_number_porting", "number")
    op.drop_column("number", "porting_at")
