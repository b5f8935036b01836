"""Subscription cycles: each that a workspace began, with what it cost then."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import db
from portal.models.columns import NAME, OfWorkspace, Row, choice
from portal.rules.pricing import Cycle


class SubscriptionCycle(OfWorkspace, Row, db.Model):
    """From `began_on` up to, not including, `ends_on`, when the next is due on the day `anchor` of its month (or the
    month's last). `amount_minor` in minor units of the organization's currency; `order_id`: the order that paid it,
    so that no invoice has it; `billed_month`: the month (its first day) with which it was billed, so that no order pays
    it. Without either it is billed with its month, or late."""

    began_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    anchor: Mapped[int]
    cycle: Mapped[Cycle] = mapped_column(choice(Cycle, "cycle"))
    plan_name: Mapped[str] = mapped_column(String(NAME), default="")
    is_child: Mapped[bool] = mapped_column(default=False)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("customer_order.id", ondelete="SET NULL"), index=True)
    billed_month: Mapped[date | None] = mapped_column(Date)

    constraints = (
        UniqueConstraint("workspace_id", "began_on"),
        CheckConstraint("ends_on > began_on", "ends_after"),
        CheckConstraint("order_id IS NULL OR billed_month IS NULL", "charged_once"),
        CheckConstraint("anchor BETWEEN 1 AND 31", "anchor"),
    )
