"""The audit log: `record` gathers an event in the open unit, which seals it into the chain when it closes."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from portal.base import ids
from portal.base.db import db
from portal.models import AuditEvent, AuditHead, Organization, Workspace
from portal.operations.audit_events import EVENTS
from portal.operations.unit import pending
from portal.operations.upserts import upsert
from portal.rules.actors import Actor
from portal.rules.chain import GENESIS, digest_of, hash_of

RANK = 90  # the chain head is locked last of all
GATHERED = "audit"

Payload = dict[str, Any]


def record(
    action: str,
    by: Actor,
    *,
    workspace: Workspace | None = None,
    organization: Organization | None = None,
    reason: str = "",
    **facts: Any,
) -> None:
    """Gather an event of the open unit. A pair among the facts is a change, before and after.

    Raises KeyError for an action, or a key of it, that `audit_events` does not declare."""
    unknown = set(facts) - EVENTS[action]
    if unknown:
        raise KeyError(f"{action} does not carry {', '.join(sorted(unknown))}")
    unit = pending(db.session())
    unit.closing[RANK] = _seal
    unit.at = by.at
    unit.gathered.setdefault(GATHERED, []).append((action, by, workspace, organization, reason, facts))


def payload_of(by: Actor, workspace: str, reason: str, facts: dict[str, Any]) -> Payload:
    """What the event says: actor, the workspace's name, reason, facts, and changes as [before, after]; of an act
    inside an access session also which one, and who was impersonated."""
    inside = {"access_session": by.access, "on_behalf_of": by.on_behalf_of} if by.access else {}
    return {
        **inside,
        "actor": by.label,
        "workspace": workspace,
        "reason": reason,
        "facts": {key: value for key, value in facts.items() if not isinstance(value, tuple)},
        "changes": {key: list(value) for key, value in facts.items() if isinstance(value, tuple)},
    }


def chain(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write these events, whole but for sequence and hashes, behind the chain's head, which stays locked until the
    commit. For `record`, and for the example platform, whose events are of the past."""
    if not rows:
        return
    sequence, last = _locked_head(session)
    for row in rows:
        sequence += 1
        row |= {"sequence": sequence, "previous_hash": last}
        last = row["hash"] = hash_of(last, sequence, row["at"], row["action"], row["public_id"], row["digest"])
    session.execute(insert(AuditEvent.__table__), rows)
    session.execute(update(AuditHead).values(sequence=sequence, hash=last))


def _locked_head(session: Session) -> tuple[int, str]:
    """Sequence and hash of the last event. Before the first one there is a row too, so that two firsts take turns."""
    head = select(AuditHead.sequence, AuditHead.hash).with_for_update()
    found = session.execute(head).one_or_none()
    if found is None:
        first = upsert(session, AuditHead).values(id=1, sequence=0, hash=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        found = session.execute(head).one()
    return found.sequence, found.hash


def event_row(
    public_id: str, salt: str, action: str, by: Actor, organization: int | None, workspace: int | None, payload: Payload
) -> dict[str, Any]:
    """An event as its table has it, whole but for what `chain` adds. Organization and workspace by integer key."""
    row = {
        "public_id": public_id,
        "at": by.at,
        "action": action,
        "actor_kind": by.kind.value,
        "actor_id": by.user_id,
        "organization_id": organization,
        "workspace_id": workspace,
        "request_id": by.request_id,
        "payload": payload,
        "salt": salt,
    }
    return row | {"digest": digest_of(salt, payload, row)}


def _seal(session: Session) -> None:
    """Write the gathered events; there are none where all of them were undone by a failed attempt."""
    rows = []
    for action, by, workspace, organization, reason, facts in pending(session).gathered[GATHERED]:
        payload = payload_of(by, workspace.name if workspace else "", reason, facts)
        owner = organization.id if organization else workspace.organization_id if workspace else None
        whose = workspace.id if workspace else None
        rows.append(event_row(ids.new("evt"), secrets.token_hex(16), action, by, owner, whose, payload))
    chain(session, rows)
