"""The filtered list as a file: all of its rows, read as they are written out, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from portal.base.db import as_of_now, db
from portal.models import Organization, Workspace
from portal.queries.listing import Filters, counted, narrowed, order
from portal.queries.strip import surroundings
from portal.queries.workspaces import ROW, Listed, Question, ask, since
from portal.rules.periods import month_start
from portal.rules.platform import Platform
from portal.rules.pricing import Cycle

CHUNK = 500


class Exported(NamedTuple):
    """A workspace as the file holds it: what the list shows, and what there is room for besides."""

    listed: Listed
    organization_id: str
    billing_cycle: Cycle
    billing_email: str
    country: str


@dataclass(frozen=True, slots=True)
class Export:
    """What is going to be written: the filters in force, and how many rows they leave at this moment."""

    question: Question
    total: int


_ROW = ROW.add_columns(Organization.public_id, Workspace.billing_cycle, Workspace.billing_email, Workspace.country)


def export(asked: Filters, settings: Platform, now: datetime) -> Export:
    """What the list so filtered has, all pages together."""
    question, _ = ask(asked, surroundings(asked, month_start(now, settings.timezone)))
    search = question.by_index()
    total = question.passing
    if question.patterns:
        total = db.session.scalar(counted(question.shape(search, 0)), question.given(search)) or 0
    return Export(question, total)


def exported(export: Export, now: datetime) -> Iterator[Exported]:
    """The rows, all as of one instant, a few hundred at a time: memory does not grow with the list.

    The order's index is walked also for a search, so that SQLite has nothing to sort and to keep."""
    as_of_now()
    question = export.question
    search = question.by_text()
    shape = question.shape(search, 0)
    by = order(shape, shape.sort.column.expression, Workspace.id.expression)
    values: dict[str, Any] = question.given(search) | {"since": since(now)}
    width = len(Listed._fields)
    statement = narrowed(_ROW, shape).order_by(*by)
    for row in db.session.execute(statement, values, execution_options={"yield_per": CHUNK}):
        yield Exported(Listed._make(row[:width]), *row[width:])
