"""Custom domains of an organization and its workspaces: added and removed by its admins, verified by DNS."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import site
from portal.base.db import db
from portal.gateways.dns import Unanswered, gateway
from portal.models import Domain, DomainState, Organization, Workspace
from portal.operations.audit import record
from portal.operations.locks import locked_organization
from portal.operations.sessions import end_on
from portal.operations.unit import attempt, unit
from portal.rules.actors import Actor
from portal.rules.addresses import check_host
from portal.rules.domains import AGAIN, MOST, PATIENCE, PROVES, Answer, Outcome, outcome, proof_name, proof_of
from portal.rules.errors import Conflict, NotFound, Refused

LONGEST = 253  # characters of a name in DNS (RFC 1035, 2.3.4)
STATES = {
    Outcome.VERIFIED: DomainState.VERIFIED,
    Outcome.NO_PROOF: DomainState.PENDING,
    Outcome.EARLY: DomainState.PENDING,
}
CHECKED_AT_ONCE = 50


def add(organization_key: int, host: str, workspace: str, by: Actor) -> str:
    """The organization (integer key) has this domain, to be verified: for its workspace (public id), or (blank) for all
    of them. Answers the domain's public id.

    Raises NotFound, and Refused for an unusable host or workspace, one that somebody has, or where it has as many as it
    may."""
    clean = _host(host)
    with unit() as session:
        place = locked_organization(session, Organization.id == organization_key)
        whose = _workspace(session, place, workspace) if workspace else None
        mine = select(func.count(Domain.id)).where(Domain.organization_id == place.id)
        if (session.scalar(mine) or 0) >= MOST:
            raise Refused(f"An organization has {MOST} domains at most. Remove one first.", "host")
        _free(session, clean, by)
        row = Domain(
            host=clean,
            organization_id=place.id,
            workspace_id=whose.id if whose else None,
            token=secrets.token_hex(20),
            created_at=by.at,
        )
        try:
            with attempt(session):
                session.add(row)
        except IntegrityError:  # somebody was faster
            raise _taken(clean) from None
        record("organization.domain_added", by, organization=place, workspace=whose, host=clean)
        return row.public_id


def check(organization_key: int, domain: str, by: Actor) -> Outcome:
    """What DNS says of the organization's domain (public id) now; what follows from it is written down.

    Raises NotFound, Conflict if it was looked up a moment ago."""
    query = select(Domain).where(Domain.public_id == domain, Domain.organization_id == organization_key)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound()
    if row.last_checked_at and by.at - row.last_checked_at < AGAIN:
        raise Conflict("It was checked a moment ago. DNS takes longer than that: try again in a few seconds.")
    return _look(row.id, row.host, row.token, by)


def check_due(clock: Callable[[], datetime]) -> dict[Outcome, int]:
    """Look up what is not verified yet, for as long as somebody may still be about it; answers how many came to what.
    Safe to repeat."""
    now, counts = clock(), dict[Outcome, int]()
    waiting = Domain.state.in_((DomainState.PENDING, DomainState.FAILED)) & (Domain.created_at > now - PATIENCE)
    idle = or_(Domain.last_checked_at.is_(None), Domain.last_checked_at <= now - AGAIN)
    query = select(Domain.id, Domain.host, Domain.token).where(waiting, idle)
    due = db.session.execute(query.order_by(Domain.last_checked_at, Domain.id).limit(CHECKED_AT_ONCE)).all()
    for key, host, token in due:
        try:
            found = _look(key, host, token, Actor.job("domains", clock()))
        except NotFound:  # removed meanwhile
            continue
        counts[found] = counts.get(found, 0) + 1
    return counts


def remove(organization_key: int, domain: str, by: Actor) -> str:
    """The organization's domain (public id) is served no more; answers its host. Raises NotFound."""
    with unit() as session:
        place = locked_organization(session, Organization.id == organization_key)
        query = select(Domain).where(Domain.public_id == domain, Domain.organization_id == place.id)
        row: Domain | None = session.scalar(query.with_for_update())
        if row is None:
            raise NotFound()
        whose = session.get(Workspace, row.workspace_id) if row.workspace_id else None
        session.delete(row)
        end_on(session, row.host, by.at)
        record("organization.domain_removed", by, organization=place, workspace=whose, host=row.host)
        return row.host


# ---------------------------------------------------------------- looking


def _look(key: int, host: str, token: str, by: Actor) -> Outcome:
    """DNS is asked outside of a unit: it may take seconds."""
    answer = _ask(host, token)
    with unit() as session:
        row = session.get(Domain, key, with_for_update=True, populate_existing=True)
        if row is None or row.token != token:
            raise NotFound()
        place = session.get_one(Organization, row.organization_id)
        before = row.state
        found = outcome(answer, granted=place.branding_granted, verified=before is DomainState.VERIFIED)
        row.last_checked_at = by.at
        if not (found is Outcome.UNANSWERED and before is DomainState.VERIFIED):
            row.state = STATES.get(found, DomainState.FAILED)
        if row.state is not before:
            states = (before.value, row.state.value)
            whose = session.get(Workspace, row.workspace_id) if row.workspace_id else None
            record("organization.domain_checked", by, organization=place, workspace=whose, host=host, state=states)
        return found


def _ask(host: str, token: str) -> Answer | None:
    try:
        proofs = {text for text in gateway().texts(proof_name(host)) if text.startswith(PROVES)}
        return Answer(proof_of(token) in proofs, bool(proofs), gateway().leads_to(host, site.host()))
    except Unanswered:
        return None


# ---------------------------------------------------------------- rows


def _host(text: str) -> str:
    host = check_host(text, "host")
    if len(proof_name(host)) > LONGEST:
        raise Refused("The domain is too long for its proof to stand in DNS. Choose a shorter one.", "host")
    if site.is_own(host):
        raise Refused("This is the platform's own address. Give a domain of yours.", "host")
    return host


def _workspace(session: Session, place: Organization, workspace: str) -> Workspace:
    query = select(Workspace).where(Workspace.public_id == workspace, Workspace.organization_id == place.id)
    row: Workspace | None = session.scalar(query.where(Workspace.cancelled_at.is_(None)))
    if row is None:
        raise Refused("Choose one of those listed.", "workspace")
    if session.scalar(select(Domain.id).where(Domain.workspace_id == row.id)) is not None:
        raise Refused(f"{row.name} has a domain already. Remove that first.", "workspace")
    return row


def _free(session: Session, host: str, by: Actor) -> None:
    """Nobody has this host. Whoever named it long ago, and never proved that it is theirs, has it no more."""
    row = session.scalar(select(Domain).where(Domain.host == host).with_for_update())
    if row is None:
        return
    if row.state is DomainState.VERIFIED or row.created_at > by.at - PATIENCE:
        raise _taken(host)
    place = session.get_one(Organization, row.organization_id)
    session.delete(row)
    session.flush()
    record("organization.domain_removed", Actor.job("domains", by.at), organization=place, host=host)


def _taken(host: str) -> Refused:
    return Refused(f"{host} is in use already. Remove it there first, or give another domain.", "host")
