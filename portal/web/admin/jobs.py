"""Jobs: what time moves, when it comes next, what became of it; and running one now."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import background, scheduler, site
from portal.base.scheduler import JOBS, Job
from portal.operations import jobs as operations
from portal.queries import jobs as reads
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import paging
from portal.web.access import actor, may, needs
from portal.web.admin import job_words
from portal.web.pages import done, show
from portal.web.reader import reader

bp = Blueprint("admin_jobs", __name__, url_prefix="/admin/jobs")


@bp.get("/")
@needs(Permission.JOB_VIEW)
def listing() -> Response:
    """Every job with its latest runs."""
    who, runs, failing = reader(), reads.recent(JOBS), reads.failing()
    items = reads.items_in(run.error for run in failing.values())
    rows = [job_words.job_row(job, runs[name], failing.get(name), items, who) for name, job in JOBS.items()]
    return show(
        "admin/jobs/list",
        "_jobs",
        jobs=rows,
        is_open=any(row.last and row.last.is_open for row in rows),
        can_run=may(Permission.JOB_RUN),
        stands=bool(site.settings().now),
    )


@bp.get("/<job>")
@needs(Permission.JOB_VIEW)
def page(job: str) -> Response:
    """One job: its schedule, and its runs."""
    found, who = _job(job), reader()
    number = paging.number(request.args.get("page"))
    runs, total = reads.runs(job, number)
    if number > 1 and not runs:
        raise NotFound()
    turn = paging.turning("admin_jobs.page", job=job)
    latest, failing = reads.recent([job])[job], reads.failing().get(job)
    items = reads.items_in(run.error for run in (*runs, *filter(None, (failing,))))
    row = job_words.job_row(found, latest, failing, items, who)
    return show(
        "admin/jobs/page",
        "_runs",
        job=row,
        runs=[job_words.run_row(run, items, who) for run in runs],
        is_open=bool(row.last and row.last.is_open),
        pager=paging.pager(number, reads.PAGE, total, turn, who.locale),
        here=turn(number),
        can_run=may(Permission.JOB_RUN),
        is_quiet=found.quiet,
        stands=bool(site.settings().now),
    )


@bp.post("/<job>/run")
@needs(Permission.JOB_RUN)
def run(job: str) -> ResponseReturnValue:
    """It is run in the background; its page shows how it goes."""
    asked = operations.ask(_job(job).name, actor())
    background.run(partial(scheduler.resume, asked))
    flash(f"{job_words.label_of(job)} was started", "info")
    return done(url_for("admin_jobs.page", job=job))


def _job(name: str) -> Job:
    found = JOBS.get(name)
    if found is None:
        raise NotFound()
    return found
