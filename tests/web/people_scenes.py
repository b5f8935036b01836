"""Examples of what staff change of people: users and staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from portal.base.db import db
from portal.models import DeliveryState, LoginSession, Membership, Organization, User, WebhookDelivery
from portal.operations import api_keys, deliveries, webhooks
from portal.operations.api_keys import NewKey
from portal.operations.invitations import Into, invite
from portal.operations.unit import unit
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.api_scopes import ApiScope
from tests import factories
from tests.factories import acting
from tests.support.clocks import NOW
from tests.support.hooks import changed, made
from tests.support.people import session_of
from tests.support.scenes import Example, Fields, Scene


def person(scene: Scene, **columns: Any) -> User:
    """Charlie, whom the address names, with a session."""
    charlie = factories.user(**columns)
    session_of(charlie)
    scene.values["usr"] = charlie.public_id
    return charlie


def of(**columns: Any) -> Callable[[Scene], Fields]:
    """Charlie's account stands so."""

    def act(scene: Scene) -> Fields:
        person(scene, **columns)
        return {}

    return act


def session_of_another(scene: Scene) -> Fields:
    charlie = person(scene)
    query = select(LoginSession.public_id).where(LoginSession.user_id == charlie.id)
    scene.values["session"] = db.session.scalars(query).one()
    return {}


def edited(scene: Scene) -> Fields:
    charlie = person(scene)
    seen = {"name": charlie.name, "email": charlie.email, "locale": charlie.locale, "timezone": charlie.timezone}
    return {**seen, "name": "Charles", **{f"seen_{key}": value for key, value in seen.items()}}


def invited_there(scene: Scene) -> Fields:
    acme = factories.organization()
    charlie = person(scene)
    with unit() as session:
        into = Into(acme, OrganizationRole.ADMIN)
        scene.values["invitation"] = invite(session, charlie.email, "", into, acting(scene.alice)).invitation
    return {}


def inviting(scene: Scene) -> Fields:
    acme = factories.organization()
    roles = {"organization_role": "admin", "workspace_role": "agent"}
    return {"email": "dana@example.test", "organization": acme.slug, **roles}


def member_of_organization(scene: Scene) -> Fields:
    acme = factories.organization()
    factories.member(acme, person(scene))
    scene.values["organization"] = acme.public_id
    return {"role": "admin"}


def member_of_workspace(scene: Scene) -> Fields:
    workspace, charlie = factories.workspace(), person(scene)
    values = {"workspace_id": workspace.id, "user_id": charlie.id, "role": WorkspaceRole.AGENT}
    with unit() as session:
        session.add(Membership(**values, created_at=NOW))
    factories.member(db.session.get_one(Organization, workspace.organization_id), charlie)
    scene.values["workspace"] = workspace.public_id
    return {"role": "manager"}


def with_key(scene: Scene) -> Fields:
    new = NewKey("Gateway", [ApiScope.USAGE_WRITE.value])
    scene.values["key"] = api_keys.create(new, acting(scene.alice)).public_id
    return {}


def with_hook(scene: Scene) -> Fields:
    scene.values["hook"] = made().public_id
    return {"address": "https://other.example/", "types": ["workspace.created"]}


def with_paused_hook(scene: Scene) -> Fields:
    with_hook(scene)
    webhooks.pause(scene.values["hook"], acting(scene.alice))
    return {}


def with_failed_delivery(scene: Scene) -> Fields:
    with_hook(scene)
    factories.plan()
    changed(factories.workspace(), "workspace.suspended")
    with unit() as session:
        deliveries.fan_out(NOW)
        session.execute(update(WebhookDelivery).values(state=DeliveryState.FAILED))
    scene.values["delivery"] = db.session.scalars(select(WebhookDelivery.public_id)).first() or ""
    return {"since": "2026-11-20T00:00"}


PEOPLE: dict[str, Example] = {
    "admin_api_keys.new": Example(lambda _: {"name": "PBX", "scopes": ["usage:write"]}, ("api_key.created",)),
    "admin_api_keys.revoke": Example(with_key, ("api_key.revoked",)),
    "admin_webhooks.new": Example(lambda _: {"address": "https://gateway.example/"}, ("webhook.created",)),
    "admin_webhooks.edit": Example(with_hook, ("webhook.changed",)),
    "admin_webhooks.rotate": Example(with_hook, ("webhook.secret_rotated",)),
    "admin_webhooks.pause": Example(with_hook, ("webhook.paused",)),
    "admin_webhooks.resume": Example(with_paused_hook, ("webhook.resumed",)),
    "admin_webhooks.test": Example(with_hook, ("webhook.tested",)),
    "admin_webhooks.replay": Example(with_failed_delivery, ("webhook.replayed",)),
    "admin_webhooks.replay_failed": Example(with_failed_delivery, ("webhook.replayed",)),
    "admin_webhooks.remove": Example(with_hook, ("webhook.removed",)),
    "admin_staff.invite": Example(
        lambda _: {"email": "dana@example.test", "name": "Dana", "role": "support"}, ("user.staff_invited",)
    ),
    "admin_staff.invite_again": Example(of(password=None, staff_role=StaffRole.SUPPORT), ("user.staff_invited",)),
    "admin_staff.link": Example(of(password=None, staff_role=StaffRole.SUPPORT), ("user.staff_link_made",)),
    "admin_staff.role": Example(
        lambda scene: {**of()(scene), "role": "support", "reason": "helps out"}, ("user.staff_role_changed",)
    ),
    "admin_users.edit": Example(edited, ("user.changed",)),
    "admin_users.invitation_link": Example(invited_there, ("invitation.link_made",)),
    "admin_users.invitation_resend": Example(invited_there, ("invitation.renewed",)),
    "admin_users.invitation_revoke": Example(invited_there, ("invitation.revoked",)),
    "admin_users.invite": Example(inviting, ("invitation.sent", "user.created")),
    "admin_users.let_in": Example(of(suspended_at=NOW), ("user.let_in",)),
    "admin_users.log_out": Example(of(), ("user.logged_out_everywhere",)),
    "admin_users.organization_remove": Example(member_of_organization, ("user.organization_left",)),
    "admin_users.organization_role": Example(member_of_organization, ("user.organization_role_changed",)),
    "admin_users.password_reset": Example(of(), ("user.password_reset_sent",)),
    "admin_users.restore": Example(of(trashed_at=NOW), ("user.restored",)),
    "admin_users.session_end": Example(session_of_another, ("user.logged_out_everywhere",)),
    "admin_users.suspend": Example(of(), ("user.suspended",)),
    "admin_users.trash_user": Example(of(), ("user.trashed",)),
    "admin_users.verify": Example(of(), ("user.verified",)),
    "admin_users.workspace_remove": Example(member_of_workspace, ("member.removed",)),
    "admin_users.workspace_role": Example(member_of_workspace, ("member.role_changed",)),
}
