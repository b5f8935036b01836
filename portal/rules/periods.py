"""Days and months of a workspace: those of its own time zone.

Instants are aware; results that are instants are aware UTC. Time zones are IANA names.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal.rules.errors import Refused


def zone(timezone: str) -> ZoneInfo:
    """The time zone of that IANA name, such as Asia/Kolkata. Refused if there is none."""
    try:
        return ZoneInfo(timezone)
    # Besides ZoneInfoNotFoundError (a KeyError): ValueError for "" and "../x", OSError for
    # a folder such as "America" or a name too long.
    except (KeyError, ValueError, OSError):
        raise Refused(f"There is no time zone “{timezone[:60]}”: give one such as Asia/Kolkata.", "timezone") from None


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. ValueError if it is naive: such a time means nothing here."""
    if instant.utcoffset() is None:
        raise ValueError("an instant must be aware (UTC), not naive")
    return instant.astimezone(UTC)


def local_day(instant: datetime, timezone: str) -> date:
    """The calendar day in that time zone."""
    return utc(instant).astimezone(zone(timezone)).date()


def utc_day(instant: datetime) -> date:
    """The calendar day in UTC, which those of invoices are."""
    return utc(instant).date()


@lru_cache(maxsize=4_000)
def day_start(day: date, timezone: str) -> datetime:
    """The first instant, in UTC, of a calendar day in that time zone.

    Where the clocks skip midnight it is the instant of the change; where midnight comes
    twice, the first; where the whole day is skipped, the start of the next.
    """
    tz = zone(timezone)
    midnight = datetime.combine(day, time(), tzinfo=tz)
    start = midnight.astimezone(UTC)
    if start.astimezone(tz).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    # Midnight does not exist. Read with the offset after the change it is at or before the
    # change, read with the one before it is at or after: the day begins between the two.
    before = int(midnight.replace(fold=1).timestamp()) - 1
    within = int(midnight.timestamp())
    while within - before > 1:
        middle = (before + within) // 2
        if datetime.fromtimestamp(middle, tz).date() >= day:
            within = middle
        else:
            before = middle
    return datetime.fromtimestamp(within, UTC)


def month_start(instant: datetime, timezone: str) -> datetime:
    """The first instant, in UTC, of the calendar month in that time zone that `instant` is in."""
    return day_start(local_day(instant, timezone).replace(day=1), timezone)


def months_begun(since: date, now: datetime, timezone: str) -> int:
    """Calendar months begun since then, the first and the present one included: 1 within the
    same month, 2 from the next first on; 0 while `since` is yet to come.

    `since` is a day of that time zone, or an aware instant.
    """
    first = local_day(since, timezone) if isinstance(since, datetime) else since
    today = local_day(now, timezone)
    if today < first:
        return 0
    return (today.year - first.year) * 12 + today.month - first.month + 1


def add_months(day: date, n: int) -> date:
    """The same day n months later, or that month's last day where it has no such day.

    For a series count from the first day every time (`add_months(first, k)`), so that
    31 January, 28 February is followed by 31 March. ValueError beyond the years 1–9999.
    """
    months = day.year * 12 + day.month - 1 + n
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        raise ValueError("beyond the calendar")
    first = date(year, month, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def month_end(month: date) -> date:
    """The last day of the month that this day is in."""
    return month.replace(day=monthrange(month.year, month.month)[1])
