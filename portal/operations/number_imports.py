"""The import of numbers: each row of a CSV file is a free number in the inventory, once however often it is run or
killed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.phones import Phone
from portal.models import Number
from portal.operations import tasks
from portal.operations.import_rows import by_column, label_of
from portal.operations.import_sources import Source, steps
from portal.operations.numbers import INVENTORY, KNOWN, checked, import_all
from portal.operations.tasks import Claim, Clock, Result
from portal.operations.unit import exclusively, turn, unit
from portal.queries.csv_files import Row
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Invalid, Refused
from portal.rules.imports import Outcome, in_words

MOST = 250  # rows of a unit: a few hundredths of a second

REPEATED = "The same number as line {line}. It is in the inventory once."

Seen = dict[str, int]
"""The numbers (E.164) of the file's rows, with the first line of each."""


def run(claim: Claim, source: Source, by: Actor, clock: Clock) -> None:
    """Every row that is not done yet is done; in a trial run it is only said what would become of it.

    Raises Ended if the task was stopped or taken over meanwhile, Forbidden where whoever began it may not any more."""
    seen = _seen(source, claim.last_line)
    for rows in steps(source.file.rows(claim.last_line), MOST):
        with turn():
            _step(claim, source, rows, seen, replace(by, at=clock()))


def _step(claim: Claim, source: Source, rows: list[Row], seen: Seen, by: Actor) -> None:
    phones = {row.line: _read(source, row) for row in rows}
    with unit() as session:
        task = tasks.hold(session, claim)
        if not claim.options.get("trial"):
            tasks.author_may(claim, Permission.NUMBER_EDIT)
            exclusively(session, INVENTORY)
        known = _known(session, (each.e164 for each in phones.values() if isinstance(each, Phone)))
        results = [_result(line, found, known, seen) for line, found in phones.items()]
        if not claim.options.get("trial"):
            new = [phones[each.line] for each in results if each.outcome == Outcome.CREATED]
            made = import_all(session, [each for each in new if isinstance(each, Phone)], by, claim.public_id)
            results = [replace(each, subject=made.get(each.label, each.subject)) for each in results]
        tasks.advance(session, task, results, by.at)


def _read(source: Source, row: Row) -> Phone | Result:
    """The row's number; its result, where that is none."""
    if row.problem:
        return Result(row.line, Outcome.FAILED, message=row.problem)
    try:
        values = by_column(source.columns, row.cells)
        return checked(values["e164"], values.get("country", ""), values.get("kind", ""))
    except Invalid as invalid:
        return Result(row.line, Outcome.FAILED, label_of(row), in_words(invalid.errors))
    except Refused as refused:
        return Result(row.line, Outcome.FAILED, label_of(row), refused.message)


def _result(line: int, found: Phone | Result, known: dict[str, str], seen: Seen) -> Result:
    if isinstance(found, Result):
        return found
    first = seen.setdefault(found.e164, line)
    if first != line:
        return Result(line, Outcome.FAILED, found.e164, REPEATED.format(line=first), known.get(found.e164, ""))
    if found.e164 in known:
        return Result(line, Outcome.EXISTS, found.e164, KNOWN, known[found.e164])
    return Result(line, Outcome.CREATED, found.e164)


def _known(session: Session, numbers: Iterable[str]) -> dict[str, str]:
    """The public ids of those that are in the inventory, by E.164."""
    rows = session.execute(select(Number.e164, Number.public_id).where(Number.e164.in_(set(numbers))))
    return {row.e164: row.public_id for row in rows}


def _seen(source: Source, last_line: int) -> Seen:
    """What stood in the rows that were done before."""
    seen: Seen = {}
    if last_line:
        for row in takewhile(lambda row: row.line <= last_line, source.file.rows()):
            found = _read(source, row)
            if isinstance(found, Phone):
                seen.setdefault(found.e164, row.line)
    return seen
