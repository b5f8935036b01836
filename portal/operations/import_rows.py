"""A row of an import's file as a draft, and by what it is known again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.base.emails import check_email, email_key
from portal.operations.draft_checks import check_legible
from portal.operations.drafts import Faults, NewWorkspace
from portal.operations.tasks import Result
from portal.queries.csv_files import Row
from portal.queries.directory import Directory
from portal.rules.addresses import check_host
from portal.rules.errors import Invalid, Refused
from portal.rules.imports import YES_NO, Outcome, in_words, yes


def read(columns: Sequence[str], row: Row) -> NewWorkspace | Result:
    """The row as a draft; its result, if it cannot even be read."""
    if row.problem:
        return Result(row.line, Outcome.FAILED, message=row.problem)
    try:
        draft = _draft(columns, row.cells)
        check_legible(draft)
    except Invalid as invalid:
        return Result(row.line, Outcome.FAILED, label_of(row), in_words(invalid.errors))
    except Refused as refused:
        return Result(row.line, Outcome.FAILED, label_of(row), refused.message)
    return draft


def label_of(row: Row) -> str:
    """Something to know the row by, fit for a page and a database."""
    return "".join(char for char in next(iter(row.cells), "") if char.isprintable())


def by_column(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The row's values by their columns. Refused where there are more or fewer; empty ones at the end do not count."""
    cells = list(cells)
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(columns):
        more = "Is there a separator in a text without quotation marks?" if len(cells) > len(columns) else ""
        few = "Are values missing at its end?" if len(cells) < len(columns) else ""
        raise Refused(f"The row has {len(cells)} values for {len(columns)} columns. {more}{few}")
    return dict(zip(columns, cells, strict=True))


def _draft(columns: Sequence[str], cells: Sequence[str]) -> NewWorkspace:
    faults = Faults()
    values: dict[str, Any] = dict(by_column(columns, cells))
    for name in YES_NO:
        if name in values:
            values[name] = faults.take(name, yes, values[name], name)
    if faults.found:
        raise Invalid(faults.found)
    return NewWorkspace(**values)


def owner_key(draft: NewWorkspace, directory: Directory) -> str:
    """The owner's e-mail as accounts are compared; blank if the row names nobody that could be."""
    reference = draft.owner.strip() or draft.owner_email
    if "@" not in reference:
        known = directory.user(reference) if draft.owner.strip() else None
        return email_key(known.email) if known else ""
    try:
        return email_key(check_email(reference))
    except Refused:
        return ""


def host_key(draft: NewWorkspace) -> str:
    """The custom domain as it is stored; blank for none, or none that could be."""
    try:
        return check_host(draft.custom_domain) if draft.custom_domain.strip() else ""
    except Refused:
        return ""
