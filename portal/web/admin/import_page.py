"""What pages share on which a CSV file is imported: a large upload, tried first and then for real, and the template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import RadioField

from portal.base import background, clock, site
from portal.operations import task_workers
from portal.rules.imports import LARGEST_ROWS, Table
from portal.web import formats
from portal.web.forms import Form
from portal.web.pages import done
from portal.web.problems import problem
from portal.web.spreadsheets import BOM, line

REST = 64 * 1024  # bytes of the form beside the file
DRAIN = 512 * 1024 * 1024  # bytes of a too large upload that are read away, so that the browser sees the answer
TRIAL = ("trial", "Try first", "Says what would become of every row. Nothing is written.")


class UploadForm(Form):
    """The upload."""

    file = FileField(validators=[FileRequired("Choose a CSV file.")])
    mode = RadioField(choices=["trial", "real"], default="trial")


def take_large_files(bp: Blueprint) -> None:
    """An import may be larger than other uploads; one that is too large even so is told, and not cut off."""
    bp.url_value_preprocessor(_allow)
    bp.register_error_handler(RequestEntityTooLarge, _too_large)


def _allow(endpoint: str | None, values: dict[str, Any] | None) -> None:
    # Here, since the form is read before the view is asked.
    request.max_content_length = site.settings().max_import + REST


def _too_large(error: RequestEntityTooLarge) -> Response:
    # Read to its end first: a browser that is still sending would show a broken connection.
    left = DRAIN
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, 1 << 20))):
        left -= len(chunk)
    return problem(
        413,
        f"The file is larger than {megabytes()} MB, the most that one import takes. Nothing was imported. "
        "Split the file into several and import one after the other.",
    )


def begun(task: str) -> ResponseReturnValue:
    """The task is worked on, and its page is shown."""
    background.run(partial(task_workers.work, task, clock.now))
    return done(url_for("admin_tasks.page", task=task))


def template_file(table: Table, name: str) -> Response:
    """An empty table with every column, and some rows to look at."""
    rows = [line(table.columns), *(line(row.get(name, "") for name in table.columns) for row in table.examples)]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(BOM + "".join(rows), mimetype="text/csv", headers=headers)


def about(table: Table, modes: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """What the template of such a page is given besides its form."""
    return {
        "modes": modes,
        "columns": [(name, meaning, name in table.required) for name, meaning in table.columns.items()],
        "passed_over": table.passed_over,
        "needed": " and ".join(table.required) + (" is" if len(table.required) == 1 else " are"),
        "megabytes": megabytes(),
        "rows": formats.number(LARGEST_ROWS, formats.reader_locale()),
    }


def megabytes() -> str:
    """The most that one import takes."""
    return formats.number(site.settings().max_import // (1024 * 1024), formats.reader_locale())
