"""The rows of the list, ready to show: every text formatted, every address written out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from portal.queries.workspaces import Listed, week
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.web import formats
from portal.web.admin.workspace_addresses import HOME, LEVELS, STATUSES

HEIGHT = 22  # of the sparkline, in pixels
STEP, WIDTH = 7, 5  # from bar to bar, and of a bar
SHAPES = {Level.GOOD: "circle-check", Level.WATCH: "alert-triangle-filled", Level.RISK: "alert-octagon-filled"}
DAYS = 7


@dataclass(slots=True)
class Row:
    """A workspace in the list. `…_value` are for machines: minor units of `currency`, counts. `spark` and `spark_today`
    are paths in a box of 47 × 22; `shape` is the icon of `health`."""

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
    sent_text: str
    sent_value: int
    spark: str
    spark_today: str
    spark_title: str
    health: str | None
    health_label: str
    shape: str
    users: str
    users_value: int
    numbers: str
    numbers_value: int
    extensions: str
    extensions_value: int
    last_seen: str
    last_seen_title: str
    created: str
    created_title: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when."""

    locale: str
    timezone: str
    now: datetime


def rows(found: Iterable[Listed], reader: Reader) -> list[Row]:
    """The rows in the same order."""
    return [row(each, reader) for each in found]


def row(found: Listed, reader: Reader) -> Row:
    """One row."""
    locale = reader.locale
    today, sent = week(found.usage, found.timezone, reader.now)
    code, text, title = mrr(found, locale)
    total = sum(sent)
    older, last = bars(sent)
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
        sent_text=formats.number(total, locale),
        sent_value=total,
        spark=older,
        spark_today=last,
        spark_title=sentence(sent, today, locale),
        health=found.health.value if found.health else None,
        health_label=LEVELS[found.health] if found.health else "Not rated while suspended",
        shape=SHAPES[found.health] if found.health else "",
        users=formats.number(found.users, locale),
        users_value=found.users,
        numbers=formats.number(found.numbers, locale),
        numbers_value=found.numbers,
        extensions=formats.number(found.extensions, locale),
        extensions_value=found.extensions,
        last_seen=formats.ago(found.last_seen_at, reader.now, locale),
        last_seen_title=formats.minute(found.last_seen_at, locale, reader.timezone)
        if found.last_seen_at
        else "Nobody of this workspace has been here yet",
        created=formats.day(formats.day_of(found.created_at, reader.timezone), locale),
        created_title=formats.minute(found.created_at, locale, reader.timezone),
    )


def mrr(found: Listed, locale: str) -> tuple[str, str, str]:
    """Small code, text and title of the monthly recurring revenue."""
    if found.status is not Status.ACTIVE:
        return "", formats.NONE, "Only active workspaces have revenue"
    return *formats.amount(found.mrr_minor, found.currency, locale, whole=True), ""


@lru_cache(maxsize=4_000)
def bars(sent: tuple[int, ...]) -> tuple[str, str]:
    """The paths of the older days' bars and of today's, scaled to the largest; nothing sent is a dash at the bottom,
    drawn with the older ones."""
    most = max(sent)
    heights = [max(1, round(each * HEIGHT / most)) if each > 0 else 1 for each in sent]
    drawn = [f"M{at * STEP} {HEIGHT - height}h{WIDTH}v{height}h-{WIDTH}z" for at, height in enumerate(heights)]
    if sent[-1] <= 0:
        return "".join(drawn), ""
    return "".join(drawn[:-1]), drawn[-1]


@lru_cache(maxsize=4_000)
def sentence(sent: tuple[int, ...], today: date, locale: str) -> str:
    """What the bars say to those who hear them."""
    since = formats.short_day(today - timedelta(days=DAYS - 1), locale)
    if not any(sent):
        return f"Nothing sent from {since} to {formats.short_day(today, locale)}"
    days = ", ".join(formats.number(each, locale) for each in sent)
    return f"Sent each day from {since} to {formats.short_day(today, locale)}: {days}"
