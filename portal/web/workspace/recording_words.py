"""Recordings in words: rows of the list, and what there is to know of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask import url_for

from portal.models import RecordingKind, RecordingState
from portal.queries.recordings import RecordingRow, WholeRecording
from portal.web import formats, state_chips
from portal.web.workspace.list_words import Cell, Cells, when

KINDS = {RecordingKind.CALL: ("Call", "Calls"), RecordingKind.VOICEMAIL: ("Voicemail", "Voicemails")}
GOES_ON = ("trial", "In progress")
NOBODY = "Unknown"
OPENING = 96  # characters of a transcript in the list


def rows(found: Iterable[RecordingRow], now: datetime) -> list[Cells]:
    """From whom with the transcript's beginning, to whom, kind, length, when."""
    return [
        (
            Cell(
                party(row.caller, row.caller_name),
                opening(row.opening),
                is_name=True,
                url=url_for("workspace_recordings.page", rec=row.public_id),
            ),
            Cell(party(row.callee, row.callee_name)),
            Cell(KINDS[row.kind][0]),
            Cell(formats.length(row.ended_at - row.started_at), numeric=True)
            if row.ended_at
            else Cell(GOES_ON[1], badge=GOES_ON[0]),
            when(row.started_at, now),
        )
        for row in found
    ]


def chips(
    counts: Mapping[RecordingKind, int], chosen: RecordingKind | None, q: str, endpoint: str, locale: str
) -> list[tuple[str, str, str, bool]]:
    """All, then each kind: label, how many match, address, whether it is chosen. None where there is nothing."""
    if not counts and not chosen and not q:
        return []
    return state_chips.chips(endpoint, KINDS, counts, chosen, locale, "kind", q=q or None)


def opening(transcript: str) -> str:
    """How it begins, on one line, cut behind a word."""
    text = " ".join(transcript.split())
    if len(text) <= OPENING:
        return text
    return text[:OPENING].rpartition(" ")[0].rstrip(" ,.;:–-") + "…" if " " in text[:OPENING] else text[:OPENING] + "…"


def party(number: str, name: str) -> str:
    """A contact's or an extension's name, else the number."""
    return name or (formats.phone(number) if number else NOBODY)


def title(found: WholeRecording) -> str:
    """Call from Dana."""
    return f"{KINDS[found.kind][0]} from {formats.isolated(party(found.caller, found.caller_name))}"


def badge(state: RecordingState) -> tuple[str, str] | None:
    """Its look and word; none for what is over, as nearly all are."""
    return GOES_ON if state is RecordingState.IN_PROGRESS else None


def why_none(found: WholeRecording) -> str:
    """Why there is no transcript, where there is none."""
    if found.state is RecordingState.IN_PROGRESS:
        return "It is still being recorded. The transcript comes once it is over."
    return "The telephone system has not sent a transcript."


def facts(found: WholeRecording, now: datetime) -> list[tuple[str, str, str | None, str | None]]:
    """What there is to know of it, as `components/facts.html` draws it."""
    locale, timezone = formats.reader_locale(), formats.reader_timezone()
    ended = found.ended_at
    told = [
        ("From", *_who(found.caller, found.caller_name)),
        ("To", *_who(found.callee, found.callee_name)),
        ("Began", formats.moment(found.started_at, now, locale, timezone), None),
        ("Ended", formats.moment(ended, now, locale, timezone) if ended else "", None),
        ("Length", formats.length(ended - found.started_at) if ended else "", None),
        ("Recording", found.public_id, None),
        ("Reference", found.reference, None),
    ]
    return [(label, text, note, None) for label, text, note in told if text]


def _who(number: str, name: str) -> tuple[str, str | None]:
    return party(number, name), formats.phone(number) if name else None
