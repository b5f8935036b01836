"""What organizations ask the platform for: asked, taken back, granted and declined. Whoever asked is told by mail."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import site
from portal.models import Organization, Plan, Request, User, Workspace
from portal.operations import outbox, workspace_changes
from portal.operations.audit import record
from portal.operations.draft_fields import note as clean_note
from portal.operations.locks import locked_organization
from portal.operations.powers import kept_for
from portal.operations.unit import exclusively, unit
from portal.queries.domains import house_of
from portal.queries.requests import has
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.rules.requests import GRANT_NEEDS, LONGEST, NAMES, RequestKind, RequestState, check_wanting, check_words

Permissions = Collection[Permission]


def ask(organization_key: int, kind: RequestKind, words: str, by: Actor) -> str:
    """The organization (integer key) asks the platform for this; answers the request's public id.

    Raises NotFound, Forbidden for whoever may not any more, Refused for unusable words (field `words`), and Conflict
    where it has that already or asked for it and has no answer yet."""
    clean = clean_note(words, "words", LONGEST)
    check_words(kind, clean)
    with unit() as session:
        place = kept_for(session, organization_key, Permission.ACCOUNT_REQUEST, by)
        check_wanting(kind, kind in has(place.id), place.name)
        if session.scalar(_open(place.id).where(Request.kind == kind)) is not None:
            raise Conflict(f"{place.name} has asked for {NAMES[kind]} already: the answer comes by mail.")
        row = Request(
            organization_id=place.id,
            kind=kind,
            words=clean,
            asked_by_id=by.user_id,
            asked_by=by.label,
            asked_at=by.at,
            word="",
        )
        session.add(row)
        session.flush()
        _record("request.asked", place, row, by, clean)
        return row.public_id


def withdraw(organization_key: int, request: str, by: Actor) -> None:
    """The organization (integer key) asks for it no more. Raises NotFound, also for a request of somebody else,
    Forbidden for whoever may not any more, and Conflict if it was answered already."""
    with unit() as session:
        place = kept_for(session, organization_key, Permission.ACCOUNT_REQUEST, by)
        row = _locked(session, request)
        if row.organization_id != place.id:
            raise NotFound()
        _decide(row, RequestState.WITHDRAWN, "", by)
        _record("request.withdrawn", place, row, by, "")


def grant(request: str, word: str, by: Actor, permissions: Permissions, *, plan: str = "", wait: bool = False) -> None:
    """The organization has what it asked for, and the asker is told, with this word. Its primary is on this plan
    (public id), where it asked for multi-workspace billing.

    Raises NotFound, Conflict if it was answered already, Forbidden where these permissions do not cover what granting
    changes, Refused or Invalid for an unusable word or plan: then nothing was changed."""
    clean = clean_note(word, "word", LONGEST)
    with unit() as session:
        exclusively(session, "workspaces")  # as a change of a workspace's plan, before the organization
        row, place = _asked(session, request)
        needed = GRANT_NEEDS.get(row.kind)
        if needed and needed not in permissions:
            raise Forbidden(f"Your role does not include this: {needed.words[0].lower()}{needed.words[1:]}.")
        _decide(row, RequestState.GRANTED, clean, by)
        facts = {"plan": _take_plan(session, place, plan, by)} if row.kind is RequestKind.MULTI_WORKSPACE else {}
        _switch(place, row.kind, by)
        _record("request.granted", place, row, by, clean, **facts)
        _tell(session, place, row, by, wait=wait)


def decline(request: str, word: str, by: Actor, *, wait: bool = False) -> None:
    """The organization does not have it, and the asker is told why. Raises NotFound, Conflict if it was answered
    already, Refused without a word."""
    clean = clean_note(word, "word", LONGEST)
    if not clean:
        raise Refused("Say why: the asker reads it.", "word")
    with unit() as session:
        row, place = _asked(session, request)
        _decide(row, RequestState.DECLINED, clean, by)
        _record("request.declined", place, row, by, clean)
        _tell(session, place, row, by, wait=wait)


# ---------------------------------------------------------------- what granting does


def _switch(place: Organization, kind: RequestKind, by: Actor) -> None:
    """What the organization's own row says of it."""
    column = {RequestKind.VOLUME_DISCOUNT: "volume_discount", RequestKind.BRANDING: "branding_granted"}.get(kind)
    if column is None or getattr(place, column):
        return
    setattr(place, column, True)
    place.version += 1
    changed: dict[str, Any] = {column: (False, True)}
    record("organization.changed", by, organization=place, **changed)


def _take_plan(session: Session, place: Organization, plan: str, by: Actor) -> str:
    """The organization's primary is on this plan; answers its name."""
    chosen: Plan | None = session.scalar(select(Plan).where(Plan.public_id == plan)) if plan else None
    if chosen is None:
        raise Invalid({"plan": "Choose the plan that its primary workspace moves to."})
    if not chosen.multi_workspace:
        raise Invalid({"plan": f"{chosen.name} is no multi-workspace plan. Choose one that is."})
    primary = session.scalar(select(Workspace).where(Workspace.organization_id == place.id, Workspace.is_primary))
    if primary is None:
        raise Refused(f"{place.name} has no workspace yet, so there is none to move onto a plan.")
    may = (Permission.WORKSPACE_PLAN,)
    workspace_changes.change(primary.public_id, {"plan": chosen.public_id}, by, may=may)
    return chosen.name


# ---------------------------------------------------------------- rows


def _open(organization_key: int) -> Any:
    return select(Request.id).where(Request.organization_id == organization_key, Request.state == RequestState.OPEN)


def _locked(session: Session, request: str) -> Request:
    query = select(Request).where(Request.public_id == request).with_for_update()
    row: Request | None = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def _asked(session: Session, request: str) -> tuple[Request, Organization]:
    """The request, locked after its organization as everything of one is."""
    key = session.scalar(select(Request.organization_id).where(Request.public_id == request))
    if key is None:
        raise NotFound()
    place = locked_organization(session, Organization.id == key)
    return _locked(session, request), place


def _decide(row: Request, state: RequestState, word: str, by: Actor) -> None:
    if row.state is RequestState.WITHDRAWN:
        raise Conflict(f"{row.decided_by} has withdrawn this request.")
    if row.state is not RequestState.OPEN:
        raise Conflict(f"{row.decided_by} has {row.state.value} this request already.")
    row.state, row.word, row.decided_by, row.decided_at = state, word, by.label, by.at


def _record(action: str, place: Organization, row: Request, by: Actor, reason: str, **facts: Any) -> None:
    record(action, by, organization=place, reason=reason, request=row.public_id, kind=row.kind.value, **facts)


def _tell(session: Session, place: Organization, row: Request, by: Actor, *, wait: bool) -> None:
    """Write to whoever asked, if the account is still theirs to use."""
    asker = session.get(User, row.asked_by_id) if row.asked_by_id else None
    if asker is None or asker.barred_at:
        return
    granted = row.state is RequestState.GRANTED
    outbox.post(
        session,
        "request_answered",
        asker.email,
        f"{'Granted' if granted else 'Declined'}: {NAMES[row.kind]} for {place.name}",
        now=by.at,
        user=asker,
        wait=wait,
        house=house_of(place.id),
        name=asker.name,
        organization=place.name,
        what=NAMES[row.kind],
        granted=granted,
        word=row.word,
        link=site.external(f"/o/{place.slug}/"),
    )
