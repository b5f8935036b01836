"""Money that came in: orders, of workspaces or of an invoice's share of one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Instant, db
from portal.models.columns import NAME, Row, choice, public_id


class OrderState(StrEnum):
    """What became of a charge."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class Order(Row, db.Model):
    """A charge of a workspace, in minor units. It outlives the workspace, of which it keeps the name as issued.

    `invoice_id`: it is the workspace's share of a paid invoice. `pays_cycle`: it pays the subscription's cycle, which
    is not invoiced again."""

    __tablename__ = "customer_order"

    public_id: Mapped[str] = public_id("ord")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspace.id", ondelete="SET NULL"))
    workspace_name: Mapped[str] = mapped_column(String(NAME))
    description: Mapped[str] = mapped_column(String(NAME))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[OrderState] = mapped_column(choice(OrderState, "state"), default=OrderState.PENDING)
    reference: Mapped[str] = mapped_column(String(80), default="")
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id", ondelete="SET NULL"), index=True)
    pays_cycle: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)

    constraints = (
        CheckConstraint("(state IN ('paid', 'refunded')) = (paid_at IS NOT NULL)", "paid_has_instant"),
        Index(None, "workspace_id", "state", "paid_at"),
        Index(None, "created_at", "id"),
        Index(None, "state", "created_at"),
        # What came in over some days, by currency, without a look at the rows.
        Index(
            "ix_customer_order_income",
            "paid_at",
            "currency",
            "amount_minor",
            sqlite_where=text("state = 'paid'"),
            postgresql_where=text("state = 'paid'"),
        ),
    )
