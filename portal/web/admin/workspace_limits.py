"""A workspace's limits as its page shows them: a line each, with a bar."""

from __future__ import annotations

from dataclasses import dataclass

from portal.queries.detail import Detail
from portal.queries.limits import MOST_SHARED, Account, LimitState
from portal.rules.health import Thresholds, limit_level
from portal.rules.limits import CATALOGUE, UNLIMITED, Source, share
from portal.web import formats
from portal.web.platform import platform

MOST = 999  # per cent that are written out


@dataclass(frozen=True, slots=True)
class Row:
    """One limit. Texts beside raw values, which are blank where nothing is set; `percent` None: `words` instead of a
    bar. `effective_note` and `used_note` say where the figure comes from if that is not plain from the line."""

    name: str
    label: str
    plan: str
    plan_value: str
    override: str
    override_value: str
    override_note: str
    effective: str
    effective_value: str
    effective_note: str
    used: str
    used_value: str
    used_note: str
    percent: int | None
    percent_text: str
    level: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """The limits; `note`: how many workspaces of the plan override what this one overrides; `pooled`: a sentence on
    contacts that are counted for the whole account."""

    rows: tuple[Row, ...]
    note: str
    pooled: str


def table(found: Detail, locale: str) -> Table:
    """All nine lines."""
    thresholds = platform().thresholds
    account = next((state.account for state in found.limits if state.account), None)
    alone = account is None or (account.workspaces == 1 and account.primary_id == found.profile.key)
    return Table(
        rows=tuple(_row(state, found, locale, alone, thresholds) for state in found.limits),
        note=_sharing(found, locale) if found.profile.plan else _without_a_plan(found),
        pooled="" if account is None or alone else _pooled(account, found.profile.organization.name, locale),
    )


def _row(state: LimitState, found: Detail, locale: str, alone: bool, thresholds: Thresholds) -> Row:
    pooled = state.account is not None and not alone
    part = share(state.used, state.effective.value)
    percent = None if part is None else int(part * 100)  # 99.9 % is not yet all
    level = None if percent is None else limit_level(percent, thresholds)
    own = state.own if state.own and state.own.in_force else None
    return Row(
        name=state.limit.value,
        label=CATALOGUE[state.limit].label,
        plan=_text(state.plan, locale),
        plan_value=_value(state.plan),
        override=_text(own.value if own else None, locale),
        override_value=_value(own.value if own else None),
        override_note=_override_note(state, locale),
        effective=_text(state.effective.value, locale),
        effective_value=_value(state.effective.value),
        effective_note=_effective_note(state, found, pooled),
        used=formats.number(state.used, locale),
        used_value=str(state.used),
        used_note="whole account" if pooled else "",
        percent=percent,
        percent_text="" if percent is None else _percent(percent, locale),
        level=level.value if level else None,
        words="No limit" if state.effective.unlimited else "None allowed",
    )


def _text(value: int | None, locale: str) -> str:
    if value is None:
        return formats.NONE
    return "Unlimited" if value == UNLIMITED else formats.number(value, locale)


def _value(value: int | None) -> str:
    return "" if value is None else str(value)


def _override_note(state: LimitState, locale: str) -> str:
    own = state.own
    if own is None:
        return ""
    until = formats.day(formats.day_of(own.expires_at, formats.reader_timezone()), locale) if own.expires_at else ""
    if not own.in_force:
        return f"{_text(own.value, locale)} expired {until}"
    return " · ".join(text for text in (f"until {until}" if until else "no end", own.reason) if text)


def _percent(percent: int, locale: str) -> str:
    return formats.percent(percent, locale, 0) if percent <= MOST else "> " + formats.percent(MOST, locale, 0)


def _effective_note(state: LimitState, found: Detail, pooled: bool) -> str:
    if pooled and state.account:
        return f"of {formats.isolated(state.account.primary_name)}"
    if state.effective.source is Source.NOT_SET:
        return "not set anywhere"
    # Without a plan every figure is the free plan's, and the table's head says so once.
    return "free plan’s" if state.effective.source is Source.FREE_PLAN and found.profile.plan else ""


def _without_a_plan(found: Detail) -> str:
    if any(state.effective.source is Source.FREE_PLAN for state in found.limits):
        return "No plan is chosen: the free plan’s limits hold"
    return "No plan is chosen, and the platform has no free plan"


def _sharing(found: Detail, locale: str) -> str:
    shared = [state for state in found.limits if state.shared_by > 1]
    if not shared or found.profile.plan is None:
        return ""
    first, *others = ((_shared_by(state, locale), CATALOGUE[state.limit].label.lower()) for state in shared)
    rest = "".join(f", {count} {label}" for count, label in others)
    return f"{first[0]} workspaces on {formats.isolated(found.profile.plan.name)} override {first[1]}{rest}"


def _shared_by(state: LimitState, locale: str) -> str:
    if state.shared_by > MOST_SHARED:
        return formats.number(MOST_SHARED, locale) + "+"
    return formats.number(state.shared_by, locale)


def _pooled(account: Account, organization: str, locale: str) -> str:
    count, all_of = formats.number(account.workspaces, locale), formats.isolated(organization)
    limit = f"against the limit of its primary, {formats.isolated(account.primary_name)}."
    if account.workspaces == 1:
        return f"Contacts are counted for {all_of} as a whole, {limit}"
    return f"Contacts are counted over the {count} workspaces of {all_of}, {limit}"
