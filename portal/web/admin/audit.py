"""The platform's whole audit log: who did what, where and when; and the same as a CSV file."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer

from portal.base import clock
from portal.operations.audit_events import EVENTS
from portal.queries import audit as log
from portal.queries.audit import Event, Verdict
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import audit_words, formats, paging
from portal.web.access import needs
from portal.web.admin.audit_filters import Filters
from portal.web.downloads import csv_file
from portal.web.pages import show
from portal.web.spreadsheets import guarded

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

STEP = 5_000  # events that one answer walks: less than half a second
HEADS = (
    *("sequence", "event", "at", "actor", "kind", "action", "what"),
    *("workspace", "organization", "reason", "request", "details"),
)


@bp.get("/")
@needs(Permission.AUDIT_VIEW)
def listing() -> Response:
    """A page of the log, latest first."""
    now, locale = clock.now(), formats.reader_locale()
    filters = Filters.of(request.args, formats.reader_timezone())
    found = log.events_page(filters.wanted, paging.number(request.args.get("page")))
    if found.page > 1 and not found.events:
        raise NotFound()
    turn = paging.turning("admin_audit.listing", **filters.values)
    return show(
        "admin/audit/list",
        entries=[audit_words.entry(event, now) for event in found.events],
        filters=filters,
        actions=audit_words.grouped(EVENTS),
        clear_url=url_for("admin_audit.listing"),
        export_url=url_for("admin_audit.export", **filters.values),
        pager=paging.pager(found.page, log.PER_PAGE, found.total, turn, locale, more=found.more_than_counted),
    )


@bp.get("/export.csv")
@needs(Permission.AUDIT_VIEW)
def export() -> Response:
    """The log as CSV, in UTC, as it is filtered."""
    filters = Filters.of(request.args, formats.reader_timezone())
    return csv_file("audit.csv", HEADS, map(_cells, log.each_event(filters.wanted)))


@bp.get("/verify")
@needs(Permission.AUDIT_VIEW)
def verify() -> Response:
    """Walks the chain, some thousand events at a time; each answer says how far it is and leads on."""
    locale = formats.reader_locale()
    walked = _walked(request.args.get("walked", ""))
    if walked.events > log.recorded():
        raise NotFound()
    verdict, ended = log.go_on(walked, STEP)
    return show(
        "admin/audit/verify",
        "_verify",
        verdict=verdict,
        ended=ended,
        total=max(log.recorded(), verdict.events),
        at=formats.minute(clock.now(), locale, formats.reader_timezone()),
        next_url=url_for("admin_audit.verify", walked=_signer().dumps([verdict.events, verdict.erased])),
    )


def _walked(text: str) -> Verdict:
    """How far an answer before this one came: it is signed, so that no link makes an unwalked chain hold."""
    try:
        events, erased = _signer().loads(text)
    except BadData:
        return Verdict(0, 0)
    return Verdict(events, erased)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="audit-verify")


def _cells(event: Event) -> tuple[str, ...]:
    what = audit_words.sentence(event, "en", isolate=False)
    return (
        str(event.sequence),
        event.public_id,
        event.at.isoformat(timespec="seconds"),
        *map(guarded, (event.actor, event.actor_kind.value, event.action, what)),
        *map(guarded, (event.workspace or event.workspace_name, event.organization)),
        *map(guarded, (event.reason, event.request_id)),
        # The sentence is for people: of many things it names the first.
        json.dumps({**event.facts, **event.changes}, ensure_ascii=False),
    )
