"""Recordings of calls and voicemails: what a PBX reports of one, and how what it reports later adds to that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from portal.rules.errors import Refused
from portal.rules.usage_events import AHEAD

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_TRANSCRIPT = 200_000  # characters: more than twenty hours of talk


class RecordingKind(StrEnum):
    """What was recorded."""

    CALL = "call"
    VOICEMAIL = "voicemail"


class RecordingState(StrEnum):
    """Whether it goes on. What is final stays so."""

    IN_PROGRESS = "in_progress"
    FINAL = "final"


def check_times(started: datetime, ended: datetime | None, now: datetime) -> None:
    """Refused unless it began at a time that there was, and ended after that."""
    if not EARLIEST <= started <= now + AHEAD:
        ahead = started > EARLIEST
        raise Refused(
            "It has not begun yet: its time is ahead of ours." if ahead else "So long ago nothing was recorded here.",
            "started_at",
        )
    if ended is not None and not started <= ended:
        raise Refused("It would have ended before it began.", "ended_at")
    if ended is not None and ended > now + AHEAD:
        raise Refused("It has not ended yet: its time is ahead of ours.", "ended_at")


def check_transcript(transcript: str, *, is_final: bool) -> None:
    """Refused where a transcript comes before the end: nobody could tell which of two is the later one."""
    if transcript and not is_final:
        raise Refused("A transcript comes with the end of the recording, or after it: give ended_at.", "transcript")


def added(known: Mapping[str, object], told: Mapping[str, object]) -> dict[str, object]:
    """What a later report adds: what was blank and is no more. What is known stays, whatever is said later."""
    return {name: value for name, value in told.items() if value and not known[name]}
