"""Every route that changes something leaves an audit event: an example of each, drawn from the app's own routes.

A new one without an example here fails."""

import io
import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import Hold, LoginSession, Membership, Organization, Task, TaskKind, User, Workspace
from portal.operations import plans, team
from portal.operations.invitations import Into, invite
from portal.operations.platform_changes import defaults_version, settings_version
from portal.operations.sessions import open_session
from portal.operations.unit import unit
from portal.operations.workspaces import NewWorkspace, create
from portal.queries import plans as reads
from portal.queries.principals import platform, token_digest
from portal.rules.access import OrganizationRole, WorkspaceRole, permissions_of
from tests import factories
from tests.conftest import DATABASES
from tests.factories import PASSWORD, acting
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.creation import actions
from tests.support.databases import Database
from tests.support.mails import Mailbox
from tests.support.people import COOKIE, log_in, session_of, submit, visit
from tests.support.people_scenes import PEOPLE
from tests.support.routes import routes
from tests.support.scenes import Example, Fields, Scene

NEW = "seven quiet lighthouses"
FILE = "name,owner_email\nAcme,maya@acme.example\n"


def nothing(scene: Scene) -> Fields:
    return {}


def logging_in(scene: Scene) -> Fields:
    scene.stranger()
    return {"email": scene.alice.email, "password": PASSWORD}


def second_factor(scene: Scene) -> Fields:
    with unit() as session:
        scene.alice.totp_secret, scene.alice.totp_enabled_at = pyotp.random_base32(), NOW
        token = open_session(session, scene.alice, visit(), half_way=True)
    scene.browser.set_cookie(COOKIE, token)
    return {"code": pyotp.TOTP(scene.alice.totp_secret).at(NOW)}


def with_secret(scene: Scene) -> Fields:
    """The second factor is begun."""
    with unit():
        scene.alice.totp_secret = pyotp.random_base32()
    return {"code": pyotp.TOTP(scene.alice.totp_secret).at(NOW)}


def with_factor(scene: Scene) -> Fields:
    """The second factor is on."""
    with unit():
        scene.alice.totp_secret, scene.alice.totp_enabled_at = pyotp.random_base32(), NOW
    return {}


def reset(scene: Scene) -> Fields:
    scene.stranger()
    mailed(scene, "/password/forgot", {"email": scene.alice.email})
    return {"password": NEW}


def mailed(scene: Scene, form: str, fields: Fields) -> None:
    """The address is given the token of the link that comes by mail when this form is sent."""
    submit(scene.browser, form, fields)
    found = re.search(r"http://localhost/\S+/(\S+)", scene.mailbox.messages[-1].body or "")
    assert found
    scene.values["token"] = found[1]


def invited(scene: Scene) -> Fields:
    scene.stranger()
    acme = factories.organization()
    with unit() as session:
        sent = invite(session, "dana@example.test", "Dana", Into(acme, OrganizationRole.ADMIN), acting(scene.alice))
    scene.values["token"] = sent.link.rpartition("/")[2]
    return {"name": "Dana", "password": PASSWORD}


def new_address(scene: Scene) -> Fields:
    return {"email": "alice@new.example", "password": PASSWORD}


def address_asked_for(scene: Scene) -> Fields:
    mailed(scene, "/me/email", new_address(scene))
    return {}


def other_session(scene: Scene) -> Fields:
    digest = token_digest(session_of(scene.alice))
    found = db.session.scalars(select(LoginSession.public_id).where(LoginSession.token_digest == digest)).one()
    scene.values["session"] = found
    return {}


def upload(scene: Scene, mode: str = "real") -> Fields:
    return {"mode": mode, "file": (io.BytesIO(FILE.encode()), "rows.csv")}


def tried(scene: Scene) -> Fields:
    answer = submit(scene.browser, "/admin/import/", upload(scene, "trial"), content_type="multipart/form-data")
    scene.values["task"] = answer.location.rpartition("/")[2]
    return {}


def waiting(scene: Scene) -> Fields:
    row = Task(kind=TaskKind.IMPORT, title="rows.csv", total=1, options={}, created_at=NOW)
    with unit() as session:
        session.add(row)
    scene.values["task"] = row.public_id
    return {}


def trial(scene: Scene) -> Fields:
    scene.values["ws"] = factories.workspace().public_id
    return {}


def suspended(scene: Scene) -> Fields:
    trial(scene)
    submit(scene.browser, f"/admin/workspaces/{scene.values['ws']}/suspend")
    scene.values["hold"] = db.session.scalars(select(Hold.public_id)).one()
    return {}


def closed(scene: Scene) -> Fields:
    trial(scene)
    submit(scene.browser, f"/admin/workspaces/{scene.values['ws']}/trash", {"confirm_name": "Acme Logistics"})
    return {}


def trashed(scene: Scene) -> Fields:
    return trial(scene) | {"confirm_name": "Acme Logistics"}


def child(scene: Scene) -> Fields:
    first = factories.workspace()
    with unit() as session:
        acme = session.get_one(Organization, first.organization_id)
        owner = first.owner_id
        scene.values["ws"] = tenants.workspace(session, acme, "Beta", is_primary=False, owner_id=owner).public_id
    return {}


def overridden(scene: Scene) -> Fields:
    return trial(scene) | {"override_numbers": "5"}


def owning(scene: Scene) -> Workspace:
    """Olive owns a workspace, and it is her browser."""
    made = factories.workspace()
    scene.values["slug"] = made.web_address
    log_in(scene.browser, db.session.scalars(select(User).where(User.id == made.owner_id)).one())
    return made


def with_agent(scene: Scene) -> Fields:
    """She has an agent in her team."""
    made, agent = owning(scene), factories.user("ann@example.test")
    with unit() as session:
        session.add(Membership(workspace_id=made.id, user_id=agent.id, role=WorkspaceRole.AGENT, created_at=NOW))
    scene.values["user"] = agent.public_id
    return {"role": "manager"}


def with_invitation(scene: Scene) -> Fields:
    """She has invited somebody."""
    made = owning(scene)
    held = permissions_of(WorkspaceRole.OWNER)
    sent = team.invite(made.public_id, "ian@example.test", "Ian", WorkspaceRole.AGENT, factories.command(), held)
    scene.values["invitation"] = sent.invitation
    return {}


def settings(scene: Scene) -> Fields:
    made = owning(scene)
    return {"name": "Acme Anew", "web_address": "acme-anew", "timezone": "UTC", "version": made.version}


def invitee(scene: Scene) -> Fields:
    owning(scene)
    return {"email": "ian@example.test", "role": "agent"}


def at_the_door(scene: Scene) -> Fields:
    scene.values["ws"] = factories.workspace().public_id
    return {"reason": "Delivery drops", "mode": "act"}


def inside(scene: Scene) -> Fields:
    """Alice is inside a workspace."""
    submit(scene.browser, f"/admin/workspaces/{factories.workspace().public_id}/manage")
    return {}


def elsewhere(scene: Scene) -> Fields:
    return {"workspace": owning(scene).public_id}


def new(scene: Scene) -> Fields:
    return {"name": "Acme", "owner_mode": "invite", "owner_name": "Maya Iyer", "owner_email": "maya@acme.example"}


def made(scene: Scene) -> Fields:
    """There is a workspace whose owner has not accepted yet, with sample data."""
    fields = {"seed_sample_data": True, **new(scene)}
    scene.values["ws"] = create(NewWorkspace(**fields), acting(scene.alice), send_mail=False).workspace
    return {}


def edited(scene: Scene) -> Fields:
    made(scene)
    terms = {"billing_cycle": "custom", "custom_amount": "5", "custom_months": "1"}
    owner = {"owner_mode": "invite", "owner_name": "Nina New", "owner_email": "nina@new.example"}
    return {"version": "1", "name": "Beta", **terms, **owner}


def planned(scene: Scene) -> Fields:
    """There is a plan, with a workspace on it."""
    scene.values["plan"] = plans.create({"name": "Growth", "price_monthly_INR": "5"}, acting(scene.alice))
    factories.workspace(plan=scene.values["plan"], status="active")
    return {}


def archived(scene: Scene) -> Fields:
    planned(scene)
    plans.archive(scene.values["plan"], acting(scene.alice))
    return {}


def repriced(scene: Scene) -> Fields:
    planned(scene)
    version = reads.plan(scene.values["plan"]).version
    return {"version": version, "price_monthly_INR": "6", "confirm": "1"}


def other_thresholds(scene: Scene) -> Fields:
    return {"version": settings_version(platform()), "threshold_seen_watch_days": "3", "confirm": "1"}


def other_defaults(scene: Scene) -> Fields:
    return {"version": defaults_version(platform()), "trial_days": "9"}


EDITED = ("workspace.changed", "workspace.plan_changed", "workspace.owner_changed")
PROFILE = {"name": "Alice the First", "locale": "en", "timezone": "UTC", "theme": "dark"}
EXAMPLES: dict[str, Example] = {
    **PEOPLE,
    "access.stop": Example(inside, ("access.ended",)),
    "admin_workspaces.impersonate": Example(at_the_door, ("access.started",)),
    "admin_workspaces.manage": Example(at_the_door, ("access.started",)),
    "switch.switch": Example(elsewhere, reason="which workspace a browser shows: no right is won by it"),
    "workspace_settings.save": Example(settings, ("workspace.settings_changed",)),
    "workspace_team.invite": Example(invitee, ("invitation.sent", "user.created")),
    "workspace_team.remove": Example(with_agent, ("member.removed",)),
    "workspace_team.resend": Example(with_invitation, ("invitation.renewed",)),
    "workspace_team.revoke": Example(with_invitation, ("invitation.revoked",)),
    "workspace_team.role": Example(with_agent, ("member.role_changed",)),
    "account.confirm": Example(lambda _: {"password": PASSWORD}, reason="log-in bookkeeping: no right is won by it"),
    "account.email_change": Example(new_address, ("user.email_change_requested",)),
    "account.email_confirmed": Example(address_asked_for, ("user.email_changed",)),
    "account.factor_begin": Example(nothing, reason="a secret that opens nothing until a code proves it"),
    "account.factor_codes": Example(with_factor, ("user.recovery_codes_renewed",)),
    "account.factor_disable": Example(with_factor, ("user.second_factor_disabled",)),
    "account.factor_enable": Example(with_secret, ("user.second_factor_enabled",)),
    "account.invitation_accept": Example(invited, ("invitation.accepted", "user.logged_in")),
    "account.log_in": Example(logging_in, ("user.logged_in",)),
    "account.log_out": Example(nothing, ("user.logged_out",)),
    "account.password_change": Example(
        lambda _: {"current_password": PASSWORD, "password": NEW}, ("user.password_changed",)
    ),
    "account.password_forgot": Example(lambda scene: {"email": scene.alice.email}, ("user.password_reset_requested",)),
    "account.password_reset": Example(reset, ("user.password_changed", "user.logged_in")),
    "account.profile_save": Example(lambda _: PROFILE, ("user.profile_changed",)),
    "account.second_factor": Example(second_factor, ("user.logged_in",)),
    "account.session_end": Example(other_session, ("user.session_ended",)),
    "account.sessions_end_others": Example(other_session, ("user.sessions_ended",)),
    "admin_imports.upload": Example(upload, ("import.started", "workspace.created", "import.finished")),
    "admin_imports.run_for_real": Example(tried, ("import.started", "workspace.created", "import.finished")),
    "admin_workspaces.activate": Example(trial, ("workspace.activated",)),
    "admin_workspaces.lift": Example(suspended, ("hold.lifted", "workspace.reactivated")),
    "admin_workspaces.limits_save": Example(overridden, ("workspace.limit_overridden",)),
    "admin_workspaces.past_due": Example(trial, ("hold.opened", "workspace.suspended")),
    "admin_workspaces.primary": Example(child, ("workspace.made_primary",)),
    "admin_workspaces.reactivate": Example(suspended, ("hold.lifted", "workspace.reactivated")),
    "admin_workspaces.restore": Example(closed, ("workspace.restored",)),
    "admin_workspaces.suspend": Example(trial, ("workspace.suspended",)),
    "admin_workspaces.trash_move": Example(trashed, ("workspace.cancelled",)),
    "admin_workspaces.create": Example(new, ("workspace.created", "organization.created", "invitation.sent")),
    "admin_workspaces.edit_save": Example(edited, EDITED),
    "admin_workspaces.invitation": Example(made, ("invitation.renewed",)),
    "admin_workspaces.remove_samples": Example(made, ("workspace.sample_data_removed",)),
    "admin_defaults.save": Example(other_defaults, ("platform.defaults_changed",)),
    "admin_plans.archive": Example(planned, ("plan.archived",)),
    "admin_plans.create": Example(lambda _: {"name": "Growth"}, ("plan.created",)),
    "admin_plans.edit_save": Example(repriced, ("plan.changed",)),
    "admin_plans.restore": Example(archived, ("plan.restored",)),
    "admin_settings.save": Example(other_thresholds, ("platform.settings_changed",)),
    "admin_tasks.stop": Example(waiting, ("import.stopped",)),
}
CHANGING = {route.endpoint: route for route in routes() if route.method != "GET"}


@pytest.fixture(params=DATABASES[:1])
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    """One database: which one it is makes no difference to what is recorded."""
    found = databases(request.param)
    found.restore()
    return found


@pytest.fixture
def scene(app: Flask, client: FlaskClient, mailbox: Mailbox) -> Scene:
    alice = factories.staff()
    log_in(client, alice)
    return Scene(alice, client, mailbox)


def test_every_route_that_changes_something_has_an_example() -> None:
    assert set(EXAMPLES) == set(CHANGING)
    assert all(bool(example.events) != bool(example.reason) for example in EXAMPLES.values())


@pytest.mark.parametrize("endpoint", sorted(EXAMPLES))
def test_what_was_changed_stands_in_the_audit_log(scene: Scene, endpoint: str) -> None:
    route, example = CHANGING[endpoint], EXAMPLES[endpoint]
    fields = example.act(scene)
    before = actions()
    answer = submit(scene.browser, route.path(**scene.values), fields, **files(fields))
    assert answer.status_code in (200, 303), answer.text
    new = actions()[len(before) :]
    assert set(example.events) <= set(new), new
    assert bool(new) == bool(example.events), f"{route} is audited after all: {new}"


def files(fields: Fields) -> Fields:
    """How a form with a file is sent."""
    return {"content_type": "multipart/form-data"} if any(isinstance(each, tuple) for each in fields.values()) else {}
