"""A workspace's figures as its page shows them: the tiles, the counts, and the chart with its table."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from portal.queries.detail import Detail, Profile
from portal.queries.usage import Totals
from portal.rules.lifecycle import Status
from portal.rules.periods import months_begun
from portal.rules.pricing import Cycle, percent
from portal.web import formats
from portal.web.figures import Figure, Tile, change_of, count, is_comparable, points_of, rate
from portal.web.workspace_words import CYCLES

NOT_COUNTED = {
    Status.TRIAL: "not while on trial",
    Status.SUSPENDED: "not while suspended",
    Status.CANCELLED: "not after closing",
}


def tiles(found: Detail, now: datetime, locale: str) -> tuple[Tile, ...]:
    """Sent, delivered, read, MRR and lifetime value."""
    comparable = is_comparable(found.usage, found.profile)
    return (
        *_of_usage(found.usage.total, found.usage.before, comparable, locale),
        _mrr(found.profile, locale),
        _lifetime(found, now, locale),
    )


@lru_cache(maxsize=1_000)
def _of_usage(total: Totals, before: Totals, comparable: bool, locale: str) -> tuple[Tile, ...]:
    delivered, read = percent(total.delivered, total.sent), percent(total.read, total.delivered)
    change, kind = change_of(total.sent, before.sent, comparable, locale)
    below = Figure("delivered_30d", "", formats.number(total.delivered, locale), str(total.delivered))
    points, points_kind = points_of(delivered, percent(before.delivered, before.sent)) if comparable else ("", None)
    return (
        Tile(count("sent_30d", "Sent, 30 days", total.sent, locale), change, kind),
        Tile(rate("delivered_rate", "Delivered", delivered, "Nothing was sent", locale), points, points_kind, below),
        Tile(rate("read_rate", "Read", read, "Nothing was delivered", locale), "of delivered"),
    )


def counts(profile: Profile, locale: str) -> tuple[Figure, ...]:
    """What there is of each kind."""
    return (
        count("numbers", "Numbers", profile.numbers, locale),
        count("campaigns", "Campaigns", profile.campaigns, locale),
        count("broadcasts", "Broadcasts", profile.broadcasts, locale),
        count("contacts", "Contacts", profile.contacts, locale),
        count("team", "Team", profile.team, locale),
        count("extensions", "Extensions", profile.extensions, locale),
    )


def money(name: str, label: str, minor: int, currency: str, locale: str) -> Figure:
    """An estimate: without decimals where they are all zero."""
    code, text = formats.amount(minor, currency, locale, True)
    return Figure(name, label, text, str(minor), currency, code)


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
    return Tile(figure._replace(title=title), note)
