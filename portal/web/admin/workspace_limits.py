"""A workspace's limits as its page shows them: a line each, with a bar."""

from __future__ import annotations

from dataclasses import dataclass

from portal.queries.detail import Detail
from portal.queries.limits import Account, LimitState
from portal.rules.limits import CATALOGUE, UNLIMITED, Source, share
from portal.web import formats

WATCH, RISK = 80, 100  # per cent of a limit from which its bar is amber and red


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
    account = next((state.account for state in found.limits if state.account), None)
    return Table(
        rows=tuple(_row(state, locale) for state in found.limits),
        note=_sharing(found, locale),
        pooled=_pooled(account, found.profile.organization.name, locale) if account else "",
    )


def _row(state: LimitState, locale: str) -> Row:
    part = share(state.used, state.effective.value)
    percent = None if part is None else int(part * 100)  # 99.9 % is not yet all
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
        effective_note=_effective_note(state),
        used=formats.number(state.used, locale),
        used_value=str(state.used),
        used_note="whole account" if state.account else "",
        percent=percent,
        percent_text="" if percent is None else formats.percent(percent, locale, 0),
        level=None if percent is None or percent < WATCH else "risk" if percent >= RISK else "watch",
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


def _effective_note(state: LimitState) -> str:
    if state.account:
        return f"of {state.account.primary_name}"
    return {Source.FREE_PLAN: "free plan’s", Source.NOT_SET: "not set anywhere"}.get(state.effective.source, "")


def _sharing(found: Detail, locale: str) -> str:
    shared = [state for state in found.limits if state.shared_by > 1]
    if not shared or found.profile.plan is None:
        return ""
    first, *others = (
        (formats.number(state.shared_by, locale), CATALOGUE[state.limit].label.lower()) for state in shared
    )
    rest = "".join(f", {count} {label}" for count, label in others)
    return f"{first[0]} workspaces on {found.profile.plan.name} override {first[1]}{rest}"


def _pooled(account: Account, organization: str, locale: str) -> str:
    if account.workspaces == 1:
        return f"Contacts are counted for {organization} as a whole, against the limit of {account.primary_name}."
    count = formats.number(account.workspaces, locale)
    return (
        f"Contacts are counted over all {count} workspaces of {organization}, against the limit of its primary, "
        f"{account.primary_name}."
    )
