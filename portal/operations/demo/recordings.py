"""Example data: recorded calls and voicemails, with what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from portal.models import Recording, RecordingKind, RecordingState
from portal.operations.demo.dice import between
from portal.operations.demo.telephony import Lines, any_number
from portal.operations.demo.tenants import Tenant, World, at_work
from portal.operations.demo.transcripts import CALLS, VOICEMAILS

DAYS_BACK = 45  # days over which they are spread
SHOWCASE = 34  # those of the first customer's workspaces: more than a page
KNOWN = 0.6  # of callers who are contacts
OUTGOING = 0.25
VOICEMAIL = 0.45
LETTERS = 13  # that somebody says in a second
NONE = 0.4  # of workspaces that record nothing
UNHEARD = 0.12  # of those without a transcript


def write_recordings(world: World, tenant: Tenant, lines: Lines, contacts: Sequence[str]) -> None:
    """Some for a workspace that has telephones, and perhaps a call that is being made right now."""
    if not lines.extensions or tenant.story.trial:
        return
    rng = world.dice.of("recordings", tenant.id)
    if tenant.customer.index and rng.random() < NONE:
        return
    end = tenant.ended_at or world.now
    for place in range(_count(world, rng, tenant)):
        began = at_work(rng, end - timedelta(days=DAYS_BACK * rng.random() ** 1.5), tenant.timezone)
        if tenant.created_at <= began < end - timedelta(hours=1):
            _recording(world, rng, tenant, place, began, _parties(world, rng, tenant, lines, contacts))
    if tenant.ended_at is None and rng.random() < 0.15:
        began = world.now - timedelta(seconds=rng.randrange(40, 500))
        if began > tenant.created_at:
            _call(world, tenant, 0, began, _parties(world, rng, tenant, lines, contacts), None, "")


def _count(world: World, rng: Random, tenant: Tenant) -> int:
    if tenant.customer.index == 0:
        return SHOWCASE
    return int(rng.triangular(0, 16, 3)) if world.depth.contacts > 3 else int(rng.random() < 0.2)


def _parties(world: World, rng: Random, tenant: Tenant, lines: Lines, contacts: Sequence[str]) -> tuple[str, str]:
    """Who called, and who was called."""
    if contacts and rng.random() < KNOWN:
        other = rng.choice(contacts)
    else:
        other = any_number(rng, tenant.customer.region)
    if rng.random() < OUTGOING:
        return rng.choice(lines.extensions), other
    return other, rng.choice(lines.numbers or lines.extensions)


def _recording(
    world: World, rng: Random, tenant: Tenant, place: int, began: datetime, parties: tuple[str, str]
) -> None:
    voicemail = rng.random() < VOICEMAIL and parties[0].startswith("+")  # no extension leaves one
    text = rng.choice(VOICEMAILS if voicemail else CALLS)
    seconds = int(len(text) / LETTERS * between(rng, (1, 1.6)))
    heard = text if rng.random() >= UNHEARD else ""
    _call(world, tenant, place, began, parties, seconds, heard, voicemail=voicemail)


def _call(
    world: World,
    tenant: Tenant,
    place: int,
    began: datetime,
    parties: tuple[str, str],
    seconds: int | None,
    text: str,
    *,
    voicemail: bool = False,
) -> None:
    began = began.replace(microsecond=0)
    world.sheet.add(
        Recording,
        workspace_id=tenant.id,
        reference=f"pbx-{began.timestamp():.0f}.{tenant.id}.{place}",
        kind=RecordingKind.VOICEMAIL if voicemail else RecordingKind.CALL,
        caller=parties[0],
        callee=parties[1],
        state=RecordingState.IN_PROGRESS if seconds is None else RecordingState.FINAL,
        started_at=began,
        ended_at=None if seconds is None else began + timedelta(seconds=seconds),
        transcript=text,
    )
