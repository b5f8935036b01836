"""What stands there before a form about an organization is sent: see `scenes`."""

from sqlalchemy import select

from portal.base.db import db
from portal.models import (
    Domain,
    Membership,
    Organization,
    User,
)
from portal.operations import requests
from portal.operations.invitations import Into, invite
from portal.operations.unit import unit
from portal.rules.access import WorkspaceRole
from portal.rules.requests import RequestKind
from tests import factories
from tests.support.clocks import NOW
from tests.support.creation import one
from tests.support.domains import point
from tests.support.family import family, named
from tests.support.people import log_in, submit
from tests.support.scenes import Fields, Scene


def account(scene: Scene) -> Fields:
    """There is an organization with a workspace."""
    scene.values["org"] = family().organization_id  # its integer key, until the next line
    place = db.session.get_one(Organization, scene.values["org"])
    scene.values["org"] = place.public_id
    return {"version": place.version, "name": "Acme Anew"}


def account_with_domain(scene: Scene) -> Fields:
    account(scene)
    scene.values["domain"] = factories.domain(one(Organization, public_id=scene.values["org"])).public_id
    return {"reason": "Its owner proved it to us."}


def account_suspended(scene: Scene) -> Fields:
    account(scene)
    submit(scene.browser, f"/admin/organizations/{scene.values['org']}/suspend")
    return {}


def unanswered(scene: Scene) -> Fields:
    """An organization has asked for something."""
    key = factories.workspace().organization_id
    scene.values["req"] = requests.ask(key, RequestKind.BRANDING, "", factories.command())
    return {"word": "Welcome"}


def owning_several(scene: Scene) -> Organization:
    """She is the admin of an organization of two workspaces, and its slug stands in addresses."""
    made = family("Acme Returns")
    log_in(scene.browser, db.session.scalars(select(User).where(User.id == made.owner_id)).one())
    acme = db.session.get_one(Organization, made.organization_id)
    scene.values["slug"] = acme.slug
    return acme


def with_member(scene: Scene) -> Fields:
    """Of her organization there is Ann, who is in no workspace."""
    acme, ann = owning_several(scene), factories.user("ann@example.test")
    factories.member(acme, ann)
    scene.values |= {"user": ann.public_id}
    return {"role": "user_admin"}


def with_member_to_add(scene: Scene) -> Fields:
    return with_member(scene) | {"role": "agent", "workspace": named("Acme Returns").public_id}


def with_member_inside(scene: Scene) -> Fields:
    """Ann is an agent of a workspace."""
    with_member(scene)
    ann, returns = one(User, email="ann@example.test"), named("Acme Returns")
    with unit() as session:
        session.add(Membership(workspace_id=returns.id, user_id=ann.id, role=WorkspaceRole.AGENT, created_at=NOW))
    scene.values["workspace"] = returns.public_id
    return {"role": "manager"}


def with_newcomer(scene: Scene) -> Fields:
    owning_several(scene)
    workspace = named("Acme Returns").public_id
    return {"email": "ian@example.test", "seats-0-workspace": workspace, "seats-0-role": "agent"}


def with_newcomer_invited(scene: Scene) -> Fields:
    acme = owning_several(scene)
    with unit() as session:
        into = Into(session.get_one(Organization, acme.id))
        sent = invite(session, "ian@example.test", "Ian", into, factories.command())
    scene.values["invitation"] = sent.invitation
    return {}


def another_workspace(scene: Scene) -> Fields:
    owning_several(scene)
    return {"name": "Acme Labs"}


def one_of_several(scene: Scene) -> Fields:
    owning_several(scene)
    scene.values["workspace"] = named("Acme Returns").public_id
    return {"confirm_name": "Acme Returns"}


def wish(scene: Scene) -> Fields:
    owning_several(scene)
    scene.values["kind"] = RequestKind.VOLUME_DISCOUNT.value
    return {"words": "We expect 200,000 contacts"}


def asked(scene: Scene) -> Fields:
    acme = owning_several(scene)
    scene.values["request"] = requests.ask(acme.id, RequestKind.BRANDING, "", factories.command())
    return {}


def domain(scene: Scene) -> Fields:
    owning_several(scene)
    return {"host": "talk.acme.example"}


def with_domain(scene: Scene) -> Fields:
    """Her organization has a domain, and its branding is live."""
    acme = owning_several(scene)
    scene.values["domain"] = factories.domain(acme).public_id
    with unit() as session:
        session.get_one(Organization, acme.id).branding_granted = True
    return {}


def with_proof(scene: Scene) -> Fields:
    with_domain(scene)
    point(db.session.scalars(select(Domain).where(Domain.public_id == scene.values["domain"])).one())
    return {}


def coloured(scene: Scene) -> Fields:
    owning_several(scene)
    return {"accent": "#0b6e4f"}
