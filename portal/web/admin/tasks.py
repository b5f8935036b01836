"""Tasks: long work with its progress, what became of each row, and a way to stop it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import background, clock
from portal.models import TaskKind
from portal.operations import import_files, task_workers, tasks
from portal.operations.tasks import SETTLES
from portal.queries import tasks as reads
from portal.queries.tasks import TaskView
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import formats, paging
from portal.web.access import actor, may, needs, opens
from portal.web.admin import task_words
from portal.web.downloads import csv_file
from portal.web.import_report import HEADS, results_cells
from portal.web.pages import done, show

bp = Blueprint("admin_tasks", __name__, url_prefix="/admin/tasks")


@bp.get("/")
@needs(Permission.TASK_VIEW)
def listing() -> Response:
    """Every task, the newest first."""
    number, locale = paging.number(request.args.get("page")), formats.reader_locale()
    found, total = reads.tasks(number)
    if number > 1 and not found:
        raise NotFound()
    now = clock.now()
    return show(
        "admin/tasks/list",
        tasks=[task_words.entry(task, now, locale) for task in found],
        pager=paging.pager(number, reads.PAGE, total, paging.turning("admin_tasks.listing"), locale),
    )


@bp.get("/<task>")
@needs(Permission.TASK_VIEW)
def page(task: str) -> Response:
    """Progress and results. A task that nobody works on is taken up by whoever looks at it."""
    found = _task(task)
    if found.idle(clock.now()):
        background.run(partial(task_workers.work, task, clock.now))
        found = _task(task)
    now, locale, trial = clock.now(), formats.reader_locale(), bool(found.options.get("trial"))
    wanted = request.args.get("outcome", "")
    outcome = wanted if wanted in found.counts else ""
    total = found.counts[outcome] if outcome else sum(found.counts.values())
    number = paging.asked(request.args.get("page"), total, reads.RESULTS)
    turn = paging.turning("admin_tasks.page", task=task, outcome=outcome or None)
    return show(
        "admin/tasks/page",
        "_progress",
        task=task_words.progress(found, now, locale),
        chips=task_words.chips(found, outcome, locale),
        results=[task_words.result(row, trial) for row in reads.results(found.id, outcome, number)],
        pager=paging.pager(number, reads.RESULTS, total, turn, locale),
        here=turn(number),
        can_stop=found.is_open and _may_stop(found) and SETTLES not in found.options,
        again=_again(found, locale),
        can_run=_may_run(found) and import_files.can_run_for_real(found),
    )


@bp.get("/<task>/results.csv")
@needs(Permission.TASK_VIEW)
def results(task: str) -> Response:
    """What became of every row, as CSV."""
    found = _task(task)
    trial = bool(found.options.get("trial"))
    results = (each if found.is_open else task_words.ended(each) for each in reads.all_results(found.id))
    rows = (results_cells(each, trial) for each in results)
    return csv_file(f"results-{found.public_id}.csv", HEADS, rows)


@bp.post("/<task>/stop")
@needs(Permission.TASK_END)
def stop(task: str) -> ResponseReturnValue:
    """No further row is begun."""
    tasks.stop(task, actor(), anybodys=may(Permission.TASK_STOP))
    return done(url_for("admin_tasks.page", task=task))


def _may_run(task: TaskView) -> bool:
    return task.kind is TaskKind.IMPORT and may(task_words.IMPORTED[import_files.kind_of(task.options)].permission)


def _may_stop(task: TaskView) -> bool:
    mine = task.by_id == g.principal.user_id
    return may(Permission.TASK_STOP) or (mine and may(Permission.TASK_END))


def _again(task: TaskView, locale: str) -> tuple[str, str] | None:
    """What leads to doing the rest of a bulk action: label and address."""
    left = task_words.undone(task)
    endpoint = f"admin_workspaces.bulk_{task.options['order']['act']}_ask" if left else ""
    if not left or not opens(endpoint):
        return None
    return f"Try {formats.number(left, locale)} again…", url_for(endpoint, task=task.public_id)


def _task(public_id: str) -> TaskView:
    found = reads.task(public_id)
    if found is None:
        raise NotFound()
    return found
