"""All of the filtered list, or those rows of it that were chosen, as a file: read as they are written out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.base.db import as_of_now, db
from portal.models import Organization, Workspace
from portal.queries.listing import Filters, counted, narrowed, order
from portal.queries.search import Statement
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
    """What is going to be written: the filters in force, and how many rows they leave at this moment; or `rows` that
    were chosen (public ids), whatever the filters."""

    question: Question
    total: int
    rows: tuple[str, ...] = ()


_ROW = ROW.add_columns(Organization.public_id, Workspace.billing_cycle, Workspace.billing_email, Workspace.country)


def export(asked: Filters, settings: Platform, now: datetime) -> Export:
    """What the list so filtered has, all pages together."""
    question, _ = ask(asked, surroundings(asked, month_start(now, settings.timezone)))
    search = question.by_index()
    total = question.passing
    if question.patterns:
        total = db.session.scalar(counted(question.shape(search, 0)), question.given(search)) or 0
    return Export(question, total)


def export_rows(asked: Filters, rows: Collection[str], settings: Platform, now: datetime) -> Export:
    """Those of these workspaces that there are, in the order of the list."""
    question, _ = ask(asked, surroundings(asked, month_start(now, settings.timezone)))
    there = select(Workspace.public_id).where(Workspace.public_id.in_(rows), Workspace.cancelled_at.is_(None))
    found = tuple(db.session.scalars(there))
    return Export(question, len(found), found)


def exported(export: Export, now: datetime) -> Iterator[Exported]:
    """The rows, all as of one instant, a few hundred at a time: memory does not grow with the list."""
    as_of_now()
    statement, values = in_order(_ROW, export.question, export.rows)
    width = len(Listed._fields)
    given = values | {"since": since(now)}
    for row in db.session.execute(statement, given, execution_options={"yield_per": CHUNK}):
        yield Exported(Listed._make(row[:width]), *row[width:])


def in_order(statement: Statement, question: Question, rows: Collection[str] = ()) -> tuple[Statement, dict[str, Any]]:
    """The statement over all workspaces that the question asks for, or over these, in the order of its list; and its
    values. The order's index is walked also for a search, so that SQLite has nothing to sort and to keep."""
    search = question.by_text()
    shape = question.shape(search, 0)
    by = order(shape, shape.sort.column.expression, Workspace.id.expression)
    if rows:
        return statement.where(Workspace.public_id.in_(rows)).order_by(*by), {}
    return narrowed(statement, shape).order_by(*by), question.given(search)
