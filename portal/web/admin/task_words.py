"""Tasks in words: states, progress, outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import url_for

from portal.models import TaskKind, TaskState
from portal.models.tasks import NOT_YET
from portal.operations import import_files
from portal.operations.import_files import Kind
from portal.operations.tasks import LEASE, SETTLES
from portal.queries.tasks import ResultView, TaskView
from portal.rules import bulk
from portal.rules.access import Permission
from portal.rules.imports import Outcome, summary
from portal.web import formats
from portal.web.admin import bulk_words

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
OUTCOMES: dict[str, tuple[str, str, str]] = {
    Outcome.CREATED: ("good", "circle-check", "Created"),
    Outcome.WARNED: ("watch", "alert-triangle-filled", "Created with a warning"),
    Outcome.EXISTS: ("", "circle-dashed", "There already"),
    Outcome.FAILED: ("risk", "alert-octagon-filled", "Failed"),
    bulk.Outcome.DONE: ("good", "circle-check", "Done"),
    bulk.Outcome.SKIPPED: ("", "circle-dashed", "Skipped"),
    bulk.Outcome.REFUSED: ("watch", "alert-triangle-filled", "Refused"),
}
"""Look, icon and word of an outcome."""

TRIED: dict[str, str] = {
    Outcome.CREATED: "Would be created",
    Outcome.WARNED: "Would be created, with a warning",
    Outcome.FAILED: "Would fail",
}
"""The words of a trial run, where they differ."""


class Imported(NamedTuple):
    """What an import makes: one and several in words, the route that does what a trial run tried, and who may."""

    one: str
    several: str
    run: str
    permission: Permission


IMPORTED: dict[Kind, Imported] = {
    Kind.WORKSPACES: Imported("workspace", "workspaces", "admin_imports.run_for_real", Permission.WORKSPACE_IMPORT),
    Kind.NUMBERS: Imported("number", "numbers", "admin_number_imports.run_for_real", Permission.NUMBER_EDIT),
}
PAGES = {"ws_": ("admin_workspaces.detail", "ws"), "num_": ("admin_numbers.page", "num")}
"""The page of what a row came to, by how its public id begins: the route, and the name of its value."""


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
    """A task as its page shows it; `run`: label and address of doing for real what a trial run found good."""

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
    run: tuple[str, str] | None
    facts: str
    line_head: str
    name_head: str
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
    good = task.counts.get(Outcome.CREATED, 0) + task.counts.get(Outcome.WARNED, 0)
    return Progress(
        public_id=task.public_id,
        title=task.title,
        heading=_heading(task, locale),
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
        run=run_of(task, good, locale) if good else None,
        facts=f"Begun {formats.ago(task.created_at, now, locale).lower()} by {task.by or 'the command line'}",
        line_head="No." if is_bulk(task) else "Line",
        name_head="Number" if import_files.kind_of(task.options) is Kind.NUMBERS else "Name",
        has_rows=bool(task.counts) or (is_bulk(task) and not task.is_open),
    )


def run_of(task: TaskView, count: int, locale: str) -> tuple[str, str]:
    """What does for real what a trial run tried: the button's label and its address."""
    what = IMPORTED[import_files.kind_of(task.options)]
    label = f"Import {formats.number(count, locale)} {what.one if count == 1 else what.several}"
    return label, url_for(what.run, task=task.public_id)


def is_bulk(task: TaskView) -> bool:
    """Whether somebody asked for one thing to be done to many workspaces."""
    return "order" in task.options


def _heading(task: TaskView, locale: str) -> str:
    if is_bulk(task):
        running = task.state is TaskState.RUNNING
        return bulk_words.doing(task.options["order"], task.total, locale) if running else task.title
    verb = {TaskState.WAITING: "Waiting to begin", TaskState.RUNNING: _doing(task)}
    return f"{verb[task.state]} {task.title}" if task.state in verb else f"{kind_of(task)}: {task.title}"


def _doing(task: TaskView) -> str:
    if SETTLES in task.options:
        return "Working figures out:"
    return "Trying" if task.options.get("trial") else "Importing"


def undone(task: TaskView) -> int:
    """Of a bulk action that has ended: how many were refused, or not come to any more."""
    if not is_bulk(task) or task.is_open:
        return 0
    return task.total - task.done + task.counts.get(bulk.Outcome.REFUSED, 0)


def _summary(task: TaskView, locale: str) -> str:
    number = partial(formats.number, locale=locale)
    if is_bulk(task):
        rest = task.total - task.done
        parts = [bulk.summary(task.counts, number) if task.counts else ""]
        parts.append(f"{number(rest)} not done" if rest and not task.is_open else "")
        return ", ".join(filter(None, parts))
    if not task.done or SETTLES in task.options:
        return ""
    trial = bool(task.options.get("trial"))
    return summary(task.counts, trial=trial, number=number)


def _note(task: TaskView) -> str:
    if task.is_open:
        return "You can close this page. It goes on, and Tasks shows the result."
    if task.state is TaskState.STOPPED and is_bulk(task):
        return "What is done stays."
    if task.state is TaskState.STOPPED and not task.options.get("trial"):
        return "What is done stays. Import the file again for the rest."
    return ""


def outcome_words(outcome: str, trial: bool) -> str:
    """What became of a row, or would."""
    return (TRIED.get(outcome) if trial else None) or OUTCOMES[outcome][2]


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


def ended(row: ResultView) -> ResultView:
    """A row of a task that has ended: what was waiting then is not done."""
    return replace(row, outcome="not_done") if row.outcome == NOT_YET else row


def result(row: ResultView, trial: bool) -> ResultRow:
    """A row's result as its page shows it."""
    look, icon, _ = OUTCOMES[row.outcome]
    page = PAGES.get(row.subject.partition("_")[0] + "_")
    values: dict[str, Any] = {page[1]: row.subject} if page else {}
    url = url_for(page[0], **values) if page else None
    words = outcome_words(row.outcome, trial)
    return ResultRow(row.line, look, icon, words, row.label or "(no name)", row.message, url)
