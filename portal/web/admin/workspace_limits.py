"""A workspace's limits as its page shows them: a line each, with a bar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import url_for
from markupsafe import Markup

from portal.queries.detail import Detail
from portal.queries.limits import MOST_SHARED, Account, LimitState
from portal.rules.health import Thresholds
from portal.rules.limits import CATALOGUE, Source, last_day
from portal.web import formats, pieces
from portal.web.access import opens
from portal.web.limit_bars import bar, text_of, value_of
from portal.web.platform import platform

EDIT, PLAN = "admin_workspaces.limits_ask", "admin_plans.edit"


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
    contacts that are counted for the whole account. `plan_url`, `edit_url`: where the plan and the overrides are
    changed, None for who may not."""

    rows: tuple[Row, ...]
    note: str
    plan_url: str | None
    edit_url: str | None
    pooled: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the table follows from: the limits, names of the plan and of the organization, the shares at which a
    limit is coloured, and who reads. `workspace`: its integer key; `days_of`: the time zone whose days are meant."""

    limits: tuple[LimitState, ...]
    workspace: int
    plan: str | None
    organization: str
    thresholds: Thresholds
    locale: str
    days_of: str
    edit_url: str | None
    plan_url: str | None


def drawn(found: Detail, locale: str) -> Markup:
    """The section, drawn once for the same limits and reader."""
    profile = found.profile
    return _drawn(
        Shown(
            limits=found.limits,
            workspace=profile.key,
            plan=profile.plan.name if profile.plan else None,
            organization=profile.organization.name,
            thresholds=platform().thresholds,
            locale=locale,
            days_of=profile.timezone,
            edit_url=_edit_url(profile.public_id) if profile.cancelled_at is None and opens(EDIT) else None,
            plan_url=_plan_url(profile.plan.public_id) if profile.plan and opens(PLAN) else None,
        )
    )


@lru_cache(maxsize=1_000)
def _drawn(shown: Shown) -> Markup:
    return pieces.draw("admin/workspaces/_limits.html", limits=table(shown))


@lru_cache(maxsize=1_000)
def _edit_url(workspace: str) -> str:
    return url_for(EDIT, ws=workspace)


@lru_cache(maxsize=1_000)
def _plan_url(plan: str) -> str:
    return url_for(PLAN, plan=plan)


def table(shown: Shown) -> Table:
    """All nine lines."""
    account = next((state.account for state in shown.limits if state.account), None)
    alone = account is None or (account.workspaces == 1 and account.primary_id == shown.workspace)
    return Table(
        rows=tuple(_row(state, shown, alone) for state in shown.limits),
        note=_without_a_plan(shown) if shown.plan is None else _sharing(shown, shown.plan),
        plan_url=shown.plan_url,
        edit_url=shown.edit_url,
        pooled="" if account is None or alone else _pooled(account, shown.organization, shown.locale),
    )


def _row(state: LimitState, shown: Shown, alone: bool) -> Row:
    locale = shown.locale
    pooled = state.account is not None and not alone
    figures = bar(state, shown.thresholds, locale)
    own = state.own if state.own and state.own.in_force else None
    return Row(
        name=figures.name,
        label=figures.label,
        plan=text_of(state.plan, locale),
        plan_value=value_of(state.plan),
        override=text_of(own.value if own else None, locale),
        override_value=value_of(own.value if own else None),
        override_note=_override_note(state, shown),
        effective=figures.effective,
        effective_value=figures.effective_value,
        effective_note=_effective_note(state, shown, pooled),
        used=figures.used,
        used_value=figures.used_value,
        used_note="whole account" if pooled else "",
        percent=figures.percent,
        percent_text=figures.percent_text,
        level=figures.level,
        words=figures.words,
    )


def _override_note(state: LimitState, shown: Shown) -> str:
    own, locale = state.own, shown.locale
    if own is None:
        return ""
    until = formats.day(last_day(own.expires_at, shown.days_of), locale) if own.expires_at else ""
    if not own.in_force:
        return f"{text_of(own.value, locale)} expired {until}"
    return " · ".join(text for text in (f"until {until}" if until else "no end", own.reason) if text)


def _effective_note(state: LimitState, shown: Shown, pooled: bool) -> str:
    if pooled and state.account:
        return f"of {formats.isolated(state.account.primary_name)}"
    if state.effective.source is Source.NOT_SET:
        return "not set anywhere"
    # Without a plan every figure is the free plan's, and the table's head says so once.
    return "free plan’s" if state.effective.source is Source.FREE_PLAN and shown.plan else ""


def _without_a_plan(shown: Shown) -> str:
    if any(state.effective.source is Source.FREE_PLAN for state in shown.limits):
        return "No plan is chosen: the free plan’s limits hold"
    return "No plan is chosen, and the platform has no free plan"


def _sharing(shown: Shown, plan: str) -> str:
    shared = [state for state in shown.limits if state.shared_by > 1]
    if not shared:
        return ""
    first, *others = ((_shared_by(state, shown.locale), CATALOGUE[state.limit].label.lower()) for state in shared)
    rest = "".join(f", {count} {label}" for count, label in others)
    return f"{first[0]} workspaces on {formats.isolated(plan)} override {first[1]}{rest}"


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
