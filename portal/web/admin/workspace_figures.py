"""A workspace's figures as its page shows them: the tiles, the counts, and the chart with its table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from portal.queries.detail import Detail, Profile
from portal.queries.usage import WINDOW, Totals
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day, months_begun
from portal.rules.pricing import Cycle, percent, percent_change
from portal.web import formats
from portal.web.admin.workspace_words import CYCLES


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for machines (`value`, in minor units where `currency` is given) and people (`text`; `code`: a
    currency that has no sign, to stand small before it)."""

    name: str
    label: str
    text: str
    value: str
    currency: str | None = None
    code: str = ""
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, perhaps a second one below it, and a small line; `kind` colours the line: good, risk or nothing."""

    figure: Figure
    note: str
    kind: str | None = None
    below: Figure | None = None


NOT_COUNTED = {
    Status.TRIAL: "not while on trial",
    Status.SUSPENDED: "not while suspended",
    Status.CANCELLED: "not after closing",
}


def tiles(found: Detail, now: datetime, locale: str) -> tuple[Tile, ...]:
    """Sent, delivered, read, MRR and lifetime value."""
    total, before = found.usage.total, found.usage.before
    delivered, read = percent(total.delivered, total.sent), percent(total.read, total.delivered)
    change, kind = _sent_change(found, locale)
    below = Figure("delivered_30d", "", formats.number(total.delivered, locale), str(total.delivered))
    points, points_kind = _points(delivered, before) if _comparable(found) else ("", None)
    return (
        Tile(_count("sent_30d", "Sent, 30 days", total.sent, locale), change, kind),
        Tile(_rate("delivered_rate", "Delivered", delivered, "Nothing was sent", locale), points, points_kind, below),
        Tile(_rate("read_rate", "Read", read, "Nothing was delivered", locale), "of delivered"),
        _mrr(found.profile, locale),
        _lifetime(found, now, locale),
    )


def counts(profile: Profile, locale: str) -> tuple[Figure, ...]:
    """What there is of each kind."""
    return (
        _count("numbers", "Numbers", profile.numbers, locale),
        _count("campaigns", "Campaigns", profile.campaigns, locale),
        _count("broadcasts", "Broadcasts", profile.broadcasts, locale),
        _count("contacts", "Contacts", profile.contacts, locale),
        _count("team", "Team", profile.team, locale),
        _count("extensions", "Extensions", profile.extensions, locale),
    )


def money(name: str, label: str, minor: int, currency: str, locale: str) -> Figure:
    """An estimate: without decimals where they are all zero."""
    code, text = formats.amount(minor, currency, locale, True)
    return Figure(name, label, text, str(minor), currency, code)


def _count(name: str, label: str, value: int, locale: str) -> Figure:
    return Figure(name, label, formats.number(value, locale), str(value))


def _rate(name: str, label: str, value: Decimal | None, why_none: str, locale: str) -> Figure:
    if value is None:
        return Figure(name, label, formats.NONE, "", title=why_none)
    return Figure(name, label, formats.percent(value, locale), str(value))


def _comparable(found: Detail) -> bool:
    """Whether it was there for all of the 30 days before, so that comparing means something."""
    first = found.usage.days[0].day - timedelta(days=WINDOW)
    return local_day(found.profile.created_at, found.profile.timezone) <= first


def _sent_change(found: Detail, locale: str) -> tuple[str, str | None]:
    total, before = found.usage.total.sent, found.usage.before.sent
    was = formats.number(before, locale)
    if not _comparable(found):
        return (f"{was} in the 30 days before" if before else "too new to compare"), None
    change = percent_change(total, before)
    if change is None:
        return "none in the 30 days before", None
    shown = formats.percent(abs(change), locale, 0 if abs(change) >= 10 else 1)
    if not change:
        return f"as before, {was}", None
    return f"{'+' if change > 0 else '−'}{shown}, was {was}", "good" if change > 0 else "risk"


def _points(delivered: Decimal | None, before: Totals) -> tuple[str, str | None]:
    was = percent(before.delivered, before.sent)
    if delivered is None or was is None or delivered == was:
        return "", None
    return (f"+{delivered - was} points", "good") if delivered > was else (f"−{was - delivered} points", "risk")


def _why_not_counted(profile: Profile) -> str | None:
    if profile.status in NOT_COUNTED:
        return NOT_COUNTED[profile.status]
    if profile.plan is None:
        return "on the free plan"
    return "in the trial cycle" if profile.billing_cycle is Cycle.TRIAL else None


def _mrr(profile: Profile, locale: str) -> Tile:
    why = _why_not_counted(profile)
    if why:
        title = f"MRR is counted for paying, active workspaces: {why}"
        return Tile(Figure("mrr", "MRR", formats.NONE, "0", profile.currency, title=title), why)
    child = not profile.is_primary and profile.billing_cycle is not Cycle.CUSTOM
    cycle = "child fee" if child else CYCLES[profile.billing_cycle]
    return Tile(money("mrr", "MRR", profile.mrr_minor, profile.currency, locale), f"{cycle}, {profile.currency}")


def _lifetime(found: Detail, now: datetime, locale: str) -> Tile:
    profile, label = found.profile, "Lifetime value"
    months = months_begun(profile.activated_on, now, profile.timezone) if profile.activated_on else 0
    if profile.activated_on is None or not months:
        title = "The MRR × calendar months begun since activation"
        figure = Figure("ltv", label, formats.NONE, str(found.lifetime_minor), profile.currency, title=title)
        return Tile(figure, "not activated yet")
    note = f"MRR × {formats.number(months, locale)} {'month' if months == 1 else 'months'} begun"
    title = (
        f"The MRR shown × calendar months begun since {formats.day(profile.activated_on, locale)}, this one included; "
        "not what was paid"
    )
    if _why_not_counted(profile):
        figure = Figure("ltv", label, formats.NONE, str(found.lifetime_minor), profile.currency, title=title)
        return Tile(figure, note)
    figure = money("ltv", label, found.lifetime_minor, profile.currency, locale)
    return Tile(replace(figure, title=title), note)
