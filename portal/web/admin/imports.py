"""Import: a CSV file becomes workspaces, tried first and then for real. The work itself is a task with a page."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import BooleanField, RadioField

from portal.base import background, clock, site
from portal.operations import import_files, task_workers
from portal.rules.access import Permission
from portal.rules.imports import COLUMNS, EXAMPLES, LARGEST_ROWS, REQUIRED
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.forms import Form
from portal.web.pages import done, show
from portal.web.problems import problem
from portal.web.spreadsheets import BOM, line

bp = Blueprint("admin_imports", __name__, url_prefix="/admin/import")

REST = 64 * 1024  # bytes of the form beside the file
DRAIN = 512 * 1024 * 1024  # bytes of a too large upload that are read away, so that the browser sees the answer
MODES = (
    ("trial", "Try first", "Says what would become of every row. Nothing is written."),
    ("real", "Import now", "Makes the workspaces. Rows that are there already stay as they are."),
)


class ImportForm(Form):
    """The upload."""

    file = FileField(validators=[FileRequired("Choose a CSV file.")])
    mode = RadioField(choices=[value for value, _, _ in MODES], default="trial")
    send_mail = BooleanField()


@bp.url_value_preprocessor
def allow_large_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """An import may be larger than other uploads. Here, since the form is read before the view is asked."""
    request.max_content_length = site.settings().max_import + REST


@bp.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Response:
    """The upload is read to its end first: a browser that is still sending would show a broken connection."""
    left = DRAIN
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, 1 << 20))):
        left -= len(chunk)
    return problem(
        413,
        f"The file is larger than {_megabytes()} MB, the most that one import takes. Nothing was imported. "
        "Split the file into several and import one after the other.",
    )


@bp.get("/")
@needs(Permission.WORKSPACE_IMPORT)
def page() -> Response:
    """The form, and what the columns mean."""
    return _page(ImportForm())


@bp.post("/")
@needs(Permission.WORKSPACE_IMPORT)
def upload() -> ResponseReturnValue:
    """Keep the file, begin, and lead to the task's page."""
    form = ImportForm()
    if form.validate():
        with form.refusals():
            task = import_files.receive(
                form.file.data.stream,
                form.file.data.filename or "import.csv",
                actor(),
                trial=form.mode.data == "trial",
                send_mail=form.send_mail.data,
            )
            return _begun(task)
    return _page(form, 422)


@bp.post("/<task>/run")
@needs(Permission.WORKSPACE_IMPORT)
def run_for_real(task: str) -> ResponseReturnValue:
    """Do what the trial run tried."""
    return _begun(import_files.run_for_real(task, actor()))


@bp.get("/template.csv")
@needs(Permission.WORKSPACE_IMPORT)
def template() -> Response:
    """An empty table with every column, and two rows to look at."""
    rows = [line(COLUMNS), *(line(row.get(name, "") for name in COLUMNS) for row in EXAMPLES)]
    headers = {"Content-Disposition": 'attachment; filename="workspaces.csv"'}
    return Response(BOM + "".join(rows), mimetype="text/csv", headers=headers)


def _begun(task: str) -> ResponseReturnValue:
    background.run(partial(task_workers.work, task, clock.now))
    return done(url_for("admin_tasks.page", task=task))


def _page(form: ImportForm, status: int = 200) -> Response:
    locale = formats.reader_locale()
    return show(
        "admin/imports/page",
        status=status,
        form=form,
        modes=MODES,
        columns=[(name, meaning, name in REQUIRED) for name, meaning in COLUMNS.items()],
        megabytes=_megabytes(),
        rows=formats.number(LARGEST_ROWS, locale),
    )


def _megabytes() -> str:
    return formats.number(site.settings().max_import // (1024 * 1024), formats.reader_locale())
