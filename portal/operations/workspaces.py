"""Workspaces: the one way to create one, for the screen, the API and the import alike."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.models import (
    Domain,
    Hold,
    LimitOverride,
    Membership,
    Organization,
    OrganizationMember,
    User,
    Workspace,
    scope,
)
from portal.operations import cycles, sample_data
from portal.operations.addresses import free_sip_prefix, free_slug
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.derived import counted, settle_new, settling
from portal.operations.draft_checks import check
from portal.operations.drafts import Checked, NewOwner, NewWorkspace
from portal.operations.health import assess_some
from portal.operations.invitations import Into, invite_account, prepared
from portal.operations.unit import attempt, exclusively, unit
from portal.queries.directory import Directory
from portal.queries.health import facts_of_new
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind
from portal.rules.listing import Sources
from portal.rules.text import sort_key

__all__ = ["Created", "NewWorkspace", "create"]

log = structlog.get_logger(__name__)
TRIES = 5  # that somebody else is faster five times in a row is a fault, not a race
DEADLOCK = "40P01"  # PostgreSQL's SQLSTATE for it
AT_CREATION = "Set when the workspace was created"


@dataclass(frozen=True, slots=True)
class Created:
    """A new workspace, by its public ids. `mail` is the outbox's id of the invitation, where one was written."""

    workspace: str
    web_address: str
    sip_prefix: str
    organization: str
    organization_slug: str
    owner: str
    invited: bool
    mail: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _How:
    send_mail: bool
    wait: bool
    import_task: str


def create(
    draft: NewWorkspace,
    by: Actor,
    *,
    send_mail: bool = True,
    wait: bool = False,
    lenient_domain: bool = False,
    import_task: str = "",
    directory: Directory | None = None,
) -> Created:
    """There is one more workspace, with all that belongs to it. Raises Invalid with a message for every bad field.

    An owner without an account gets one without a password and, if `send_mail`, an invitation by mail, which is tried
    before this returns if `wait`. `lenient_domain`: a custom domain that somebody has is left out with a warning.
    `directory`: what an import has read ahead in the unit that is open.
    """
    how = _How(send_mail, wait, import_task)
    known = directory or Directory()
    for _ in range(TRIES):
        try:
            with unit() as session, attempt(session):
                exclusively(session, "workspaces")
                checked = check(draft, known, by.at, lenient_domain=lenient_domain)
                made = _create(session, checked, by, known, how)
        except DBAPIError as error:
            if not _may_go_better(error):
                raise
            log.info("workspace_retried", reason=type(error).__name__)
            known = Directory()  # what was read before no longer holds: the check shall see what is in the way
            continue
        if directory is not None:
            directory.note(
                email=checked.owner_key,
                host=checked.host,
                address=made.web_address,
                slug=made.organization_slug,
                prefix=made.sip_prefix,
            )
        return made
    raise Conflict("Others kept changing the same things at the same moment. Nothing was created: try again.")


def _may_go_better(error: DBAPIError) -> bool:
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) == DEADLOCK


def _create(session: Session, checked: Checked, by: Actor, directory: Directory, how: _How) -> Created:
    organization = _organization(session, checked, by, directory)
    owner = _owner(session, checked, by)
    session.flush()
    workspace = _workspace(checked, organization, owner, by, directory)
    if checked.organization is None:
        _settle_alone(session, checked, workspace, organization, owner, by, directory)
    else:
        _settle_among(session, checked, workspace, owner, by, directory)
    _record(checked, workspace, owner, by, how.import_task)
    announce(
        session,
        "workspace.created",
        workspace,
        by,
        name=workspace.name,
        web_address=workspace.web_address,
        sip_prefix=workspace.sip_prefix,
        status=workspace.status.value,
        timezone=workspace.timezone,
    )
    invited = isinstance(checked.owner, NewOwner)
    mail = _invite(session, owner, organization, workspace, by, how) if invited else None
    session.flush()
    return Created(
        workspace.public_id,
        workspace.web_address,
        workspace.sip_prefix,
        organization.public_id,
        organization.slug,
        owner.public_id,
        invited,
        mail,
        checked.warnings,
    )


def _workspace(checked: Checked, organization: Organization, owner: User, by: Actor, directory: Directory) -> Workspace:
    address = checked.web_address or free_slug(checked.name, directory.addresses_taken)
    samples = checked.seed_sample_data
    return Workspace(
        organization_id=organization.id,
        is_primary=checked.organization is None or not checked.organization.has_workspaces,
        name=checked.name,
        web_address=address,
        sip_prefix=free_sip_prefix(address, directory.prefixes_taken),
        currency=checked.currency,
        owner_id=owner.id,
        user_count=1,
        contact_count=len(sample_data.PEOPLE) if samples else 0,
        campaign_count=1 if samples else 0,
        broadcast_count=1 if samples else 0,
        created_at=by.at,
        **checked.columns,
    )


def _settle_alone(
    session: Session,
    checked: Checked,
    workspace: Workspace,
    organization: Organization,
    owner: User,
    by: Actor,
    directory: Directory,
) -> None:
    """The first of a new organization: all that its derived columns follow from is known before it is written."""
    facts = facts_of_new(
        by.at,
        workspace.trial_ends_at,
        workspace.plan_id,
        checked.overrides,
        workspace.broadcast_count,
        directory.plan_limits,
    )
    sources = _sources(checked, workspace, organization, owner)
    settle_new(workspace, sources, facts, directory.platform)
    session.add(workspace)
    session.flush()
    cycles.begin_first(session, workspace, sources)
    _join(session, checked, workspace, owner, by)
    _belongings(session, checked, workspace, by)
    counted(session, workspace)


def _settle_among(
    session: Session, checked: Checked, workspace: Workspace, owner: User, by: Actor, directory: Directory
) -> None:
    """One more of an organization, whose holds, fees and invoices have a say."""
    session.add(workspace)
    with settling(session, workspace, new=True):
        session.flush()
        _join(session, checked, workspace, owner, by)
        _belongings(session, checked, workspace, by)
    with scope.platform():
        cycles.begin_due(session, [workspace.id], by.at)
        assess_some(session, [workspace.id], by.at, directory.platform, directory.plan_limits)


def _sources(checked: Checked, workspace: Workspace, organization: Organization, owner: User) -> Sources:
    plan = checked.plan
    return Sources(
        name=workspace.name,
        web_address=workspace.web_address,
        sip_prefix=workspace.sip_prefix,
        billing_email=workspace.billing_email,
        organization_name=organization.name,
        organization_billing_email="",
        owner_name=owner.name,
        owner_email=owner.email,
        plan_name=plan.name if plan else None,
        stage=workspace.stage,
        cancelled_at=None,
        open_holds=frozenset({HoldKind.MANUAL} if checked.suspended else ()),
        currency=checked.currency,
        cycle=workspace.billing_cycle,
        price_minor=plan.prices.get((workspace.billing_cycle, checked.currency)) if plan else None,
        custom_amount_minor=workspace.custom_amount,
        custom_months=workspace.custom_months,
        is_child=False,
        child_fee_minor=None,
    )


def _organization(session: Session, checked: Checked, by: Actor, directory: Directory) -> Organization:
    if checked.organization is not None:
        return session.get_one(Organization, checked.organization.id)
    row = Organization(
        name=checked.organization_name,
        name_key=sort_key(checked.organization_name),
        slug=free_slug(checked.organization_name, directory.slugs_taken),
        country=checked.columns["country"],
        currency=checked.currency,
        rate_card_id=checked.rate_card_id,
        created_at=by.at,
    )
    session.add(row)
    record("organization.created", by, organization=row, name=row.name, slug=row.slug, currency=row.currency)
    return row


def _owner(session: Session, checked: Checked, by: Actor) -> User:
    if not isinstance(checked.owner, NewOwner):
        return session.get_one(User, checked.owner.id)
    return prepared(session, checked.owner.email, checked.owner.name, by, timezone=checked.columns["timezone"])


def _invite(
    session: Session, owner: User, organization: Organization, workspace: Workspace, by: Actor, how: _How
) -> str | None:
    """The owner's invitation, by mail or to be sent from the workspace's page. Answers the mail's public id."""
    role = OrganizationRole.ADMIN if workspace.is_primary else OrganizationRole.MEMBER
    into = Into(organization, role, workspace, WorkspaceRole.OWNER)
    return invite_account(session, owner, into, by, mail=how.send_mail, wait=how.wait).mail


def _join(session: Session, checked: Checked, workspace: Workspace, owner: User, by: Actor) -> None:
    """The owner belongs to the workspace, and to its organization: as its admin, if this is the first workspace."""
    session.add(Membership(workspace_id=workspace.id, user_id=owner.id, role=WorkspaceRole.OWNER, created_at=by.at))
    role = OrganizationRole.ADMIN if workspace.is_primary else OrganizationRole.MEMBER
    organization = workspace.organization_id
    member = None
    if checked.organization is not None:
        member = session.scalar(
            select(OrganizationMember).where(
                OrganizationMember.organization_id == organization, OrganizationMember.user_id == owner.id
            )
        )
    if member is None:
        session.add(OrganizationMember(organization_id=organization, user_id=owner.id, role=role, created_at=by.at))
    elif workspace.is_primary:
        member.role = role


def _belongings(session: Session, checked: Checked, workspace: Workspace, by: Actor) -> None:
    """Its own limits, its hold, its domain, its sample data."""
    session.add_all(
        LimitOverride(
            workspace_id=workspace.id,
            name=limit,
            value=value,
            reason=AT_CREATION,
            created_at=by.at,
            created_by=by.label,
        )
        for limit, value in checked.overrides.items()
    )
    if checked.suspended:
        session.add(
            Hold(
                workspace_id=workspace.id,
                kind=HoldKind.MANUAL,
                note=AT_CREATION,
                opened_at=by.at,
                opened_by=by.label,
            )
        )
    if checked.host:
        session.add(
            Domain(
                host=checked.host,
                organization_id=workspace.organization_id,
                workspace_id=workspace.id,
                token=secrets.token_hex(20),
                created_at=by.at,
            )
        )
    if checked.seed_sample_data:
        sample_data.add(session, workspace, by.at)


def _record(checked: Checked, workspace: Workspace, owner: User, by: Actor, task: str) -> None:
    """The audit event of a creation."""
    facts: dict[str, Any] = {
        "web_address": workspace.web_address,
        "sip_prefix": workspace.sip_prefix,
        "plan": checked.plan.name if checked.plan else "",
        "owner": owner.email,
        "status": workspace.status.value,
        "billing_cycle": workspace.billing_cycle.value,
    }
    optional = {
        "import_task": task,
        "custom_domain": checked.host,
        "limits": {limit.value: value for limit, value in checked.overrides.items()},
    }
    facts |= {name: value for name, value in optional.items() if value}
    record("workspace.created", by, workspace=workspace, name=workspace.name, **facts)
