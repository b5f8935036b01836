"""Usage limits in words and figures: a row of the list, and its fields."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for

from portal.queries.usage_limits import Capped, Editable
from portal.rules.limits import CATALOGUE, Limit, Source
from portal.rules.periods import local_day
from portal.rules.spending import share
from portal.rules.usage_limits import LIMITS, OVERRIDES, Standing
from portal.web import formats
from portal.web.admin import workspace_choices as choices
from portal.web.edited import EditedForm
from portal.web.limit_bars import CAP_LEVELS, percent_text, text_of

LABELS = {
    "spend_cap": "Spend cap",
    "alert_threshold": "Alert at, in per cent",
    "suspension_behaviour": "At the cap",
    OVERRIDES[Limit.EXTENSIONS]: "Extensions",
    OVERRIDES[Limit.NUMBERS]: "Numbers",
    OVERRIDES[Limit.MONTHLY_MINUTES]: "Minutes a month",
}
SOURCES = {
    Source.OVERRIDE: "own",
    Source.PLAN: "plan",
    Source.FREE_PLAN: "free plan",
    Source.NOT_SET: "not set",
}
STANDINGS = {
    Standing.NEAR: "Near cap",
    Standing.OVER: "Over cap",
    Standing.CAPPED: "Below",
    Standing.FREE: "Without cap",
}


class Figure(NamedTuple):
    """A limit in force: its name, label, raw value, text, and where it comes from."""

    name: str
    label: str
    value: int
    text: str
    source: str
    is_own: bool


class Row(NamedTuple):
    """A workspace as it is listed. `percent` of the cap that is spent, None without a cap; `level`: watch, risk or
    None."""

    id: str
    name: str
    url: str
    edit_url: str
    organization: str
    status: str
    currency: str
    spend_value: int
    spend: str
    cap_value: str
    cap: str
    percent: int | None
    percent_text: str
    level: str | None
    alert: str
    behaviour: str
    limits: tuple[Figure, ...]


def row(found: Capped, locale: str) -> Row:
    """A row of the list."""
    percent = share(found.spend, found.cap)
    return Row(
        id=found.public_id,
        name=found.name,
        url=url_for("admin_workspaces.detail", ws=found.public_id),
        edit_url=url_for("admin_usage_limits.edit", ws=found.public_id),
        organization=found.organization,
        status=found.status.value,
        currency=found.currency,
        spend_value=found.spend,
        spend=formats.money(found.spend, found.currency, locale),
        cap_value="" if found.cap is None else str(found.cap),
        cap=formats.NONE if found.cap is None else formats.money(found.cap, found.currency, locale, whole=True),
        percent=percent,
        percent_text=percent_text(percent, locale),
        level=CAP_LEVELS.get(found.standing),
        alert=formats.percent(found.threshold, locale, 0),
        behaviour=dict(choices.AT_CAP)[found.behaviour],
        limits=tuple(_figure(found, limit, locale) for limit in LIMITS),
    )


def _figure(found: Capped, limit: Limit, locale: str) -> Figure:
    it, ends = found.limits[limit], found.ends.get(limit)
    source = SOURCES[it.source]
    if it.source is Source.OVERRIDE and ends:
        source = f"own, to {formats.short_day(local_day(ends, formats.reader_timezone()), locale)}"
    return Figure(
        limit.value, CATALOGUE[limit].label, it.value, text_of(it.value, locale), source, it.source is Source.OVERRIDE
    )


def spent(found: Capped, locale: str) -> str:
    """What a cap is chosen by."""
    return f"{formats.money(found.spend, found.currency, locale)} spent this month"


def blanks(found: Capped, locale: str) -> dict[str, str]:
    """What a limit is where its field is left blank, by field."""
    return {
        OVERRIDES[limit]: f"Left empty: {text_of(it.value, locale)}"
        + ("" if it.source is Source.NOT_SET else f", the {SOURCES[it.source]}’s")
        for limit, it in found.otherwise.items()
    }


def differing(theirs: Editable, form: EditedForm) -> dict[str, str]:
    """What stands there now in the fields that the form has otherwise, by field, as people read it."""
    known = dict(choices.AT_CAP)
    return {
        name: known.get(str(text), str(text)) or "nothing"
        for name, text in theirs.texts.items()
        if str(form.value(name)).strip() != str(text)
    }
