"""Moving a workspace into another organization: with its team, its holds and its own domain, and with nothing of what
the old organization's people held over it.

The owner joins the new organization, as does everybody of the team who is not left behind. Invitations into the
workspace, which were the old organization's, end; an owner who has not accepted yet is invited anew. API keys for it
alone are revoked and webhooks paused: whose programs they are, nobody knows. Who comes along
and was in the old organization for this workspace alone, without a role of power, leaves it; who is left behind stays
there. What is due to be invoiced is invoiced before it goes, to whoever had it. Orders, invoices and credit
stay where they were issued.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models import (
    Domain,
    Hold,
    Invitation,
    Membership,
    Organization,
    OrganizationMember,
    User,
    Workspace,
    scope,
)
from portal.operations import api_keys, invoicing, team, webhooks
from portal.operations.audit import record
from portal.operations.draft_fields import note as clean_note
from portal.operations.invitations import Into, invite_account, take_back
from portal.operations.locks import Move, locked_move, primary_of
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.queries.prospects import may_have_children
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.errors import NotFound, Refused
from portal.rules.transfers import LONGEST_REASON, Joining, Leaving, check_joins, check_leaves


@dataclass(frozen=True, slots=True)
class Transferred:
    """What came of it: people of the team who are in the new organization, those who were left behind, invitations
    that ended, and the outbox's id of a new one to the owner, where one was written."""

    joined: int
    left: int
    invitations: int
    mail: str | None


def transfer(
    workspace: str, organization: str, reason: str, by: Actor, *, without: Collection[str] = (), wait: bool = False
) -> Transferred:
    """The workspace belongs to this organization (public ids), as a child or, where that has none, as its primary;
    `without` are those of its team (public ids) who do not come along.

    Raises NotFound, Conflict for a closed one, a primary of others, or where it is there already, Refused without a
    reason, for an organization that cannot take it (field `organization`), and for leaving the owner behind."""
    why = clean_note(reason, "reason", LONGEST_REASON)
    if not why:
        raise Refused("Say why: the audit log of both organizations keeps it.", "reason")
    with scope.platform(), unit() as session:
        move = locked_move(session, workspace, organization)
        _check(move)
        invoicing.settle_up(session, (move.leaves.id, move.joins.id), by.at)
        people = _team(session, move.workspace)
        _check_without(people, without)
        ended = _end_invitations(session, move, by)
        api_keys.revoke_of(session, move.workspace, by)
        webhooks.pause_of(session, move.workspace, by)
        left = _leave_behind(session, move, people, without, by)
        with following(session, [move.workspace], by, _open_hold(session, move.joins)):
            _move(session, move)
        joined = [person for person, _ in people if person.public_id not in without]
        _join(session, move, joined, by)
        _drop_stale(session, move, joined, by)
        mail = _invite_owner(session, move, by, wait=wait)
        _record(move, by, why)
        return Transferred(len(joined), left, ended, mail)


# ---------------------------------------------------------------- checks


def _check(move: Move) -> None:
    row, there = move.workspace, primary_of(move.there)
    leaving = Leaving(row.name, row.status, row.is_primary, move.leaves.name, move.leaves.currency, len(move.siblings))
    check_leaves(leaving)
    check_joins(
        leaving,
        Joining(
            move.joins.name,
            move.joins.currency,
            there is not None,
            there is not None and there.cancelled_at is not None,
            there is not None and may_have_children(there.id),
        ),
    )


def _check_without(people: Sequence[tuple[User, Membership]], without: Collection[str]) -> None:
    known = {person.public_id: member for person, member in people}
    if set(without) - set(known):
        raise NotFound("Somebody you left out is not of the team any more. Look at it again.")
    if any(known[each].role is WorkspaceRole.OWNER for each in without):
        raise Refused("The owner comes along: a workspace always has one. Hand it over first.")


# ---------------------------------------------------------------- rows


def _team(session: Session, row: Workspace) -> list[tuple[User, Membership]]:
    """Everybody of it, the people locked by their keys."""
    query = select(User, Membership).join(Membership, Membership.user_id == User.id)
    theirs = query.where(Membership.workspace_id == row.id).order_by(User.id).with_for_update()
    return [(person, member) for person, member in session.execute(theirs)]


def _end_invitations(session: Session, move: Move, by: Actor) -> int:
    return take_back(session, by, Invitation.workspace_id == move.workspace.id)


def _leave_behind(
    session: Session,
    move: Move,
    people: Sequence[tuple[User, Membership]],
    without: Collection[str],
    by: Actor,
) -> int:
    for person, member in people:
        if person.public_id in without:
            team.leave(session, move.workspace, person, member, by)
    return len(set(without))


def _move(session: Session, move: Move) -> None:
    row = move.workspace
    row.is_primary = not move.there
    row.organization_id = move.joins.id
    row.version += 1
    own = update(Domain).where(Domain.workspace_id == row.id)
    session.execute(own.values(organization_id=move.joins.id))


def _open_hold(session: Session, place: Organization) -> Hold | None:
    """What suspends whoever comes there."""
    query = select(Hold).where(Hold.organization_id == place.id, Hold.lifted_at.is_(None)).order_by(Hold.id)
    return session.scalar(query.limit(1))


def _join(session: Session, move: Move, people: Sequence[User], by: Actor) -> None:
    """They are members of the new organization; the owner of its first workspace is its admin."""
    there = _members(session, move.joins, people)
    for person in people:
        first = move.workspace.is_primary and person.id == move.workspace.owner_id
        role = OrganizationRole.ADMIN if first else OrganizationRole.MEMBER
        member = there.get(person.id)
        if member is None:
            values: dict[str, Any] = {"user_id": person.id, "role": role, "created_at": by.at}
            session.add(OrganizationMember(organization_id=move.joins.id, **values))
        elif first and member.role is not role:
            member.role = role
        else:
            continue
        facts: dict[str, Any] = {"user": person.public_id, "email": person.email, "role": role.value}
        record("user.organization_joined", by, organization=move.joins, **facts)


def _drop_stale(session: Session, move: Move, people: Sequence[User], by: Actor) -> None:
    """Who came along, and was in the old organization for this workspace alone, is there no more; a role of power
    stays, and an invitation to one."""
    session.flush()
    elsewhere = set(
        session.scalars(
            select(Membership.user_id)
            .join(Workspace, Workspace.id == Membership.workspace_id)
            .where(Workspace.organization_id == move.leaves.id, Membership.user_id.in_([each.id for each in people]))
        )
    )
    there = _members(session, move.leaves, people)
    for person in people:
        member = there.get(person.id)
        if member is None or person.id in elsewhere or member.role is not OrganizationRole.MEMBER:
            continue
        session.delete(member)
        facts: dict[str, Any] = {"user": person.public_id, "email": person.email, "role": member.role.value}
        record("user.organization_left", by, organization=move.leaves, **facts, workspaces=1)


def _members(session: Session, place: Organization, people: Sequence[User]) -> dict[int, OrganizationMember]:
    keys = [each.id for each in people]
    query = select(OrganizationMember).where(
        OrganizationMember.organization_id == place.id, OrganizationMember.user_id.in_(keys)
    )
    return {member.user_id: member for member in session.scalars(query)}


def _invite_owner(session: Session, move: Move, by: Actor, *, wait: bool) -> str | None:
    """An owner who has never accepted has a link into the new organization: the old one ended."""
    row = move.workspace
    owner = session.get(User, row.owner_id) if row.owner_id else None
    if owner is None or owner.password_hash or owner.trashed_at:
        return None
    role = OrganizationRole.ADMIN if row.is_primary else OrganizationRole.MEMBER
    return invite_account(session, owner, Into(move.joins, role, row, WorkspaceRole.OWNER), by, wait=wait).mail


def _record(move: Move, by: Actor, why: str) -> None:
    """In the log of the one that has it now, and in that of the one that had it."""
    pair = (move.leaves.name, move.joins.name)
    record("workspace.transferred", by, workspace=move.workspace, reason=why, organization_name=pair)
    record(
        "organization.workspace_left", by, organization=move.leaves, reason=why, name=move.workspace.name, to=pair[1]
    )
