"""What stands there before a form is sent, for each form that there is: `test_audited` sends them. Each sets its scene
and answers the fields of its form."""

import io
import re

import pyotp
from flask import current_app
from sqlalchemy import select

from portal.base import mail as base_mail
from portal.base.db import db
from portal.gateways.mail import FakeMail
from portal.models import (
    Hold,
    LoginSession,
    Membership,
    OutboxMessage,
    Task,
    TaskKind,
    User,
    Workspace,
    scope,
)
from portal.operations import plans, team
from portal.operations.invitations import Into, invite
from portal.operations.platform_changes import defaults_version, settings_version
from portal.operations.sessions import open_session
from portal.operations.unit import unit
from portal.operations.workspaces import NewWorkspace, create
from portal.queries import plans as reads
from portal.queries import usage_limits
from portal.queries.bulk import Selection, preview
from portal.queries.principals import platform, token_digest
from portal.rules.access import OrganizationRole, WorkspaceRole, permissions_of
from portal.rules.bulk import Act, Order
from tests import factories
from tests.factories import PASSWORD, acting
from tests.support.clocks import NOW
from tests.support.creation import add_plan
from tests.support.family import family, named
from tests.support.people import COOKIE, log_in, session_of, submit, visit
from tests.support.scenes import Fields, Scene

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


def job(scene: Scene) -> Fields:
    scene.values["job"] = "overrides"
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
    family("Beta")
    scene.values["ws"] = named("Beta").public_id
    return {}


def sold(scene: Scene) -> Fields:
    """Another organization shall have a child."""
    return child(scene) | {"organization": factories.organization("Gamma").public_id, "reason": "The branch was sold"}


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


def spending(scene: Scene) -> Fields:
    made = owning(scene)
    return {"spend_cap": "500", "version": usage_limits.editable(made.public_id).version}


def closing(scene: Scene) -> Fields:
    return {"confirm_name": owning(scene).name}


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


def all_of(scene: Scene) -> Fields:
    """All workspaces are meant, of which there is one."""
    scene.query = "?all=1"
    given = {} if "ws" in scene.values else trial(scene)
    with scope.platform():
        return given | {"mark": preview(Order(Act.SUSPEND), Selection(), (), platform(), NOW).mark}


def all_suspended(scene: Scene) -> Fields:
    return suspended(scene) | all_of(scene)


def another_plan(scene: Scene) -> Fields:
    return all_of(scene) | {"plan": add_plan()}


def noticed(scene: Scene) -> Fields:
    return all_of(scene) | {"subject": "Sunday", "text": "We move."}


def letter(scene: Scene) -> Fields:
    """A mail waits, and there is a mail server by now."""
    row = OutboxMessage(template="notice", recipient="dana@example.test", subject="Hello", body="Hello", created_at=NOW)
    with unit() as session:
        session.add(row)
    current_app.extensions[base_mail.EXTENSION] = FakeMail()
    scene.values["mail"] = row.public_id
    return {}


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
