"""Bulk actions in words: what is asked, what would become of the workspaces, and what a task of one is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.queries.bulk import Group, Preview
from portal.rules.bulk import NO_PLAN, Act, Order, Outcome
from portal.rules.platform import Platform
from portal.web import formats
from portal.web.figures import Figure


@dataclass(frozen=True, slots=True)
class Words:
    """Of an act. `{n}` is a count with its noun; `figure`: the label of those that will be done."""

    question: str
    lead: str
    doing: str
    figure: str
    button: str
    busy: str
    kind: str
    icon: str
    noun: tuple[str, str] = ("workspace", "workspaces")


WORDS: Mapping[Act, Words] = {
    Act.SUSPEND: Words(
        "Suspend {n}",
        "Takes effect on the next request of each. Nothing outbound, no calls, nothing new; exports stay open.",
        "Suspending {n}",
        "Will be suspended",
        "Suspend {n}",
        "Suspending…",
        "danger",
        "ban",
    ),
    Act.REACTIVATE: Words(
        "Reactivate {n}",
        "The open holds of each are lifted, and it works again at once. Holds on a whole organization stay.",
        "Reactivating {n}",
        "Will be reactivated",
        "Reactivate {n}",
        "Reactivating…",
        "primary",
        "refresh",
    ),
    Act.PLAN: Words(
        "Change the plan of {n}",
        "Limits and price follow at once. Overrides stay as they are.",
        "Changing the plan of {n}",
        "Will be changed",
        "Change {n}",
        "Changing…",
        "primary",
        "credit-card",
    ),
    Act.NOTIFY: Words(
        "Write to the owners of {n}",
        "A mail to each owner. Whoever owns several of them gets one.",
        "Writing to the owners of {n}",
        "Will be written to",
        "Write to {n}",
        "Writing…",
        "primary",
        "send",
        ("owner", "owners"),
    ),
}
MOST_REASONS = 6  # that a dialog has room for
LOOKS = {Outcome.DONE: "info-circle", Outcome.SKIPPED: "circle-dashed", Outcome.REFUSED: "alert-triangle-filled"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Those that come to the same: icon, why, some of their names, how many others, and how many in all."""

    icon: str
    outcome: str
    message: str
    names: tuple[str, ...]
    more: str
    count: int
    text: str


def counted(count: int, noun: tuple[str, str], locale: str) -> str:
    """1 workspace, 2 workspaces."""
    return f"{formats.number(count, locale)} {noun[count != 1]}"


def title(act: Act, count: int, locale: str = "en") -> str:
    """What a task is called: Suspend 38 workspaces."""
    return WORDS[act].question.format(n=counted(count, ("workspace", "workspaces"), locale))


def doing(kept: Mapping[str, Any], count: int, locale: str) -> str:
    """What a task with this order is at: Suspending 38 workspaces."""
    return WORDS[Order.of(kept).act].doing.format(n=counted(count, ("workspace", "workspaces"), locale))


def button(act: Act, found: Preview, locale: str) -> str:
    """The last button: Suspend 36 workspaces."""
    return WORDS[act].button.format(n=counted(found.counts[Outcome.DONE], WORDS[act].noun, locale))


def figures(act: Act, found: Preview, settings: Platform, locale: str) -> list[Figure]:
    """How many will be done, skipped and refused, and what that means."""
    names = {Outcome.DONE: WORDS[act].figure, Outcome.SKIPPED: "Skipped", Outcome.REFUSED: "Refused"}
    shown = [
        Figure(outcome.value, label, formats.number(found.counts[outcome], locale), str(found.counts[outcome]))
        for outcome, label in names.items()
        if outcome is not Outcome.REFUSED or found.counts[outcome]
    ]
    if act is Act.SUSPEND and found.counts[Outcome.DONE]:
        shown.append(Figure("people", "People affected", formats.number(found.people, locale), str(found.people)))
        if found.mrr is not None:
            code, text = formats.amount(found.mrr, settings.reporting_currency, locale, whole=True)
            why = "By the platform’s exchange rates"
            shown.append(Figure("mrr", "MRR paused", text, str(found.mrr), settings.reporting_currency, code, why))
    return shown


def reasons(found: Preview, locale: str) -> list[Reason]:
    """Why some are skipped or refused, and what else there is to say; the many first."""
    groups = sorted((group for group in found.groups.values() if group.message), key=lambda group: -group.count)
    shown = [_reason(group, locale) for group in groups[:MOST_REASONS]]
    rest = sum(group.count for group in groups[MOST_REASONS:])
    if rest:
        words = "For further reasons; the task’s page will name each."
        shown.append(Reason("info-circle", "", words, (), "", rest, formats.number(rest, locale)))
    return shown


def _reason(group: Group, locale: str) -> Reason:
    others = group.count - len(group.named)
    return Reason(
        LOOKS[group.outcome],
        group.outcome.value,
        group.message,
        tuple(name for _, name in group.named),
        f"and {formats.number(others, locale)} more" if others else "",
        group.count,
        formats.number(group.count, locale),
    )


def plan_options(plans: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the plan's select offers."""
    return [("", "Choose a plan"), *plans, (NO_PLAN, "No plan (the free plan’s limits)")]


CYCLES = (
    ("", "As it is for each"),
    ("monthly", "Monthly"),
    ("quarterly", "Quarterly"),
    ("annual", "Annual"),
)
