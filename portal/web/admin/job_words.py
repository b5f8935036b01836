"""Jobs in words: schedules, runs, and what each did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from flask import url_for

from portal.base.scheduler import Job
from portal.models import JobState
from portal.queries.jobs import ITEM, Item, RunView
from portal.rules.schedules import DAY, EPOCH, Every
from portal.web import formats
from portal.web.reader import Reader

Items = Mapping[str, Item]
STATES: Mapping[JobState, tuple[str, str]] = {
    JobState.RUNNING: ("trial", "Running"),
    JobState.DONE: ("active", "Done"),
    JobState.FAILED: ("failed", "Failed"),
}
"""The badge's look and word of a state."""
PAGES = {"ws": "admin_workspaces.detail", "org": "admin_organizations.detail"}
"""The page of what a run failed at, by the beginning of its public id, which is also what its address calls it."""
WAITS = ("pending", "Waits for a process")
DID: Mapping[str, tuple[str, str]] = {
    "alerted": ("workspace near its cap", "workspaces near their cap"),
    "answers": ("answer to a program removed", "answers to programs removed"),
    "bounced": ("mail refused for good", "mails refused for good"),
    "changed": ("workspace with another health", "workspaces with another health"),
    "changes": ("address change removed", "address changes removed"),
    "cycles": ("cycle begun", "cycles begun"),
    "deliveries": ("delivery forgotten", "deliveries forgotten"),
    "early": ("domain waits for its branding", "domains wait for their branding"),
    "ended": ("trial ended", "trials ended"),
    "events": ("event checked", "events checked"),
    "events_forgotten": ("usage event forgotten", "usage events forgotten"),
    "messages_forgotten": ("message forgotten", "messages forgotten"),
    "extended": ("trial extended", "trials extended"),
    "failed": ("failed", "failed"),
    "first_steps": ("told of first steps", "told of first steps"),
    "forgotten": ("old text removed", "old texts removed"),
    "invoices": ("invoice issued", "invoices issued"),
    "leads_elsewhere": ("domain leads elsewhere", "domains lead elsewhere"),
    "no_proof": ("domain without proof", "domains without proof"),
    "nothing": ("month owed nothing", "months owed nothing"),
    "other_proof": ("domain with another’s proof", "domains with another’s proof"),
    "overdue": ("invoice overdue", "invoices overdue"),
    "postponed": ("mail to be tried again", "mails to be tried again"),
    "purged": ("workspace purged", "workspaces purged"),
    "reached": ("cap reached", "caps reached"),
    "released": ("cap released", "caps released"),
    "resets": ("password link removed", "password links removed"),
    "results": ("task row removed", "task rows removed"),
    "rows": ("row", "rows"),
    "runs": ("run removed", "runs removed"),
    "suspended": ("organization suspended", "organizations suspended"),
    "sent": ("mail sent", "mails sent"),
    "served": ("address called", "addresses called"),
    "sessions": ("session removed", "sessions removed"),
    "tasks": ("task removed", "tasks removed"),
    "throttles": ("log-in counter removed", "log-in counters removed"),
    "unanswered": ("domain without an answer", "domains without an answer"),
    "verified": ("domain verified", "domains verified"),
    "warned": ("trial warned of its end", "trials warned of their end"),
    "welcomed": ("owner welcomed", "owners welcomed"),
    "withdrawn": ("mail withdrawn", "mails withdrawn"),
    "workspaces": ("workspace", "workspaces"),
    "written": ("delivery written down", "deliveries written down"),
}
"""What a count says, of one and of several."""


class Dot(NamedTuple):
    """A run in the picture of the last ones: its look, and its words."""

    look: str
    title: str


class Part(NamedTuple):
    """A part of why a run failed; of what it failed at the name, with its page."""

    text: str
    url: str = ""
    title: str = ""


class RunRow(NamedTuple):
    """A run in the list of a job's. `when`: how long ago it began, `at`: the day and hour of that."""

    id: str
    badge: str
    state: str
    when: str
    at: str
    at_title: str
    lasted: str
    did: str
    error: tuple[Part, ...]
    by: str
    is_open: bool


class JobRow(NamedTuple):
    """A job in the list. `next`: when it comes again; `last`: its latest run, None before the first; `error`: why the
    latest that ended has failed, and `failed_run` its public id."""

    name: str
    label: str
    url: str
    what: str
    schedule: str
    next: str
    next_title: str
    last: RunRow | None
    dots: tuple[Dot, ...]
    dots_label: str
    error: tuple[Part, ...]
    failed_run: str


def label_of(name: str) -> str:
    """Spend caps."""
    return name.replace("_", " ").capitalize()


def schedule_of(every: Every) -> str:
    """Every 10 minutes; daily at 00:10 UTC."""
    if every.step == DAY:
        return f"Daily, {EPOCH + every.after:%H:%M} UTC"
    seconds = int(every.step.total_seconds())
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return f"Every {unit}" if count == 1 else f"Every {count} {unit}s"
    return f"Every {seconds} seconds"


def job_row(job: Job, runs: Sequence[RunView], failing: RunView | None, items: Items, reader: Reader) -> JobRow:
    """The job with its latest runs, the newest first; `items`: what they failed at."""
    comes = job.every.next(reader.now)
    dots = tuple(Dot(_look(run), _said(run, reader)) for run in reversed(runs))
    return JobRow(
        job.name,
        label_of(job.name),
        url_for("admin_jobs.page", job=job.name),
        job.what,
        schedule_of(job.every),
        _ahead(comes - reader.now),
        formats.minute(comes, reader.locale, reader.timezone),
        run_row(runs[0], items, reader) if runs else None,
        dots,
        _summary(runs),
        _why(failing.error, items) if failing else (),
        failing.public_id if failing else "",
    )


def run_row(run: RunView, items: Items, reader: Reader) -> RunRow:
    """The run as a line of a list."""
    badge, state = WAITS if run.waits(reader.now) else STATES[run.state]
    ended = run.finished_at or reader.now
    return RunRow(
        run.public_id,
        badge,
        state,
        formats.ago(run.started_at, reader.now, reader.locale),
        formats.moment(run.started_at, reader.now, reader.locale, reader.timezone),
        formats.minute(run.started_at, reader.locale, reader.timezone),
        "" if run.waits(reader.now) else lasting(ended - run.started_at),
        did(run, reader.locale),
        _why(run.error, items),
        _by(run, reader),
        run.is_open,
    )


def did(run: RunView, locale: str) -> str:
    """2 trials warned of their end, 1 trial ended."""
    parts = [
        f"{formats.number(count, locale)} {DID.get(word, (word, word))[count != 1].replace('_', ' ')}"
        for word, count in run.counts.items()
        if count and not (word == "failed" and run.error)  # which says so itself
    ]
    return ", ".join(parts) or ("" if run.is_open or run.error else "Nothing to do")


def lasting(span: timedelta) -> str:
    """Under 1 s, 12 s, 3 min, 2 h."""
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{round(seconds / 3600)} h"


def _why(error: str, items: Items) -> tuple[Part, ...]:
    """What the run failed at by its name, where it is still there."""
    return tuple(_part(text, items.get(text)) for text in ITEM.split(error) if text)


def _part(text: str, item: Item | None) -> Part:
    if item is None:
        return Part(text)
    kind = text.partition("_")[0]
    named: dict[str, Any] = {kind: text}
    return Part(item.name, url_for(PAGES[kind], **named), text)


def _by(run: RunView, reader: Reader) -> str:
    by = run.asked_by or "Schedule"
    return f"{by}, as of {formats.minute(run.as_of, reader.locale, reader.timezone)}" if run.as_of else by


def _look(run: RunView) -> str:
    if run.state is JobState.DONE:
        return "did" if run.items else "idle"
    return run.state.value


def _said(run: RunView, reader: Reader) -> str:
    when = formats.minute(run.started_at, reader.locale, reader.timezone)
    return f"{when}: {run.error or did(run, reader.locale) or STATES[run.state][1]}"


def _summary(runs: Sequence[RunView]) -> str:
    """Latest runs, the newest last: 18 done, 2 failed."""
    if not runs:
        return "It has not run yet"
    states = [run.state for run in runs]
    counts = [f"{states.count(each)} {STATES[each][1].lower()}" for each in JobState if each in states]
    return f"Latest runs, the newest last: {', '.join(counts)}"


def _ahead(left: timedelta) -> str:
    seconds = max(int(left.total_seconds()), 1)
    if seconds < 60:
        return f"in {seconds} s"
    return f"in {-(-seconds // 60)} min" if seconds <= 5400 else f"in {round(seconds / 3600)} h"
