"""Numbers, money, dates and times as the reader's language writes them. The only place that formats them.

Every function is pure and cached by its arguments: a list page shows the same few hundred figures again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale, dates, numbers
from flask import g

from portal.rules.errors import Refused
from portal.rules.money import WRITTEN, decimals, to_major, to_minor
from portal.rules.text import initials

NONE = "—"
THOUSANDS = "#,##0"
SYMBOLS = {"INR": "₹", "JPY": "¥", "EUR": "€", "GBP": "£"}  # unambiguous ones; any other currency shows its code
MINUTE, HOUR, DAY = 60, 3600, 86400

# Not within a longer name, such as the number of an invoice.
_WRITTEN = re.compile(
    r"(?<![\w-])(?:19|20)\d\d-\d\d(?P<day>-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?(?![\w-])"
)


def reader_locale() -> str:
    """The reader's language; English until they chose one."""
    person = g.get("principal")
    return person.locale if person else "en"


def babel_locale() -> str:
    """The reader's language as Babel writes it: en_IN."""
    return reader_locale().replace("-", "_")


def reader_timezone() -> str:
    """The reader's time zone."""
    person = g.get("principal")
    return person.timezone if person else "UTC"


@lru_cache(maxsize=64)
def _locale(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))


@lru_cache(maxsize=20_000)
def number(value: int, locale: str) -> str:
    """1,204, or 12,34,567 in India: grouped as the language does it, with a true minus sign."""
    # What Babel gives, ten times as fast: a page that is seen for the first time shows 150 new figures.
    symbol, pattern = _grouping(locale)
    if pattern == THOUSANDS:
        return f"{value:,}".replace(",", symbol).replace("-", "−")
    head, tail = divmod(abs(value), 1000)
    if not head:
        return str(value).replace("-", "−")
    digits = str(head)
    pairs = [digits[max(end - 2, 0) : end] for end in range(len(digits), 0, -2)]
    return f"{'−' if value < 0 else ''}{symbol.join(reversed(pairs))}{symbol}{tail:03}"


def counted(count: int, one: str, more: str | None = None) -> str:
    """1 workspace, 2 workspaces: for whoever reads."""
    return f"{number(count, reader_locale())} {one if count == 1 else more or one + 's'}"


MOST_NAMED = 3  # of several things


def several(named: Sequence[str], count: int, locale: str) -> str:
    """So many things, the first few by name: A, B and C; A, B, C and 1,204 others."""
    first = list(named[:MOST_NAMED])
    rest = count - len(first)
    if rest > 0:
        return f"{', '.join(first)} and {number(rest, locale)} {'other' if rest == 1 else 'others'}"
    return " and ".join(filter(None, (", ".join(first[:-1]), *first[-1:])))


@lru_cache(maxsize=64)
def _grouping(locale: str) -> tuple[str, str]:
    """What stands between groups of digits, and the pattern of a whole number: in thousands, or as in India."""
    return numbers.get_group_symbol(_locale(locale)), _locale(locale).decimal_formats[None].pattern.partition(".")[0]


def _pattern(locale: str, places: int) -> str:
    """Of a figure with decimals. Money too is grouped as other figures on its page are."""
    return _grouping(locale)[1] + ("." + "0" * places if places else "")


@lru_cache(maxsize=4_000)
def compact(value: int, locale: str) -> str:
    """20k, 2.5M: for the axes of charts, where there is no room for more."""
    for power, letter in ((9, "B"), (6, "M"), (3, "k")):
        if abs(value) >= 10**power:
            short = Decimal(value).scaleb(-power)
            return numbers.format_decimal(short, format="#,##0.##", locale=_locale(locale)).replace("-", "−") + letter
    return number(value, locale)


@lru_cache(maxsize=20_000)
def amount(minor: int, currency: str, locale: str, whole: bool = False) -> tuple[str, str]:
    """(code, text): the code to stand small before the text where no symbol is unambiguous, and the amount.

    `whole` drops decimals that are all zero: for estimates, never for orders and invoices."""
    places = decimals(currency)
    value = to_major(minor, currency)
    shown = 0 if whole and value == value.to_integral_value() else places
    text = numbers.format_decimal(value, format=_pattern(locale, shown), locale=_locale(locale)).replace("-", "−")
    symbol = SYMBOLS.get(currency)
    return ("", _signed(symbol, text)) if symbol else (currency, text)


@lru_cache(maxsize=4_000)
def plain_amount(minor: int, currency: str, locale: str) -> str:
    """24,000.00: in a column whose head says the currency."""
    text = numbers.format_decimal(
        to_major(minor, currency), format=_pattern(locale, decimals(currency)), locale=_locale(locale)
    )
    return text.replace("-", "−")


@lru_cache(maxsize=4_000)
def price(value: Decimal, currency: str, locale: str) -> str:
    """A price for one in major units: the currency's decimals, and up to six where it has more."""
    places = decimals(currency)
    pattern = _pattern(locale, places) + ("" if places else ".") + "#" * (6 - places)
    return numbers.format_decimal(value, format=pattern, locale=_locale(locale)).replace("-", "−")


def one(value: Decimal, currency: str, locale: str) -> str:
    """The same in one text with its currency: ₹0.125, or KWD 1.2505."""
    text, symbol = price(value, currency, locale), SYMBOLS.get(currency)
    return _signed(symbol, text) if symbol else f"{currency} {text}"


def _signed(symbol: str, text: str) -> str:
    return "−" + symbol + text[1:] if text.startswith("−") else symbol + text


def money(minor: int, currency: str, locale: str, whole: bool = False) -> str:
    """The amount in one text: ₹24,000.00, or KWD 1,240.500."""
    code, text = amount(minor, currency, locale, whole)
    return f"{code} {text}" if code else text


@lru_cache(maxsize=4_000)
def percent(value: Decimal | int | None, locale: str, places: int = 1) -> str:
    """94.3 %, spaced as the language does it; — for none."""
    if value is None:
        return NONE
    return (
        numbers.format_decimal(value, format=_pattern(locale, places), locale=_locale(locale)).replace("-", "−")
        + "\u202f%"
    )


@lru_cache(maxsize=4_000)
def day(value: date, locale: str) -> str:
    """2 Nov 2026."""
    return dates.format_date(value, format="d MMM y", locale=_locale(locale))


@lru_cache(maxsize=4_000)
def short_day(value: date, locale: str) -> str:
    """2 Nov."""
    return dates.format_date(value, format="d MMM", locale=_locale(locale))


@lru_cache(maxsize=1_000)
def weekday(value: date, locale: str) -> str:
    """Sat."""
    return dates.format_date(value, format="ccc", locale=_locale(locale))


@lru_cache(maxsize=1_000)
def month(value: date, locale: str, short: bool = False) -> str:
    """November 2026, or Nov."""
    return dates.format_date(value, format="LLL" if short else "LLLL y", locale=_locale(locale))


@lru_cache(maxsize=4_000)
def dated(text: str, locale: str, timezone: str) -> str:
    """A text in which days, months and instants are written as in files (2026-11-02, 2026-11), for a reader."""

    def read(found: re.Match[str]) -> str:
        written = found[0]
        try:
            if "T" in written:
                return minute(datetime.fromisoformat(written), locale, timezone)
            if found["day"]:
                return day(date.fromisoformat(written), locale)
            return dates.format_date(date.fromisoformat(written + "-01"), format="MMM y", locale=_locale(locale))
        except ValueError:
            return written

    return _WRITTEN.sub(read, text)


@lru_cache(maxsize=4_000)
def priced(text: str, locale: str) -> str:
    """A text in which amounts are written as in files (INR 1250.00, or INR 1,250.00), for a reader."""

    def read(found: re.Match[str]) -> str:
        try:
            return money(to_minor(found["amount"].replace(",", ""), found["currency"]), found["currency"], locale)
        except Refused:
            return found[0]

    return WRITTEN.sub(read, text)


def day_of(value: datetime, timezone: str) -> date:
    """The calendar day on which an instant falls in a time zone."""
    return value.astimezone(ZoneInfo(timezone)).date()


@lru_cache(maxsize=1_000)
def country(code: str, locale: str) -> str:
    """India for IN; the code itself where it is unknown."""
    return _locale(locale).territories.get(code, code)


@lru_cache(maxsize=4_000)
def minute(value: datetime, locale: str, timezone: str) -> str:
    """19 Feb 2027, 11:02 in the reader's time zone."""
    return dates.format_datetime(value, format="d MMM y, HH:mm", tzinfo=ZoneInfo(timezone), locale=_locale(locale))


def moment(value: datetime, now: datetime, locale: str, timezone: str) -> str:
    """Today 09:14, Yesterday 17:02, 19 Nov, 11:40 within this year; else with its year. In the reader's time zone."""
    zone = ZoneInfo(timezone)
    here, today = value.astimezone(zone), now.astimezone(zone).date()
    days = (today - here.date()).days
    if days in (0, 1):
        return f"{'Yesterday' if days else 'Today'} {here:%H:%M}"
    if here.year == today.year:
        return f"{short_day(here.date(), locale)}, {here:%H:%M}"
    return minute(value, locale, timezone)


@lru_cache(maxsize=4_000)
def phone(e164: str) -> str:
    """+91 80 4718 2200, kept together and from left to right; the text itself where it is no number."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return isolated(e164)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return "\u2066" + written.replace(" ", "\u00a0") + "\u2069"


def isolated(name: str) -> str:
    """A name within a sentence, kept from mixing its direction with the sentence's."""
    return f"\u2068{name}\u2069"


def length(span: timedelta) -> str:
    """How long something took, as a clock says it: 0:42, 6:31, 1:02:05."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def ago(value: datetime | None, now: datetime, locale: str) -> str:
    """Just now, 6 min ago, 2 h ago, 9 d ago; beyond 90 days the day itself; Never for none."""
    if value is None:
        return "Never"
    seconds = int((now - value).total_seconds())
    if seconds < MINUTE:
        return "Just now"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if seconds < DAY:
        return f"{seconds // HOUR} h ago"
    if seconds < 90 * DAY:
        return f"{seconds // DAY} d ago"
    return day(value.astimezone(UTC).date(), locale)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": lambda value: number(value, reader_locale()),
    "day": lambda value: day(value, reader_locale()),
    "minute": lambda value: minute(value, reader_locale(), reader_timezone()),
    "initials": initials,
}
