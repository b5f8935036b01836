"""Import of numbers: a CSV file goes into the inventory, tried first and then for real, as workspaces are imported."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from portal.operations import import_files
from portal.operations.import_files import Kind
from portal.rules.access import Permission
from portal.rules.numbers import IMPORTED
from portal.web.access import actor, needs
from portal.web.admin import import_page
from portal.web.admin.import_page import TRIAL, UploadForm
from portal.web.pages import show

bp = Blueprint("admin_number_imports", __name__, url_prefix="/admin/numbers/import")
import_page.take_large_files(bp)

MODES = (TRIAL, ("real", "Import now", "Takes the numbers in. Those that are there already stay as they are."))


@bp.get("/")
@needs(Permission.NUMBER_EDIT)
def page() -> Response:
    """The form, and what the columns mean."""
    return _page(UploadForm())


@bp.post("/")
@needs(Permission.NUMBER_EDIT)
def upload() -> ResponseReturnValue:
    """Keep the file, begin, and lead to the task's page."""
    form = UploadForm()
    if form.validate():
        with form.refusals():
            name, trial = form.file.data.filename or "numbers.csv", form.mode.data == "trial"
            task = import_files.receive(form.file.data.stream, name, actor(), Kind.NUMBERS, trial=trial)
            return import_page.begun(task)
    return _page(form, 422)


@bp.post("/<task>/run")
@needs(Permission.NUMBER_EDIT)
def run_for_real(task: str) -> ResponseReturnValue:
    """Do what the trial run tried."""
    return import_page.begun(import_files.run_for_real(task, Kind.NUMBERS, actor()))


@bp.get("/template.csv")
@needs(Permission.NUMBER_EDIT)
def template() -> Response:
    """An empty table with every column, and two rows to look at."""
    return import_page.template_file(IMPORTED, "numbers.csv")


def _page(form: UploadForm, status: int = 200) -> Response:
    return show(
        "admin/imports/page",
        status=status,
        form=form,
        title="Import numbers",
        lead="One number for each row of a CSV file, free to be assigned.",
        crumbs=(("Numbers", url_for("admin_numbers.listing")), ("Import", None)),
        action=url_for("admin_number_imports.upload"),
        template_url=url_for("admin_number_imports.template"),
        **import_page.about(IMPORTED, MODES),
    )
