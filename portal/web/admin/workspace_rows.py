"""The rows of the list, ready to show: every text formatted, every address written out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from portal.queries.workspaces import Listed, sent_until
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day
from portal.web import formats, pieces
from portal.web.admin.workspace_actions import RowAction
from portal.web.admin.workspace_addresses import HOME
from portal.web.health_words import LEVELS
from portal.web.reader import Reader
from portal.web.workspace_words import STATUSES

HEIGHT = 22  # of the sparkline, in pixels
STEP, WIDTH = 7, 5  # from bar to bar, and of a bar
SHAPES = {Level.GOOD: "circle-check", Level.WATCH: "alert-triangle-filled", Level.RISK: "alert-octagon-filled"}
DAYS = 7


class Week(NamedTuple):
    """What was sent in seven days: the sum, and a bar a day as paths in a box of 47 × 22, today's apart."""

    text: str
    value: int
    older: str
    today: str
    title: str


class Moment(NamedTuple):
    """An instant: how long ago, or the day; and exactly."""

    text: str
    title: str


@dataclass(slots=True)
class Row:
    """A workspace in the list. `…_value` are for machines: minor units of `currency`, counts. `shape` is the icon of
    `health`."""

    id: str
    url: str
    name: str
    address: str
    sip_prefix: str
    organization: str
    owner: str
    owner_invited: bool
    status: str
    status_label: str
    plan: str | None
    plan_colour: str | None
    mrr_code: str
    mrr_text: str
    mrr_value: int
    mrr_title: str
    currency: str
    sent: Week
    health: str | None
    health_label: str
    shape: str
    users: str
    users_value: int
    numbers: str
    numbers_value: int
    extensions: str
    extensions_value: int
    last_seen: Moment
    created: Moment


def drawn(found: Iterable[Listed], reader: Reader, actions: tuple[RowAction, ...], picks: bool) -> Markup:
    """The rows, drawn, in the same order; each with these actions, and if `picks` with a box to be ticked."""
    locale, timezone = reader.locale, reader.timezone
    found = tuple(found)
    days = {name: local_day(reader.now, name) for name in {each.timezone for each in found}}
    rows = [
        _drawn(
            each,
            days[each.timezone],
            last_seen(each.last_seen_at, reader),
            locale,
            timezone,
            actions,
            picks,
        )
        for each in found
    ]
    return Markup("".join(rows))  # noqa: S704  (each is drawn)


@lru_cache(maxsize=4_000)
def _drawn(
    found: Listed, today: date, seen: Moment, locale: str, timezone: str, actions: tuple[RowAction, ...], picks: bool
) -> Markup:
    shown = row(found, today, seen, locale, timezone)
    return pieces.draw("admin/workspaces/_row.html", row=shown, actions=actions, picks=picks)


def row(found: Listed, today: date, seen: Moment, locale: str, timezone: str) -> Row:
    """One row, read in this language and time zone. `today`: of the workspace; `seen`: when somebody was there."""
    code, text, title = mrr(found, locale)
    return Row(
        id=found.public_id,
        url=HOME + found.public_id,
        name=found.name,
        address=found.web_address,
        sip_prefix=found.sip_prefix,
        organization=found.organization,
        owner=(found.owner_email if found.owner_invited else found.owner) or found.owner_email or formats.NONE,
        owner_invited=found.owner_invited and found.owner_email is not None,
        status=found.status.value,
        status_label=STATUSES[found.status],
        plan=found.plan,
        plan_colour=found.plan_colour,
        mrr_code=code,
        mrr_text=text,
        mrr_value=found.mrr_minor,
        mrr_title=title,
        currency=found.currency,
        sent=sent(found, today, locale),
        health=found.health.value if found.health else None,
        health_label=LEVELS[found.health] if found.health else unrated(found.status),
        shape=SHAPES[found.health] if found.health else "",
        users=formats.number(found.users, locale),
        users_value=found.users,
        numbers=formats.number(found.numbers, locale),
        numbers_value=found.numbers,
        extensions=formats.number(found.extensions, locale),
        extensions_value=found.extensions,
        last_seen=seen,
        created=created(found.created_at, locale, timezone),
    )


def sent(found: Listed, today: date, locale: str) -> Week:
    """What it sent on the seven days up to `today`."""
    days = sent_until(found.usage, today)
    total = sum(days)
    return Week(formats.number(total, locale), total, *bars(days), sentence(days, today, locale))


def last_seen(instant: datetime | None, reader: Reader) -> Moment:
    """When one of its people was there."""
    if instant is None:
        return Moment("Never", "Nobody of this workspace has been here yet")
    title = formats.minute(instant, reader.locale, reader.timezone)
    return Moment(formats.ago(instant, reader.now, reader.locale), title)


def created(instant: datetime, locale: str, timezone: str) -> Moment:
    """When it was made."""
    day = formats.day(formats.day_of(instant, timezone), locale)
    return Moment(day, formats.minute(instant, locale, timezone))


def mrr(found: Listed, locale: str) -> tuple[str, str, str]:
    """Small code, text and title of the monthly recurring revenue."""
    if found.status is not Status.ACTIVE:
        return "", formats.NONE, "Only active workspaces have revenue"
    return *formats.amount(found.mrr_minor, found.currency, locale, whole=True), ""


def unrated(status: Status) -> str:
    """Why there is no health."""
    return "Not rated while suspended" if status is Status.SUSPENDED else "Not yet assessed"


@lru_cache(maxsize=4_000)
def bars(days: tuple[int, ...]) -> tuple[str, str]:
    """The paths of the older days' bars and of today's, scaled to the largest; nothing sent is a dash at the bottom,
    drawn with the older ones."""
    most = max(days)
    heights = [max(1, round(each * HEIGHT / most)) if each > 0 else 1 for each in days]
    drawn = [f"M{at * STEP} {HEIGHT - height}h{WIDTH}v{height}h-{WIDTH}z" for at, height in enumerate(heights)]
    if days[-1] <= 0:
        return "".join(drawn), ""
    return "".join(drawn[:-1]), drawn[-1]


@lru_cache(maxsize=4_000)
def sentence(days: tuple[int, ...], today: date, locale: str) -> str:
    """What the bars say to those who hear them."""
    since = formats.short_day(today - timedelta(days=DAYS - 1), locale)
    if not any(days):
        return f"Nothing sent from {since} to {formats.short_day(today, locale)}"
    each = ", ".join(formats.number(day, locale) for day in days)
    return f"Sent each day from {since} to {formats.short_day(today, locale)}: {each}"
