"""What jobs write to a workspace's people: each occasion once, by mails that wait in the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.base import site
from portal.models import Notice, NoticeKind, Organization, User, Workspace
from portal.operations import outbox
from portal.operations.recipients import and_bills
from portal.operations.upserts import upsert
from portal.queries.domains import house_of
from portal.rules.actors import Actor


def first_time(session: Session, workspace: Workspace, kind: NoticeKind, occasion: str, now: datetime) -> bool:
    """In the open unit: whether the workspace's people are told of this occasion now, and were not before."""
    table = Notice.__table__
    values = {"workspace_id": workspace.id, "kind": kind, "occasion": occasion, "sent_at": now}
    made = upsert(session, table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return session.execute(made).one_or_none() is not None


def forget(session: Session, workspace: Workspace, kind: NoticeKind) -> bool:
    """In the open unit: what was told is over, and is told again when it comes again; whether there was something."""
    mine = (Notice.workspace_id == workspace.id, Notice.kind == kind)
    return bool(session.scalars(delete(Notice).where(*mine).returning(Notice.id)).all())


def write_owner(
    session: Session,
    workspace: Workspace,
    template: str,
    subject: str,
    by: Actor,
    *,
    billing: bool = False,
    **words: Any,
) -> None:
    """In the open unit: a mail to the workspace's owner, unless the account is barred. `billing`: also to where its
    bills go. `where`, the workspace's name, and `link`, its address, are in the context."""
    owner = session.get(User, workspace.owner_id) if workspace.owner_id else None
    people = [owner] if owner is not None and not owner.barred_at else []
    of = session.get_one(Organization, workspace.organization_id)
    to = (workspace.billing_email or of.billing_email) if billing else ""
    for address, name, user in and_bills(people, to, of):
        outbox.post(
            session,
            template,
            address,
            subject,
            now=by.at,
            user=user,
            workspace=workspace,
            hasten=False,
            house=house_of(workspace.organization_id),
            name=name,
            where=workspace.name,
            link=site.external(f"/w/{workspace.web_address}/"),
            **words,
        )
