"""Example data: what happened to a workspace besides its usage and bills: holds, overrides, domains, invitations."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from portal.models import Domain, DomainState, Hold, Invitation, LimitOverride, OutboxMessage, OutboxState
from portal.models.domains import SERVED
from portal.operations.demo.catalogue import FREE
from portal.operations.demo.dice import between
from portal.operations.demo.logins import toured
from portal.operations.demo.tenants import Customer, Tenant, World, days_before
from portal.operations.demo.texts import HOLD_NOTES, HOLD_REASONS, LIFTED_NOTE, OVERRIDE_REASONS
from portal.operations.demo.usage import Month
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.lifecycle import HoldKind
from portal.rules.limits import UNLIMITED, Limit

JOBS = {HoldKind.PAST_DUE: "job dunning", HoldKind.SPEND_CAP: "job spend_caps", HoldKind.TRIAL_ENDED: "job trials"}
VALID = timedelta(days=7)  # an invitation
DOMAINS = (
    *(DomainState.VERIFIED, DomainState.VERIFIED, DomainState.PENDING, DomainState.FAILED),
    *(DomainState.VERIFIED, DomainState.FAILING),
)
OWN = (Limit.NUMBERS, Limit.USERS, Limit.EXTENSIONS, Limit.CONTACTS, Limit.CAMPAIGNS)


def write_life(world: World, tenant: Tenant, month: Month) -> None:
    """Holds, open and lifted, and limits of its own."""
    rng = world.dice.of("life", tenant.id)
    _open_hold(world, rng, tenant)
    _lifted_hold(world, rng, tenant)
    _month_cap(world, rng, tenant, month)
    _overrides(world, rng, tenant)


def _open_hold(world: World, rng: Random, tenant: Tenant) -> None:
    kind = tenant.story.hold
    if kind is None or tenant.held_at is None:
        return
    organization = kind is HoldKind.PAST_DUE
    world.sheet.add(
        Hold,
        workspace_id=None if organization else tenant.id,
        organization_id=tenant.customer.id if organization else None,
        kind=kind,
        note=HOLD_NOTES[kind.value],
        public_reason=HOLD_REASONS[kind.value],
        opened_at=tenant.held_at,
        opened_by=JOBS.get(kind) or world.staff_name(rng, StaffRole.OWNER),
        lifted_at=None,
        lifted_by=None,
    )


def _lifted_hold(world: World, rng: Random, tenant: Tenant) -> None:
    """One of the past: every twelfth workspace had one."""
    age = world.now - tenant.created_at
    if tenant.ended_at or tenant.story.trial or age < timedelta(days=60) or rng.random() > 1 / 12:
        return
    opened_at = (tenant.created_at + age * between(rng, (0.2, 0.8))).replace(microsecond=0)
    by = world.staff_name(rng, StaffRole.OWNER, StaffRole.SUPPORT)
    world.sheet.add(
        Hold,
        workspace_id=tenant.id,
        organization_id=None,
        kind=HoldKind.MANUAL,
        note=LIFTED_NOTE,
        public_reason=HOLD_REASONS["manual"],
        opened_at=opened_at,
        opened_by=by,
        lifted_at=opened_at + timedelta(days=2, minutes=rng.randrange(300)),
        lifted_by=by,
    )


def _month_cap(world: World, rng: Random, tenant: Tenant, month: Month) -> None:
    """A story about a monthly limit: the workspace has its own cap, near what it used this month or below it."""
    if tenant.story.month and month.messages:
        value = max(1, int(month.messages / between(rng, tenant.story.month)))
        # Rounding a few messages must not carry it over the line between near and over.
        value = max(value, month.messages + 1) if tenant.story.month[1] < 1 else min(value, month.messages)
        _override(world, rng, tenant, Limit.MONTHLY_MESSAGES, value, "cap", None)


def _overrides(world: World, rng: Random, tenant: Tenant) -> None:
    """Limits of its own, of every sort, for two workspaces in nine."""
    now, limit = world.now, OWN[tenant.id % len(OWN)]
    figure = max(10, (tenant.offer or FREE).limit(limit) or 0)
    if tenant.story.trial or tenant.id % 3 == 0:
        return
    if tenant.id % 11 == 1:
        expires = now + timedelta(days=between(rng, (0.6, 12)))
        _override(world, rng, tenant, limit, figure * 2, "expiring", expires.replace(microsecond=0))
    elif tenant.id % 11 == 2 and now - tenant.created_at > timedelta(days=75):
        _override(world, rng, tenant, limit, figure * 3, "expired", days_before(now, between(rng, (2, 50))))
    elif tenant.id % 23 == 3:
        _override(world, rng, tenant, Limit.BROADCASTS, 0, "none", None)
    elif tenant.id % 17 == 4:
        _override(world, rng, tenant, limit, UNLIMITED, "unlimited", None)
    elif tenant.id % 13 == 5:
        _override(world, rng, tenant, limit, figure + 5, "own", None)


def _override(
    world: World, rng: Random, tenant: Tenant, limit: Limit, value: int, reason: str, expires: object
) -> None:
    age = world.now - tenant.created_at
    at = (
        tenant.created_at if reason == "cap" else max(tenant.created_at, world.now - min(age, timedelta(days=70)) * 0.8)
    )
    world.sheet.add(
        LimitOverride,
        workspace_id=tenant.id,
        name=limit,
        value=value,
        reason=OVERRIDE_REASONS[reason],
        expires_at=expires,
        created_at=at.replace(microsecond=0),
        created_by=world.staff_name(rng, StaffRole.OWNER, StaffRole.SUPPORT),
    )


def write_domains(world: World, customer: Customer) -> None:
    """Every sixth organization has a domain of its own, every second of those another for one workspace."""
    rng = world.dice.of("domains", customer.index)
    if customer.index % 6 and customer.index != 0:
        return
    for part, tenant in enumerate((None, customer.tenants[-1])[: 1 + customer.index // 6 % 2]):
        state = DOMAINS[(customer.index // 6 + part) % len(DOMAINS)]
        at = min(customer.created_at + timedelta(days=9 + part), world.now - timedelta(hours=2))
        world.sheet.add(
            Domain,
            host=f"{'talk' if tenant else 'portal'}.{customer.slug}.example",
            organization_id=customer.id,
            workspace_id=tenant.id if tenant else None,
            token=f"portal-{rng.getrandbits(96):024x}",
            state=state,
            verified_at=at if state in SERVED else None,
            failing_since=world.now - timedelta(days=4) if state is DomainState.FAILING else None,
            last_checked_at=world.now - timedelta(minutes=rng.randrange(3, 50)),
            created_at=max(at, customer.created_at),
        )


def write_invitations(world: World, customer: Customer) -> None:
    """Of owners who have not come yet, and for a seat here and there; one of some was withdrawn or ran out."""
    rng = world.dice.of("invitations", customer.index)
    for tenant in customer.tenants:
        if tenant.owner.id in customer.team.invited:
            _invitation(world, rng, tenant, tenant.owner.id, tenant.owner.email, WorkspaceRole.OWNER)
        elif tenant.ended_at is None and not tenant.story.trial and rng.random() < 0.07:
            at = days_before(world.now, between(rng, (0.2, 9)))
            person = customer.team.hire(world.sheet, rng, max(at, tenant.created_at), invited=True)
            _invitation(world, rng, tenant, person.id, person.email, WorkspaceRole.AGENT, at)
    if customer.index == 0:
        _own_invitations(world, rng, customer)


def _own_invitations(world: World, rng: Random, customer: Customer) -> None:
    """Those that the toured organization's admin sent: on its way, about to run out, and one that did not arrive."""
    last = customer.tenants[-1]
    rows = (
        (1.8, OrganizationRole.MEMBER, (last.id, WorkspaceRole.AGENT), ""),
        (6.7, OrganizationRole.BILLING_ADMIN, (None, None), ""),
        (0.9, OrganizationRole.MEMBER, (customer.tenants[0].id, WorkspaceRole.MANAGER), "550 5.1.1 No such user here"),
    )
    by = toured(world, customer, "org_admin", customer.created_at)
    for days, role, (workspace, workspace_role), error in rows:
        at = days_before(world.now, days)
        person = customer.team.hire(world.sheet, rng, at, invited=True)
        digest = sha256(f"{world.dice.seed}:{person.id}:{rng.random()}".encode()).hexdigest()
        place = {"workspace_id": workspace, "user_id": person.id}
        world.sheet.add(
            Invitation,
            email=person.email,
            email_key=person.email.casefold(),
            organization_id=customer.id,
            organization_role=role,
            workspace_role=workspace_role,
            token_digest=digest,
            invited_by_id=by.id,
            created_at=at,
            expires_at=at + VALID,
            **place,
        )
        _mail(world, place, person.email, digest, at, error)


def _mail(world: World, place: dict[str, int | None], email: str, digest: str, at: datetime, error: str) -> None:
    """That of an invitation, which arrived or did not."""
    world.sheet.add(
        OutboxMessage,
        template="invitation",
        recipient=email,
        subject="Invitation",
        link_digest=digest,
        link_expires_at=at + VALID,
        state=OutboxState.BOUNCED if error else OutboxState.SENT,
        attempts=1,
        error=error,
        created_at=at,
        sent_at=None if error else at,
        **place,
    )


def _invitation(
    world: World, rng: Random, tenant: Tenant, user: int, email: str, role: WorkspaceRole, at: datetime | None = None
) -> None:
    first = role is WorkspaceRole.OWNER and tenant.is_primary
    # An owner's was sent again lately, so that it can still be accepted.
    sent_at = max(tenant.created_at, at or days_before(world.now, between(rng, (0.3, 5))))
    revoked = role is WorkspaceRole.AGENT and rng.random() < 0.15
    world.sheet.add(
        Invitation,
        email=email,
        email_key=email.casefold(),
        user_id=user,
        organization_id=tenant.customer.id,
        organization_role=OrganizationRole.ADMIN if first else OrganizationRole.MEMBER,
        workspace_id=tenant.id,
        workspace_role=role,
        token_digest=sha256(f"{world.dice.seed}:{user}:{rng.random()}".encode()).hexdigest(),
        invited_by_id=rng.choice(world.staff[StaffRole.OWNER]).id,
        created_at=sent_at,
        expires_at=sent_at + VALID,
        accepted_at=None,
        revoked_at=min(sent_at + timedelta(hours=5), world.now) if revoked else None,
    )
