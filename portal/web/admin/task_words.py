"""Tasks in words: states, progress, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from flask import url_for

from portal.models import TaskKind, TaskState
from portal.operations.tasks import LEASE, SETTLES
from portal.queries.tasks import ResultView, TaskView
from portal.rules.imports import Outcome, summary
from portal.web import formats

SILENCE = timedelta(seconds=10)  # a step takes a fraction of one

STATES: dict[TaskState, tuple[str, str]] = {
    TaskState.WAITING: ("pending", "Waiting"),
    TaskState.RUNNING: ("trial", "Running"),
    TaskState.DONE: ("active", "Done"),
    TaskState.STOPPED: ("draft", "Stopped"),
    TaskState.FAILED: ("failed", "Failed"),
}
"""The badge's look and word of a state."""

KINDS: dict[TaskKind, str] = {
    TaskKind.IMPORT: "Import",
    TaskKind.BULK: "Bulk action",
    TaskKind.EXPORT: "Export",
    TaskKind.BROADCAST: "Broadcast",
}
OUTCOMES: dict[str, tuple[str, str]] = {
    Outcome.CREATED: ("circle-check", "Created"),
    Outcome.WARNED: ("alert-triangle-filled", "Created with a warning"),
    Outcome.EXISTS: ("circle-dashed", "There already"),
    Outcome.FAILED: ("alert-octagon-filled", "Failed"),
}
"""Icon and word of an outcome."""

TRIED = {
    Outcome.CREATED: "Would be created",
    Outcome.WARNED: "Would be created, with a warning",
    Outcome.FAILED: "Would fail",
}
"""The words of a trial run, where they differ."""

LOOKS = {Outcome.CREATED: "good", Outcome.WARNED: "watch", Outcome.EXISTS: "", Outcome.FAILED: "risk"}


class Entry(NamedTuple):
    """A task in the list."""

    url: str
    title: str
    kind: str
    badge: str
    state: str
    progress: str
    outcome: str
    by: str
    when: str
    instant: datetime


class ResultRow(NamedTuple):
    """A row's result: look and words of its outcome, and the address of what it made or found."""

    line: int
    look: str
    icon: str
    outcome: str
    label: str
    message: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A task as its page shows it; `percent` of nothing is 100."""

    public_id: str
    title: str
    heading: str
    badge: str
    state: str
    done: int
    total: int
    line: str
    aside: str
    note: str
    error: str
    notice: str
    is_open: bool
    is_trial: bool
    is_clean: bool
    importable: str
    facts: str
    has_rows: bool


def kind_of(task: TaskView) -> str:
    """What it does, in words."""
    if SETTLES in task.options:
        return "Figures"
    return "Trial run of an import" if task.options.get("trial") else KINDS[task.kind]


def is_left(task: TaskView, now: datetime) -> bool:
    """Whether whoever worked on it has not been heard of for longer than a step takes."""
    return task.state is TaskState.RUNNING and (task.lease_until is None or task.lease_until - LEASE + SILENCE <= now)


def state_of(task: TaskView, now: datetime) -> tuple[str, str]:
    """The badge's look and word. A task whose worker died waits for another one."""
    return ("pending", "Waiting to be taken up again") if is_left(task, now) else STATES[task.state]


def entry(task: TaskView, now: datetime, locale: str) -> Entry:
    """The task as a line of the list."""
    badge, state = state_of(task, now)
    return Entry(
        url_for("admin_tasks.page", task=task.public_id),
        task.title,
        kind_of(task),
        badge,
        state,
        f"{formats.number(task.done, locale)} of {formats.number(task.total, locale)}",
        _summary(task, locale),
        task.by or "Command line",
        formats.ago(task.created_at, now, locale),
        task.created_at,
    )


def progress(task: TaskView, now: datetime, locale: str) -> Progress:
    """The task as its page shows it."""
    badge, state = state_of(task, now)
    trial = bool(task.options.get("trial"))
    counted = f"{formats.number(task.done, locale)} of {formats.number(task.total, locale)}"
    left = seconds_left(task, now)
    verb = {TaskState.WAITING: "Waiting to begin", TaskState.RUNNING: _doing(task)}
    good = task.counts.get(Outcome.CREATED, 0) + task.counts.get(Outcome.WARNED, 0)
    return Progress(
        public_id=task.public_id,
        title=task.title,
        heading=f"{verb[task.state]} {task.title}" if task.state in verb else f"{kind_of(task)}: {task.title}",
        badge=badge,
        state=state,
        done=task.done,
        total=max(task.total, 1),
        line=counted + (f" · about {duration(left)} left" if left is not None else ""),
        aside=_summary(task, locale),
        note=_note(task),
        error=task.error,
        notice=str(task.options.get("notice", "")),
        is_open=task.is_open,
        is_trial=trial,
        is_clean=not task.counts.get(Outcome.FAILED),
        importable=formats.number(good, locale) if good else "",
        facts=f"Begun {formats.ago(task.created_at, now, locale).lower()} by {task.by or 'the command line'}",
        has_rows=bool(task.counts),
    )


def _doing(task: TaskView) -> str:
    if SETTLES in task.options:
        return "Working figures out:"
    return "Trying" if task.options.get("trial") else "Importing"


def _summary(task: TaskView, locale: str) -> str:
    if not task.done or SETTLES in task.options:
        return ""
    trial = bool(task.options.get("trial"))
    return summary(task.counts, trial=trial, number=partial(formats.number, locale=locale))


def _note(task: TaskView) -> str:
    if task.is_open:
        return "You can close this page. It goes on, and Tasks shows the result."
    if task.state is TaskState.STOPPED and not task.options.get("trial"):
        return "What is done stays. Import the file again for the rest."
    return ""


def outcome_words(outcome: str, trial: bool) -> str:
    """What became of a row, or would."""
    return (trial and TRIED.get(Outcome(outcome))) or OUTCOMES[outcome][1]


def seconds_left(task: TaskView, now: datetime) -> int | None:
    """How long it still takes at the speed so far; None before that can be said, and once it has ended."""
    if is_left(task, now) or not task.is_open or task.started_at is None or task.done < 10 or now <= task.started_at:
        return None
    return round((now - task.started_at).total_seconds() / task.done * (task.total - task.done))


def duration(seconds: int) -> str:
    """8 s, 2 min, 3 h."""
    if seconds < 90:
        return f"{max(seconds, 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"


def chips(task: TaskView, chosen: str, locale: str) -> list[tuple[str, str, str, bool]]:
    """The filters by outcome: label, count, address, whether it is chosen."""

    def link(outcome: str | None) -> str:
        return url_for("admin_tasks.page", task=task.public_id, outcome=outcome)

    every = sum(task.counts.values())
    found = [("All", formats.number(every, locale), link(None), not chosen)]
    for outcome, count in sorted(task.counts.items(), key=lambda item: list(OUTCOMES).index(item[0])):
        words = outcome_words(outcome, bool(task.options.get("trial")))
        found.append((words, formats.number(count, locale), link(outcome), outcome == chosen))
    return found


def result(row: ResultView, trial: bool) -> ResultRow:
    """A row's result as its page shows it."""
    icon, words = OUTCOMES[row.outcome][0], outcome_words(row.outcome, trial)
    url = url_for("admin_workspaces.detail", ws=row.subject) if row.subject.startswith("ws_") else None
    return ResultRow(row.line, LOOKS[Outcome(row.outcome)], icon, words, row.label or "(no name)", row.message, url)
