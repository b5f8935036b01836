"""Checkpoints of the audit log: where its chain ended at an instant, so that cutting its end off is found out.

Whoever could cut the log and mend its head in the database could take the checkpoint too: so it goes to the program's
log as well, which is kept elsewhere where that matters."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select

from portal.base.db import db
from portal.models import AuditCheckpoint, AuditHead
from portal.operations.unit import unit
from portal.operations.upserts import upsert
from portal.queries import audit
from portal.queries.audit import Verdict
from portal.rules.errors import Conflict

log = structlog.get_logger(__name__)
STEP = 10_000  # events walked at once


def checkpoint(now: datetime) -> int:
    """The chain holds from the last checkpoint to its end, and that is written down; how many events came since.

    Raises Conflict, naming the first bad event, where it does not hold."""
    last = db.session.scalar(select(AuditCheckpoint.sequence).order_by(AuditCheckpoint.sequence.desc()).limit(1)) or 0
    verdict, ended = Verdict(last), False
    while not ended and not verdict.fault:
        verdict, ended = audit.go_on(verdict, STEP)
    if verdict.fault:
        raise Conflict(f"The audit log does not hold: event {verdict.sequence} {verdict.fault}.")
    with unit() as session:
        head = session.execute(select(AuditHead.sequence, AuditHead.hash)).one_or_none()
        if head is None or head.sequence <= last:
            return 0
        values = {"sequence": head.sequence, "hash": head.hash, "at": now}
        session.execute(upsert(session, AuditCheckpoint.__table__).values(values).on_conflict_do_nothing())
    log.info("audit_checkpoint", sequence=head.sequence, hash=head.hash)
    return int(head.sequence) - last
