"""Import: a CSV file becomes workspaces, tried first and then for real. The work itself is a task with a page."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from portal.operations import import_files
from portal.operations.import_files import Kind
from portal.rules.access import Permission
from portal.rules.imports import WORKSPACES
from portal.web.access import actor, needs
from portal.web.admin import import_page
from portal.web.admin.import_page import TRIAL, UploadForm
from portal.web.pages import show

bp = Blueprint("admin_imports", __name__, url_prefix="/admin/import")
import_page.take_large_files(bp)

MODES = (TRIAL, ("real", "Import now", "Makes the workspaces. Rows that are there already stay as they are."))


class ImportForm(UploadForm):
    """The upload, and whether owners are written to."""

    send_mail = BooleanField()


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
                Kind.WORKSPACES,
                trial=form.mode.data == "trial",
                send_mail=form.send_mail.data,
            )
            return import_page.begun(task)
    return _page(form, 422)


@bp.post("/<task>/run")
@needs(Permission.WORKSPACE_IMPORT)
def run_for_real(task: str) -> ResponseReturnValue:
    """Do what the trial run tried."""
    return import_page.begun(import_files.run_for_real(task, Kind.WORKSPACES, actor()))


@bp.get("/template.csv")
@needs(Permission.WORKSPACE_IMPORT)
def template() -> Response:
    """An empty table with every column, and two rows to look at."""
    return import_page.template_file(WORKSPACES, "workspaces.csv")


def _page(form: ImportForm, status: int = 200) -> Response:
    return show(
        "admin/imports/page",
        status=status,
        form=form,
        title="Import workspaces",
        lead="One workspace for each row of a CSV file.",
        crumbs=(),
        action=url_for("admin_imports.upload"),
        template_url=url_for("admin_imports.template"),
        **import_page.about(WORKSPACES, MODES),
    )
