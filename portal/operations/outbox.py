"""Mail: a row of the outbox in the transaction that causes it, delivered after the commit and at least once.

A letter is claimed (its next try moved on) before it is handed over, so that two processes do not send it at once;
a process that dies in between leaves it to be tried again. The body is erased once nobody needs it: a link in it is a
secret, so also when the link was used, replaced or ran out before the letter could be sent. A letter without one that
was refused for good keeps it for a while, so that it can be sent again once the reason is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.base import background, ids, site
from portal.base.db import db
from portal.gateways import letters
from portal.gateways.mail import Bounced, Letter, NotSent, gateway
from portal.models import OutboxMessage, OutboxState, User, Workspace
from portal.models.columns import NAME
from portal.operations.audit import record
from portal.operations.unit import after_commit, locked, unit
from portal.queries.brands import House
from portal.queries.principals import platform, token_digest
from portal.rules.actors import Actor
from portal.rules.errors import Conflict

IMPATIENT = 1.0  # seconds that a person waits for the mail server
CLAIM = timedelta(minutes=2)  # longer than any delivery takes
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))  # the last one again and again
GIVE_UP = timedelta(days=3)
KEPT = timedelta(days=30)  # the text of a letter that was refused for good
DEAD_LINK = "Not sent: the link in it works no more."
DUE = (OutboxState.WAITING, OutboxState.FAILED)


def post(
    session: Session,
    template: str,
    to: str,
    subject: str,
    *,
    now: datetime,
    user: User | None = None,
    workspace: Workspace | None = None,
    wait: bool = False,
    hasten: bool = True,
    token: str = "",
    until: datetime | None = None,
    house: House | None = None,
    **context: Any,
) -> str:
    """In the open unit: a mail with the text of templates/emails/<template>.txt. Answers its public id.

    It is tried right after the commit: in the background or, if `wait`, before the caller goes on, who can then read
    what came of it; without `hasten`, by the next `deliver_due`. `token` is that of the link in it, which works
    `until` then. `brand`, the name of the `house` (None: the platform), `home`, the address of its first page, and
    `platform`, the name of the platform itself, are in the context."""
    body = letters.render(template, **_signature(house), **context)
    row = OutboxMessage(
        public_id=ids.new("out"),
        template=template,
        recipient=to,
        subject=" ".join(subject.split())[:NAME],
        body=body,
        created_at=now,
        next_attempt_at=now,
        link_digest=token_digest(token) if token else None,
        link_expires_at=until,
        user_id=user.id if user else None,
        workspace_id=workspace.id if workspace else None,
    )
    session.add(row)
    if hasten and gateway().ready:
        _soon(session, row.public_id, now, wait)
    return row.public_id


def _signature(house: House | None) -> dict[str, str]:
    own = platform().brand or site.settings().brand
    name = (house.name if house else "") or own
    return {"brand": name, "home": site.home(house.host if house else ""), "platform": own}


def _soon(session: Session, public_id: str, now: datetime, wait: bool) -> None:
    patience = min(IMPATIENT, site.settings().mail_timeout) if wait else site.settings().mail_timeout
    act = partial(_try, public_id, now, patience)
    after_commit(session, act if wait else partial(background.run, act))


def _try(public_id: str, now: datetime, patience: float) -> None:
    deliver(public_id, now, patience)


def deliver(public_id: str, now: datetime, patience: float) -> OutboxState | None:
    """Try one letter; answers its state, None if it is not due. Each answer of the server may take `patience` s."""
    claimed = _claim(public_id, now)
    if claimed is None:
        return None
    letter, attempt = claimed
    problem: NotSent | Bounced | None = None
    try:
        gateway().send(letter, patience)
    except (NotSent, Bounced) as error:
        problem = error
    with unit() as session:
        row: OutboxMessage = session.scalars(_locked(OutboxMessage.public_id == public_id)).one()
        if row.attempts == attempt:  # else the claim ran out, and it is for another to say what came of it
            _settle(row, now, problem)
        return row.state


def deliver_due(clock: Callable[[], datetime], most: int = 200) -> dict[OutboxState, int]:
    """Try what is due, the oldest first; answers how many came to which state. Nothing, while mail is not set up.

    Many letters take longer than a claim lasts, so each is claimed as of its own instant."""
    counts: dict[OutboxState, int] = {}
    if not gateway().ready:
        return counts
    query = select(OutboxMessage.public_id).where(_is_due(clock())).order_by(OutboxMessage.id).limit(most)
    for public_id in list(db.session.scalars(query)):
        state = deliver(public_id, clock(), site.settings().mail_timeout)
        if state:
            counts[state] = counts.get(state, 0) + 1
    return counts


def resend(mail: str, by: Actor) -> OutboxState | None:
    """The letter is tried at once, whatever became of it before; answers its state. Raises NotFound, and Conflict where
    its text is kept no longer, or mail is not set up."""
    if not gateway().ready:
        raise Conflict("Mail is not set up: letters wait until a mail server is set (PORTAL_MAIL_SERVER).")
    with unit() as session:
        row = locked(session, OutboxMessage, mail)
        if row.body is None:
            raise Conflict("Its text is kept no longer, so it cannot be sent again. Write anew where it came from.")
        if row.link_expires_at and row.link_expires_at <= by.at:
            raise Conflict("The link in it works no more. Send a new one where it came from.")
        row.state, row.next_attempt_at, row.error = OutboxState.WAITING, by.at, ""
        about = session.get(Workspace, row.workspace_id) if row.workspace_id else None
        facts: dict[str, Any] = {"mail": mail, "template": row.template, "email": row.recipient, "subject": row.subject}
        record("mail.resent", by, workspace=about, **facts)
    return deliver(mail, by.at, min(IMPATIENT, site.settings().mail_timeout))


def forget_refused(now: datetime) -> int:
    """The texts of letters that were refused long ago are gone; answers how many. Safe to repeat."""
    old = OutboxMessage.body.is_not(None) & (OutboxMessage.created_at < now - KEPT)
    refused = (OutboxMessage.state == OutboxState.BOUNCED) & old
    if db.session.scalar(select(OutboxMessage.id).where(refused).limit(1)) is None:
        return 0
    with unit() as session:
        gone = update(OutboxMessage).where(refused).values(body=None).returning(OutboxMessage.id)
        return len(session.execute(gone).all())


def withdraw(session: Session, links: Iterable[str]) -> None:
    """In the open unit: letters with these links (digests of their tokens) are not sent any more, nor kept."""
    _withdraw(session, OutboxMessage.link_digest.in_(list(links)))


def withdraw_expired(now: datetime) -> int:
    """The same for those whose link has run out; answers how many. Safe to repeat, also while mail is not set up."""
    late = OutboxMessage.state.in_(DUE) & (OutboxMessage.link_expires_at <= now)
    if db.session.scalar(select(OutboxMessage.id).where(late).limit(1)) is None:
        return 0
    with unit() as session:
        return _withdraw(session, late)


def _withdraw(session: Session, which: Any) -> int:
    query = update(OutboxMessage).where(OutboxMessage.state.in_(DUE), which)
    gone = {"state": OutboxState.BOUNCED, "body": None, "next_attempt_at": None, "error": DEAD_LINK}
    return len(session.execute(query.values(gone).returning(OutboxMessage.id)).all())


def _is_due(now: datetime) -> Any:
    due = or_(OutboxMessage.next_attempt_at.is_(None), OutboxMessage.next_attempt_at <= now)
    works = or_(OutboxMessage.link_expires_at.is_(None), OutboxMessage.link_expires_at > now)
    return OutboxMessage.state.in_(DUE) & due & works


def _locked(*where: Any) -> Any:
    return select(OutboxMessage).where(*where).with_for_update()


def _claim(public_id: str, now: datetime) -> tuple[Letter, int] | None:
    with unit() as session:
        row = session.scalar(_locked(OutboxMessage.public_id == public_id, _is_due(now)))
        if row is None:
            return None
        row.attempts += 1
        row.next_attempt_at = now + CLAIM
        return Letter(row.public_id, row.recipient, row.subject, row.body or ""), row.attempts


def _settle(row: OutboxMessage, now: datetime, problem: NotSent | Bounced | None) -> None:
    row.error = str(problem)[:500] if problem else ""
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    if problem is None:
        row.state, row.sent_at, row.next_attempt_at, row.body = OutboxState.SENT, now, None, None
    elif isinstance(problem, Bounced) or now + pause > row.created_at + GIVE_UP:
        row.state, row.next_attempt_at = OutboxState.BOUNCED, None
        row.body = None if row.link_digest else row.body
    else:
        row.state, row.next_attempt_at = OutboxState.FAILED, now + pause
