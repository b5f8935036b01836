"""Bulk actions: one thing done to many workspaces, each once, however often the server dies meanwhile.

Which workspaces they are is settled when the task begins: every one is a row of it from then on. A step does a few of
them in one unit, with their audit events, their results and the task's progress. Each row is judged anew as it is
done, and one that is refused stops no other.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import Organization, TaskKind, Workspace, scope
from portal.models.tasks import NOT_YET
from portal.operations import tasks
from portal.operations.bulk_acts import ACTS
from portal.operations.draft_fields import line
from portal.operations.draft_fields import note as clean_note
from portal.operations.drafts import Faults
from portal.operations.holds import LONGEST
from portal.operations.tasks import Claim, Clock, Result
from portal.operations.unit import attempt, exclusively, turn, unit
from portal.queries import bulk as reads
from portal.queries.bulk import Preview
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.bulk import NEEDS, ONCE, Act, Facts, Order, Outcome, Target, verdict
from portal.rules.errors import Forbidden, Invalid, PortalError, Refused

log = structlog.get_logger(__name__)

STEP = 0.1  # seconds that a unit may take, so that nobody who saves something meanwhile waits for long
MOST = 25  # rows of a unit
SUBJECT, TEXT = 150, 10_000  # characters

GONE = "It is there no longer."
BROKE = "Something broke at this workspace, and the log says what. Nothing was changed in it."


def check(order: Order) -> Order:
    """The order with its texts as they are kept. Raises Invalid with a message for every field that cannot be used."""
    faults = Faults()
    public_reason = faults.take("public_reason", clean_note, order.public_reason, "public_reason", LONGEST)
    note = faults.take("note", clean_note, order.note, "note", LONGEST)
    subject = text = ""
    if order.act is Act.NOTIFY:
        subject = faults.take("subject", line, order.subject, "subject", "a subject", SUBJECT, required=True) or ""
        text = faults.take("text", clean_note, order.text, "text", TEXT) or ""
        if not text:
            faults.add("text", "Enter what the owners are to read.")
    if order.act is Act.PLAN and not order.plan:
        faults.add("plan", "Choose a plan.")
    elif order.act is Act.PLAN and reads.target(order) is None:
        faults.add("plan", "There is no such plan any more. Choose another.")
    if faults.found:
        raise Invalid(faults.found)
    return replace(order, public_reason=public_reason or "", note=note or "", subject=subject, text=text)


def start(order: Order, found: Preview, title: str, by: Actor, may: Collection[Permission]) -> str:
    """A task waits that does the order, which was checked, to what the preview found; answers its public id.

    Raises Forbidden, and Refused where nothing would be done."""
    if NEEDS[order.act] not in may:
        raise Forbidden("Your role does not include this.")
    if not found.counts[Outcome.DONE]:
        raise Refused("There is nothing to do: none of these workspaces would change.")
    public_id = ids.new("tsk")
    rows = [
        Result(number, ONCE.outcome if come_to == ONCE else NOT_YET, name, ONCE.message if come_to == ONCE else "", ws)
        for number, (ws, name, come_to) in enumerate(found.rows, 1)
    ]
    tasks.enqueue(
        TaskKind.BULK,
        title,
        by,
        total=len(rows),
        options={"order": order.kept(), "request": by.request_id},
        public_id=public_id,
        rows=rows,
        what=title,
    )
    return public_id


def run(claim: Claim, by: Actor, clock: Clock) -> None:
    """Every row that is not done yet is done. Raises Ended if the task was stopped or taken over meanwhile."""
    order, left = Order.of(claim.options["order"]), True
    while left:
        with turn():
            left = _step(claim, order, replace(by, at=clock())) > 0


def _step(claim: Claim, order: Order, by: Actor) -> int:
    """One unit: as many of the next rows as fit into its time; answers how many."""
    results: list[Result] = []
    with unit() as session, scope.platform():
        task = tasks.hold(session, claim)
        may = tasks.author_may(claim, NEEDS[order.act])
        rows = reads.waiting(claim.id, MOST)
        _lock(session, [ws for _, ws in rows])
        known, target = reads.facts_of([ws for _, ws in rows]), reads.target(order)
        until = time.monotonic() + STEP  # not before: what was read is to serve more than one row
        for number, ws in rows:
            outcome, message = _do(session, order, known.get(ws), target, by, may)
            results.append(Result(number, outcome.value, message=message))
            if time.monotonic() > until:
                break
        tasks.settle(session, task, results, by.at)
    return len(results)


def _lock(session: Session, workspaces: Sequence[str]) -> None:
    """All at once and in the order in which everybody locks them, so that nobody waits for each other."""
    exclusively(session, "workspaces")
    mine = select(Workspace.organization_id).where(Workspace.public_id.in_(workspaces))
    places = select(Organization.id).where(Organization.id.in_(mine)).order_by(Organization.id)
    session.execute(places.with_for_update(key_share=True))
    rows = select(Workspace.id).where(Workspace.public_id.in_(workspaces))
    session.execute(rows.order_by(Workspace.id).with_for_update())


def _do(
    session: Session, order: Order, facts: Facts | None, target: Target | None, by: Actor, may: Collection[Permission]
) -> tuple[Outcome, str]:
    """What became of one workspace. Whatever is wrong with it is its result, and no error."""
    if facts is None:
        return Outcome.REFUSED, GONE
    come_to = verdict(order, facts, may, target)
    if come_to.outcome is not Outcome.DONE:
        return come_to
    try:
        with attempt(session):
            return Outcome.DONE, ACTS[order.act](session, facts.public_id, order, by, may)
    except PortalError as refused:
        return Outcome.REFUSED, refused.message
    except OperationalError:
        raise
    except Exception:
        log.exception("bulk_row_broke", workspace=facts.public_id)
        return Outcome.REFUSED, BROKE
