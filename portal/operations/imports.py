"""The import: each row of a CSV file becomes a workspace, exactly once however often it is run or killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import islice, takewhile

from portal.base import ids
from portal.models import scope
from portal.operations import tasks
from portal.operations.addresses import FIRST, candidates, slug_of
from portal.operations.drafts import NewWorkspace
from portal.operations.import_rows import host_key, owner_key, read
from portal.operations.import_sources import Source, start, steps
from portal.operations.rehearsals import Rehearsal
from portal.operations.tasks import Claim, Clock, Result
from portal.operations.unit import exclusively, turn, unit
from portal.operations.workspaces import create
from portal.queries.csv_files import Row
from portal.queries.directory import Directory
from portal.queries.tasks import lines_of
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Invalid, PortalError
from portal.rules.imports import Outcome, in_words
from portal.rules.text import clean_line

STEP = 0.1  # seconds that a unit may take, so that nobody who saves something meanwhile waits for long
MOST = 50  # rows of a unit
SPARE = 3  # rows beyond those of the step before, for which is read ahead

THERE = "A workspace of this name and owner is there already. It was left as it is."
REPEATED = "The same name and owner as line {line}. Nothing is made of it again."

Made = tuple[str, str, tuple[str, ...]]
"""A workspace's public id (blank in a trial), its web address, and warnings."""

Seen = dict[tuple[str, str], int]
"""Name and owner's key of what the file's rows came to, with the first line of each."""

Progress = Callable[[int, list[Result]], None]
"""Told after each step how many rows are done in all, and what became of the step's rows."""


def start_here(title: str, source: Source, by: Actor, *, send_mail: bool) -> Claim:
    """There is a task for this import, which the caller works on itself: only it has the file."""
    public_id = ids.new("tsk")
    with unit():
        start(title, source, by, public_id=public_id, trial=False, send_mail=send_mail, kept=False)
        claim = tasks.claim(public_id, by.at)
    if claim is None:
        raise AssertionError("nobody else could know of this task")
    return claim


def run(claim: Claim, source: Source, by: Actor, clock: Clock, progress: Progress | None = None) -> None:
    """Every row that is not done yet is done. `by` is whose import it is; each step has its own instant.

    Raises Ended if the task was stopped or taken over meanwhile."""
    work = _trial_step(claim, source, by) if claim.options.get("trial") else partial(_step, seen=_seen(claim, source))
    done, fits = claim.done, MOST
    for rows in steps(source.file.rows(claim.last_line), MOST):
        while rows:
            with turn():
                results = work(claim, source, rows[:fits], replace(by, at=clock()))
            fits = min(MOST, len(results) + SPARE)
            del rows[: len(results)]
            done += len(results)
            if progress:
                progress(done, results)


def rehearse(source: Source, by: Actor, progress: Progress) -> None:
    """What would become of every row; nothing is written at all, not even a task."""
    rehearsal, seen, done = Rehearsal(), Seen(), 0
    for rows in steps(source.file.rows(), MOST):
        results = _planned(rehearsal, seen, source, rows, by)
        done += len(results)
        progress(done, results)


def _seen(claim: Claim, source: Source) -> Seen:
    """What came of the rows that were done before the claim."""
    if not claim.last_line:
        return {}
    seen, directory, failed = Seen(), Directory(), lines_of(claim.id, Outcome.FAILED)
    for row in takewhile(lambda row: row.line <= claim.last_line, source.file.rows()):
        draft = read(source.columns, row)
        if isinstance(draft, NewWorkspace) and row.line not in failed:
            seen.setdefault(_key(draft, directory), row.line)
    return seen


def _step(claim: Claim, source: Source, rows: list[Row], by: Actor, seen: Seen) -> list[Result]:
    """One unit: as many of these rows as fit into its time, with their results and the task's progress."""
    results: list[Result] = []
    drafts = [read(source.columns, row) for row in rows]
    with unit() as session, scope.platform():
        task = tasks.hold(session, claim)
        tasks.author_may(claim, Permission.WORKSPACE_IMPORT)
        exclusively(session, "workspaces")
        directory = Directory()
        _read_ahead(directory, drafts)
        until = time.monotonic() + STEP  # not before: what was read is to serve more than one row
        make = partial(_make, by=by, directory=directory, claim=claim)
        for row, draft in zip(rows, drafts, strict=True):
            results.append(_result(row, draft, directory, make, seen))
            if time.monotonic() > until:
                break
        tasks.advance(session, task, results, by.at)
    return results


def _make(draft: NewWorkspace, *, by: Actor, directory: Directory, claim: Claim) -> Made:
    made = create(
        draft,
        by,
        send_mail=bool(claim.options.get("send_mail")),
        lenient_domain=True,
        import_task=claim.public_id,
        directory=directory,
    )
    return made.workspace, made.web_address, made.warnings


def _trial_step(claim: Claim, source: Source, by: Actor) -> Callable[[Claim, Source, list[Row], Actor], list[Result]]:
    """A step that only looks. What rows before the claim would have made is remembered first."""
    rehearsal, seen = Rehearsal(), Seen()
    for rows in steps(takewhile(lambda row: row.line <= claim.last_line, source.file.rows()), MOST):
        _planned(rehearsal, seen, source, rows, by)

    def step(claim: Claim, source: Source, rows: list[Row], by: Actor) -> list[Result]:
        results = _planned(rehearsal, seen, source, rows, by)
        with unit() as session:
            tasks.advance(session, tasks.hold(session, claim), results, by.at)
        return results

    return step


def _planned(rehearsal: Rehearsal, seen: Seen, source: Source, rows: list[Row], by: Actor) -> list[Result]:
    drafts = [read(source.columns, row) for row in rows]
    with scope.platform():
        _read_ahead(rehearsal, drafts)
        plan = partial(rehearsal.plan, by=by)
        return [_result(row, draft, rehearsal, plan, seen) for row, draft in zip(rows, drafts, strict=True)]


def _read_ahead(directory: Directory, drafts: Iterable[NewWorkspace | Result]) -> None:
    asked = [draft for draft in drafts if isinstance(draft, NewWorkspace)]
    pairs = {_key(draft, directory) for draft in asked}
    names = {draft.organization_name.strip() or draft.name for draft in asked} | {draft.name for draft in asked}
    addresses = {each for name in names for each in islice(candidates(slug_of(name)), FIRST)}
    directory.read_ahead(pairs, {host_key(draft) for draft in asked} - {""}, addresses)


def _key(draft: NewWorkspace, directory: Directory) -> tuple[str, str]:
    """By what a workspace is known again: its name, and its owner."""
    return clean_line(draft.name), owner_key(draft, directory)


def _result(
    row: Row, draft: NewWorkspace | Result, directory: Directory, make: Callable[[NewWorkspace], Made], seen: Seen
) -> Result:
    """What becomes of one row. Whatever is wrong with it is its result, and no error."""
    if isinstance(draft, Result):
        return draft
    key = _key(draft, directory)
    found = directory.workspace_of(*key)
    if found is not None:
        first = seen.setdefault(key, row.line)
        words = THERE if first == row.line else REPEATED.format(line=first)
        return Result(row.line, Outcome.EXISTS, draft.name, words, found)
    try:
        workspace, address, warnings = make(draft)
    except Invalid as invalid:
        return Result(row.line, Outcome.FAILED, draft.name, in_words(invalid.errors))
    except PortalError as error:
        return Result(row.line, Outcome.FAILED, draft.name, error.message)
    seen.setdefault(key, row.line)
    words = " ".join((f"Web address {address}.", *warnings))
    return Result(row.line, Outcome.WARNED if warnings else Outcome.CREATED, draft.name, words, workspace)
