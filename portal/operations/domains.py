"""Custom domains of an organization and its workspaces: added and removed by its admins, verified by DNS."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import site
from portal.base.db import db
from portal.gateways.dns import Unanswered, gateway
from portal.models import Domain, DomainState, Organization, Workspace
from portal.models.domains import SERVED
from portal.operations import outbox
from portal.operations.audit import record
from portal.operations.draft_fields import note as clean_note
from portal.operations.locks import locked_organization
from portal.operations.powers import check_held, kept_for
from portal.operations.recipients import members_with
from portal.operations.sessions import end_on
from portal.operations.unit import attempt, unit
from portal.queries.domains import house_of
from portal.rules.access import OrganizationRole, Permission
from portal.rules.actors import Actor
from portal.rules.addresses import check_host
from portal.rules.domains import (
    AGAIN,
    DAILY,
    MOST,
    PATIENCE,
    PROVES,
    SAID_AFTER,
    SERVED_FOR,
    Answer,
    Look,
    Outcome,
    outcome,
    proof_name,
    proof_of,
)
from portal.rules.errors import Conflict, NotFound, Refused

LONGEST = 253  # characters of a name in DNS (RFC 1035, 2.3.4)
STATES = {
    Outcome.VERIFIED: DomainState.VERIFIED,
    Outcome.NO_PROOF: DomainState.PENDING,
    Outcome.EARLY: DomainState.PENDING,
}
CHECKED_AT_ONCE = 50
LONGEST_REASON = 500  # characters


def add(organization_key: int, host: str, workspace: str, by: Actor) -> str:
    """The organization (integer key) has this domain, to be verified: for its workspace (public id), or (blank) for all
    of them. Answers the domain's public id.

    Raises NotFound, Forbidden for whoever may not any more, and Refused for an unusable host or workspace, one that
    somebody has, or where it has as many as it may."""
    clean = _host(host)
    with unit() as session:
        place = kept_for(session, organization_key, Permission.ACCOUNT_EDIT, by)
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


def check(organization_key: int, domain: str, by: Actor) -> Look:
    """What DNS says of the organization's domain (public id) now; what follows from it is written down.

    Raises NotFound, Forbidden for whoever may not any more, Conflict if it was looked up a moment ago."""
    query = select(Domain).where(Domain.public_id == domain, Domain.organization_id == organization_key)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound()
    if row.last_checked_at and by.at - row.last_checked_at < AGAIN:
        raise Conflict("It was checked a moment ago. DNS takes longer than that: try again in a few seconds.")
    return _look(row.id, row.host, row.token, by)


def check_due(clock: Callable[[], datetime]) -> dict[Outcome, int]:
    """Look up what is not verified yet, for as long as somebody may still be about it, and once a day what was; answers
    how many came to what. Safe to repeat."""
    now, counts = clock(), dict[Outcome, int]()
    held = or_(Domain.verified_at.is_not(None), Domain.state.in_(SERVED))
    waiting = ~held & (Domain.created_at > now - PATIENCE) & _idle(now - AGAIN)
    query = select(Domain.id, Domain.host, Domain.token).where(or_(waiting, held & _idle(now - DAILY)))
    due = db.session.execute(query.order_by(Domain.last_checked_at, Domain.id).limit(CHECKED_AT_ONCE)).all()
    for key, host, token in due:
        try:
            found = _look(key, host, token, Actor.job("domains", clock())).outcome
        except NotFound:  # removed meanwhile
            continue
        counts[found] = counts.get(found, 0) + 1
    return counts


def _idle(since: datetime) -> ColumnElement[bool]:
    """What was not looked up since then."""
    return or_(Domain.last_checked_at.is_(None), Domain.last_checked_at <= since)


def remove(organization_key: int, domain: str, by: Actor) -> str:
    """The organization's domain (public id) is served no more, and others may have it; answers its host. Raises
    NotFound, and Forbidden for whoever may not do that any more."""
    return _remove(organization_key, domain, Permission.ACCOUNT_EDIT, "", by)


def take_away(organization_key: int, domain: str, reason: str, by: Actor) -> str:
    """As `remove`, by the staff, who say why in the audit log. Raises Refused without a reason or for an unusable one
    (field `reason`) besides."""
    why = clean_note(reason, "reason", LONGEST_REASON)
    if not why:
        raise Refused("Say why: the audit log keeps it.", "reason")
    return _remove(organization_key, domain, Permission.ORGANIZATION_DOMAIN, why, by)


def _remove(organization_key: int, domain: str, needed: Permission, reason: str, by: Actor) -> str:
    with unit() as session:
        place = kept_for(session, organization_key, needed, by)
        query = select(Domain).where(Domain.public_id == domain, Domain.organization_id == place.id)
        row: Domain | None = session.scalar(query.with_for_update())
        if row is None:
            raise NotFound()
        whose = session.get(Workspace, row.workspace_id) if row.workspace_id else None
        session.delete(row)
        end_on(session, row.host, by.at)
        record("organization.domain_removed", by, organization=place, workspace=whose, reason=reason, host=row.host)
        return row.host


# ---------------------------------------------------------------- looking


def _look(key: int, host: str, token: str, by: Actor) -> Look:
    """DNS is asked outside of a unit: it may take seconds."""
    answer = _ask(host, token)
    with unit() as session:
        of = session.scalar(select(Domain.organization_id).where(Domain.id == key))
        place = locked_organization(session, Organization.id == of)
        if by.user_id is not None:
            check_held(session, place, Permission.ACCOUNT_EDIT, by)
        row = session.get(Domain, key, with_for_update=True, populate_existing=True)
        if row is None or row.token != token or row.organization_id != place.id:
            raise NotFound()
        before = row.state
        found = outcome(answer, granted=place.branding_granted, verified=before in SERVED)
        row.last_checked_at = by.at
        _follow(row, found, by.at)
        if row.state is not before:
            whose = session.get(Workspace, row.workspace_id) if row.workspace_id else None
            states = (before.value, row.state.value)
            record("organization.domain_checked", by, organization=place, workspace=whose, host=host, state=states)
            _tell(session, place, row, before, by)
        return Look(found, answer)


def _follow(row: Domain, found: Outcome, now: datetime) -> None:
    """What this outcome means for the row. One that is served stays so for a while without its proof, and while nobody
    answers."""
    if found is Outcome.VERIFIED:
        row.state, row.failing_since, row.verified_at = DomainState.VERIFIED, None, row.verified_at or now
    elif row.state in SERVED and found is not Outcome.EARLY:
        if found is not Outcome.UNANSWERED:
            row.failing_since = row.failing_since or now
            row.state = _lapsed(now - row.failing_since)
    else:
        row.state = STATES.get(found, DomainState.FAILED)


def _lapsed(missing: timedelta) -> DomainState:
    if missing >= SERVED_FOR:
        return DomainState.FAILED
    return DomainState.FAILING if missing >= SAID_AFTER else DomainState.VERIFIED


def _tell(session: Session, place: Organization, row: Domain, before: DomainState, by: Actor) -> None:
    """The organization's admins hear of a domain whose proof is gone, and of one that is served no more because of
    that: then who logged in there is logged out."""
    if before not in SERVED or row.state in (DomainState.VERIFIED, DomainState.PENDING):
        return
    is_served = row.state in SERVED
    if not is_served:
        end_on(session, row.host, by.at)
    until = (row.failing_since or by.at) + SERVED_FOR
    for person in members_with(session, place.id, [OrganizationRole.ADMIN]):
        outbox.post(
            session,
            "domain_failing",
            person.email,
            f"{row.host}: {'its DNS record is missing' if is_served else 'served no more'}",
            now=by.at,
            user=person,
            hasten=False,
            house=house_of(place.id),
            name=person.name,
            host=row.host,
            organization=place.name,
            is_served=is_served,
            served_until=until.date().isoformat(),
            link=site.external(f"/o/{place.slug}/branding/domains/{row.public_id}"),
        )


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
    """Nobody has this host. Whoever named it long ago, and never proved that it is theirs, has it no more; what was
    proven once is theirs until it is removed."""
    row = session.scalar(select(Domain).where(Domain.host == host).with_for_update())
    if row is None:
        return
    if row.verified_at or row.state in SERVED or row.created_at > by.at - PATIENCE:
        raise _taken(host)
    place = session.get_one(Organization, row.organization_id)
    session.delete(row)
    session.flush()
    record("organization.domain_removed", Actor.job("domains", by.at), organization=place, host=host)


def _taken(host: str) -> Refused:
    return Refused(f"{host} is in use already. Remove it there first, or give another domain.", "host")
