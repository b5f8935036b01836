"""Sample data: what a new workspace may start with to look at, marked as such and removable in one click.

No usage, orders or health come with it: those are never made up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.models import Broadcast, Campaign, Contact, ContactTag, Workspace, scope
from portal.operations.audit import record
from portal.operations.derived import settling
from portal.operations.unit import locked, unit
from portal.queries.counts import counts_of
from portal.rules.actors import Actor

# 202-555-0100 to -0199 are kept for fiction by the North American Numbering Plan.
PEOPLE = (
    ("Amara Okafor", "+12025550101", ("customer", "newsletter")),
    ("Björn Lindqvist", "+12025550102", ("customer",)),
    ("Chen Wei", "+12025550103", ("lead",)),
    ("Deepa Nair", "+12025550104", ("customer", "vip")),
    ("Elif Yılmaz", "+12025550105", ("lead", "newsletter")),
    ("Fatima Zahra", "+12025550106", ("customer",)),
    ("Gabriel Souza", "+12025550107", ("vip",)),
    ("Hana Sato", "+12025550108", ("newsletter",)),
    ("Ivan Petrov", "+12025550109", ("lead",)),
    ("Julia Nowak", "+12025550110", ("customer", "newsletter")),
    ("Kwame Mensah", "+12025550111", ("customer",)),
    ("Leila Haddad", "+12025550112", ("newsletter", "vip")),
)
CAMPAIGN = "Welcome series (sample)"
BROADCAST = "First hello (sample)"
BODY = "Hello from your new workspace. This is a draft: change it, choose who gets it, and send it when you are ready."
AUDIENCE = "newsletter"


def add(session: Session, workspace: Workspace, now: datetime) -> None:
    """The new workspace (flushed) has these people as contacts, one campaign and one draft broadcast; counting them is
    for the caller."""
    contacts = [
        Contact(workspace_id=workspace.id, name=name, phone=phone, is_sample=True, created_at=now)
        for name, phone, _ in PEOPLE
    ]
    campaign = Campaign(workspace_id=workspace.id, name=CAMPAIGN, tag=AUDIENCE, is_sample=True, created_at=now)
    session.add_all([*contacts, campaign])
    session.flush()
    session.add_all(
        ContactTag(workspace_id=workspace.id, contact_id=contact.id, tag=tag)
        for contact, (_, _, tags) in zip(contacts, PEOPLE, strict=True)
        for tag in tags
    )
    session.add(
        Broadcast(
            workspace_id=workspace.id,
            campaign_id=campaign.id,
            name=BROADCAST,
            body=BODY,
            tag=AUDIENCE,
            is_sample=True,
            created_at=now,
        )
    )


def remove(workspace: str, by: Actor) -> int:
    """The workspace has no sample data any more; what people made themselves stays. Answers how many contacts went.
    Safe to repeat. Raises NotFound."""
    with unit() as session:
        row = locked(session, Workspace, workspace)
        with scope.platform(), settling(session, row):
            gone = {
                name: _removed(session, kind, row)
                for name, kind in (("broadcasts", Broadcast), ("campaigns", Campaign), ("contacts", Contact))
            }
            for column, count in counts_of([row.id])[row.id].items():
                setattr(row, column, count)
        if any(gone.values()):
            record(
                "workspace.sample_data_removed",
                by,
                workspace=row,
                contacts=gone["contacts"],
                campaigns=gone["campaigns"],
                broadcasts=gone["broadcasts"],
            )
        return gone["contacts"]


def _removed(session: Session, kind: type[Contact | Campaign | Broadcast], row: Workspace) -> int:
    samples = delete(kind).where(kind.workspace_id == row.id, kind.is_sample).returning(kind.id)
    return len(session.scalars(samples).all())
