"""Recordings of calls and voicemails, as a PBX reports them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from portal.api.calling import Call, operation
from portal.api.shapes import Instant, Shape, Told, WorkspaceId, legible
from portal.models.columns import NAME
from portal.models.recordings import PARTY
from portal.operations import recordings
from portal.operations.recordings import Report
from portal.rules.api_scopes import ApiScope
from portal.rules.recordings import LONGEST_TRANSCRIPT, RecordingKind, RecordingState

Party = Annotated[str, StringConstraints(max_length=PARTY, strip_whitespace=True), AfterValidator(legible)]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=NAME, strip_whitespace=True), AfterValidator(legible)
]
Transcript = Annotated[
    str, StringConstraints(max_length=LONGEST_TRANSCRIPT, strip_whitespace=True), AfterValidator(legible)
]


class RecordingIn(Shape):
    """What is known of a recording."""

    workspace: WorkspaceId
    """The `id` of the workspace."""
    reference: Reference
    """Your own name for it, unique in the workspace: the same reference again is the same recording."""
    kind: RecordingKind = Field(strict=False)
    caller: Party = Field("", alias="from")
    """Who called: E.164 with +, an extension, or what you know; blank where nobody can tell."""
    callee: Party = Field("", alias="to")
    """Who was called, likewise."""
    started_at: AwareDatetime
    """RFC 3339."""
    ended_at: AwareDatetime | None = None
    """Left out while it goes on."""
    transcript: Transcript = ""
    """With the end, or after it."""


class Recording(Told):
    """A recording as it stands."""

    model_config = ConfigDict(serialize_by_alias=True)

    id: str
    workspace: str
    reference: str
    kind: RecordingKind
    caller: str = Field(serialization_alias="from")
    callee: str = Field(serialization_alias="to")
    state: RecordingState
    started_at: Instant
    ended_at: Instant | None
    transcript: str


@operation(
    "POST",
    "/recordings",
    ApiScope.RECORDINGS_WRITE,
    body=RecordingIn,
    answer=Recording,
    refuses=("not-found", "conflict"),
    sample={
        "workspace": "ws_…",
        "reference": "pbx-1795258800.42",
        "kind": "call",
        "from": "+442079460018",
        "to": "+918047182200",
        "started_at": "2026-11-21T10:52:00Z",
        "ended_at": "2026-11-21T10:58:31Z",
        "transcript": "Good morning, how can I help?",
    },
)
def report(call: Call) -> Recording:
    """Report a recording.

    As often as you like, by its `reference`: when it begins, when it ends, when its transcript is there, or once for
    all. The same again changes nothing, and what is known stays, whatever is said later: a recording that ended does
    not go on. `conflict` for a closed workspace, which has ended all of its recordings; for one that began while the
    workspace was suspended, since nobody can call then; and where the reference is that of a recording of another kind
    or beginning. Of a suspended workspace, what began before is still taken."""
    sent: RecordingIn = call.body
    told = Report(
        sent.workspace,
        sent.reference,
        sent.kind,
        sent.caller,
        sent.callee,
        sent.started_at,
        sent.ended_at,
        sent.transcript,
    )
    found = recordings.report(told, call.by, call.only)
    return Recording(
        id=found.public_id,
        workspace=sent.workspace,
        reference=found.reference,
        kind=found.kind,
        caller=found.caller,
        callee=found.callee,
        state=found.state,
        started_at=found.started_at,
        ended_at=found.ended_at,
        transcript=found.transcript,
    )
