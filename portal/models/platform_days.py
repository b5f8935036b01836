"""The platform by the day: how it stood when each day ended, and what came together in each day.

Both are derived: written by `portal.operations.platform_days` alone."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import db
from portal.models.columns import choice


class Measure(StrEnum):
    """What is summed by the day: messages sent, on the workspaces' own days; income from paid orders, on days of UTC
    and by currency."""

    SENT = "sent"
    INCOME = "income"


class PlatformDay(db.Model):
    """How the platform stood when this day of its time zone ended: workspaces by status and by health (empty where
    nobody knows), and MRR in minor units of the reporting currency, at the exchange rates of that day."""

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    mrr: Mapped[int] = mapped_column(BigInteger, default=0)
    active: Mapped[int] = mapped_column(default=0)
    suspended: Mapped[int] = mapped_column(default=0)
    trial: Mapped[int] = mapped_column(default=0)
    good: Mapped[int | None] = mapped_column(Integer)
    watch: Mapped[int | None] = mapped_column(Integer)
    risk: Mapped[int | None] = mapped_column(Integer)


class PlatformSum(db.Model):
    """What came together in a day over all workspaces. `currency` is blank for messages."""

    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
