"""Recordings of calls and voicemails: the list, one with its transcript, and the file of all of them, which stays open
whatever the workspace's state."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request, url_for

from portal.base import clock
from portal.models import RecordingKind
from portal.operations import exports
from portal.queries import recordings
from portal.queries.recordings import WholeRecording
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import formats, tenancy
from portal.web.access import actor, may, needs
from portal.web.downloads import csv_file
from portal.web.pages import show
from portal.web.reader import words
from portal.web.spreadsheets import guarded
from portal.web.workspace import recording_words
from portal.web.workspace.lists import Kind, listed
from portal.web.workspace.side import page

bp = page("recordings")
HERE = "workspace_recordings.listing"
HEAD = ("recording", "reference", "kind", "state", "from", "to", "started_at", "ended_at", "transcript")
RECORDINGS = Kind(
    "Recordings",
    (("From", False), ("To", False), ("Kind", False), ("Length", True), ("When", False)),
    "Phone number or words of a transcript",
    "Calls and voicemails that the telephone system recorded stand here, each with its transcript.",
    lambda q, number: recordings.recordings(q, None, number),
    recording_words.rows,
)


@bp.get("/recordings")
@needs(Permission.TENANT_RECORDING_VIEW)
def listing() -> Response:
    """A page of the recordings, perhaps of one kind alone."""
    given, q, locale = request.args.get("kind", ""), words(), formats.reader_locale()
    kind = RecordingKind(given) if given in set(RecordingKind) else None
    export_url = url_for("workspace_recordings.export") if may(Permission.TENANT_EXPORT) else None
    return listed(
        replace(RECORDINGS, read=lambda q, number: recordings.recordings(q, kind, number)),
        HERE,
        {"kind": kind.value} if kind else {},
        chips=recording_words.chips(recordings.by_kind(q), kind, q, HERE, locale),
        export_url=export_url,
    )


@bp.get("/recordings/<rec>", endpoint="page")
@needs(Permission.TENANT_RECORDING_VIEW)
def recording(rec: str) -> Response:
    """One with its whole transcript."""
    found = recordings.recording(rec) if rec.isprintable() else None
    if found is None:
        raise NotFound()
    return show(
        "workspace/recording",
        title=recording_words.title(found),
        badge=recording_words.badge(found.state),
        paragraphs=[line for line in found.transcript.splitlines() if line.strip()],
        why_none=recording_words.why_none(found),
        facts=recording_words.facts(found, clock.now()),
        back_url=url_for(HERE),
    )


@bp.get("/recordings/export.csv")
@needs(Permission.TENANT_EXPORT)
def export() -> Response:
    """All recordings as CSV; the audit log keeps who took them."""
    here = tenancy.tenant()
    exports.record_recordings_export(here.public_id, recordings.count(), actor())
    rows = map(_cells, recordings.each_recording(here.key))
    return csv_file(f"{here.web_address}-recordings-{clock.now():%Y-%m-%d}.csv", HEAD, rows)


def _cells(row: WholeRecording) -> tuple[str, ...]:
    ended = row.ended_at.isoformat(timespec="seconds") if row.ended_at else ""
    started = row.started_at.isoformat(timespec="seconds")
    parties = (guarded(row.caller), guarded(row.callee))
    about = (row.public_id, guarded(row.reference), row.kind.value, row.state.value)
    return (*about, *parties, started, ended, guarded(row.transcript))
