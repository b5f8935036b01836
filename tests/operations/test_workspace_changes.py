"""Changing a workspace: what reads otherwise afterwards, who may, what follows, and what is refused in which words."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Change,
    Domain,
    Invitation,
    Membership,
    OrganizationMember,
    Plan,
    PlanFee,
    User,
    Workspace,
    scope,
)
from portal.operations.unit import unit
from portal.operations.workspace_changes import FIELDS, GROUPS, Changed, Stale, change
from portal.operations.workspaces import create
from portal.queries.editing import present
from portal.rules.access import OrganizationRole, Permission, StaffRole, WorkspaceRole, permissions_of
from portal.rules.errors import Conflict, Forbidden, Invalid, NotFound
from portal.rules.health import Level
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.creation import BY, NOW, actions, add_plan, add_user, check_platform, draft, one
from tests.support.mails import Mailbox

OWNER, SUPPORT, FINANCE = (permissions_of(role) for role in (StaffRole.OWNER, StaffRole.SUPPORT, StaffRole.FINANCE))


def made(**values: Any) -> str:
    """The public id of a new workspace, nobody being written to."""
    return create(draft(**values), BY, send_mail=False).workspace


def save(workspace: str, **wanted: Any) -> Changed:
    """Changed by an owner of the platform, whatever the version."""
    return change(workspace, wanted, BY, may=OWNER)


def refusals(workspace: str, **wanted: Any) -> dict[str, str]:
    """The messages by field of a change that is refused, after which all is as it was."""
    before = present(workspace)
    with pytest.raises(Invalid) as caught:
        save(workspace, **wanted)
    db.session.rollback()
    assert present(workspace) == before
    return caught.value.errors


def last(action: str) -> dict[str, Any]:
    """The changes that the latest event of this action tells of."""
    db.session.rollback()
    query = select(AuditEvent.payload).where(AuditEvent.action == action).order_by(AuditEvent.sequence.desc())
    return dict((db.session.scalars(query).first() or {})["changes"])


def role_of(email: str, model: Any = Membership) -> str | None:
    db.session.rollback()
    with scope.platform():
        found = db.session.scalar(select(model.role).join(User, User.id == model.user_id).where(User.email == email))
        return found.value if found else None


def test_every_field_that_can_be_created_can_be_edited_but_those_that_never_change() -> None:
    assert len(set(FIELDS)) == len(FIELDS)
    created = set(draft().__dataclass_fields__)
    elsewhere = {"organization", "organization_name", "currency", "rate_card", "status", "seed_sample_data"}
    assert set(FIELDS) == created - elsewhere - {name for name in created if name.startswith("cap_")}


def test_a_change_is_told_once_with_both_values(app: Flask) -> None:
    ws = made()
    count = len(actions())
    answer = save(
        ws, name=" Acme  Logistics ", state="Goa", alert_threshold="90", spend_cap="5000", admin_note="a\r\nb"
    )
    assert answer.version == 2 and set(answer.fields) == {"name", "state", "alert_threshold", "spend_cap", "admin_note"}
    assert actions()[count:] == ["workspace.changed", "workspace.spend_cap_changed"]
    assert last("workspace.changed") == {
        "name": ["Acme", "Acme Logistics"],
        "state": ["", "Goa"],
        "admin_note": ["", "a\nb"],
    }
    assert last("workspace.spend_cap_changed") == {"alert_threshold": ["80", "90"], "spend_cap": ["", "INR 5000.00"]}
    check_platform()


@pytest.mark.parametrize(
    "wanted", [{}, {"name": "Acme "}, {"spend_cap": "100.0"}, {"plan": ""}, {"owner": "MAYA@acme.example"}]
)
def test_what_reads_the_same_changes_nothing(app: Flask, wanted: dict[str, str]) -> None:
    ws = made(spend_cap="100")
    count = len(actions())
    assert save(ws, **wanted) == Changed((), 1)
    assert len(actions()) == count


def test_a_stale_version_changes_nothing_and_shows_what_is_there(app: Flask) -> None:
    ws = made()
    save(ws, state="Goa")
    with pytest.raises(Stale) as caught:
        change(ws, {"state": "Kerala"}, BY, may=OWNER, version=1)
    assert caught.value.theirs.texts["state"] == "Goa" and caught.value.theirs.version == 2
    assert change(ws, {"state": "Kerala"}, BY, may=OWNER, version=2).version == 3


@pytest.mark.parametrize(
    ("held", "wanted", "able"),
    [
        (SUPPORT, {"name": "Beta"}, True),
        (SUPPORT, {"billing_cycle": "annual"}, False),
        (SUPPORT, {"owner": "olive@example.test"}, False),
        (FINANCE, {"billing_cycle": "annual"}, True),
        (FINANCE, {"trial_ends_at": "2027-03-01"}, True),
        (FINANCE, {"name": "Beta"}, False),
        (FINANCE, {"owner": "olive@example.test"}, False),
        (frozenset(), {"admin_note": "x"}, False),
        (FINANCE, {"name": "Acme", "owner": "maya@acme.example", "billing_cycle": "quarterly"}, True),
    ],
)
def test_a_role_changes_its_own_group_alone(
    app: Flask, held: frozenset[Permission], wanted: dict[str, str], able: bool
) -> None:
    factories.user("olive@example.test")
    ws = made()
    if able:
        assert change(ws, wanted, BY, may=held).version == 2
    else:
        with pytest.raises(Forbidden):
            change(ws, wanted, BY, may=held)
        assert present(ws).version == 1


def test_the_groups_are_those_of_the_roles() -> None:
    assert {permission for permission in GROUPS if permission in SUPPORT} == {Permission.WORKSPACE_EDIT}
    assert {permission for permission in GROUPS if permission in FINANCE} == {Permission.WORKSPACE_PLAN}
    assert set(GROUPS) <= OWNER and Permission.WORKSPACE_CHANGE not in permissions_of(StaffRole.AUDITOR)


def test_a_plan_is_told_and_announced_with_its_name(app: Flask) -> None:
    plan = add_plan("Growth")
    ws = made(status="active")
    save(ws, plan=plan)
    assert last("workspace.plan_changed") == {"plan": ["", "Growth"]}
    assert one(Workspace).mrr_minor == 2_400_000
    assert one(Change, type="workspace.plan_changed").data == {"plan": plan, "billing_cycle": "monthly"}
    save(ws, billing_cycle="custom", custom_amount="300", custom_months="3")
    assert one(Workspace).mrr_minor == 10_000
    save(ws, billing_cycle="monthly")
    assert (one(Workspace).custom_amount, one(Workspace).custom_months) == (None, None)
    check_platform()


def test_an_archived_plan_stays_until_another_is_chosen(app: Flask) -> None:
    plan = add_plan("Old")
    ws = made(plan=plan)
    with unit() as session:
        session.scalars(select(Plan)).one().archived_at = NOW
    save(ws, state="Goa")
    assert "archived" in refusals(made(name="Beta", owner_email="b@b.example"), plan=plan)["plan"]


def test_a_plan_without_a_price_for_cycle_and_currency_is_refused(app: Flask) -> None:
    plan = add_plan("Growth")
    ws = made(plan=plan)
    assert "no annual price in INR" in refusals(ws, billing_cycle="annual")["plan"]
    assert "custom cycle" in refusals(ws, billing_cycle="custom")["custom_amount"]


def test_children_pay_the_fee_of_the_plan_that_the_primary_changes_to(app: Flask) -> None:
    with unit() as session:
        prices = {(Cycle.MONTHLY, "INR"): 100_000}
        small = tenants.plan(session, "Group", {}, prices, {"INR": 5_000}, multi_workspace=True)
        large = tenants.plan(session, "Fleet", {}, prices, {"INR": 9_000}, multi_workspace=True)
        plain = tenants.plan(session, "Single", {}, prices)
        ids = small.public_id, large.public_id, plain.public_id
    ws = made(status="active", plan=ids[0])
    made(name="Child", organization="acme", owner_email="c@c.example", status="active", plan=ids[2])
    assert one(Workspace, name="Child").mrr_minor == 5_000
    save(ws, plan=ids[1])
    assert one(Workspace, name="Child").mrr_minor == 9_000
    assert "one more workspace" in refusals(ws, plan=ids[2])["plan"]
    assert one(PlanFee, plan_id=one(Plan, name="Fleet").id).child_fee_minor == 9_000
    check_platform()


def test_health_follows_at_once_from_when_the_trial_ends(app: Flask) -> None:
    ws = made()
    assert one(Workspace).health is Level.GOOD
    save(ws, trial_ends_at="2026-11-22")
    assert one(Workspace).health is Level.WATCH
    check_platform()


def test_a_web_address_is_unique_and_the_old_one_is_free_again(app: Flask) -> None:
    ws, other = made(), made(name="Beta", owner_email="b@b.example")
    assert "taken" in refusals(other, web_address="ACME")["web_address"]
    save(ws, web_address="acme-corp")
    save(other, web_address="acme")
    assert present(other).texts["web_address"] == "acme"
    check_platform()


def test_a_domain_is_replaced_by_one_to_be_verified_anew_and_removed(app: Flask) -> None:
    ws = made(custom_domain="chat.acme.example")
    first = one(Domain).token
    made(name="Beta", owner_email="b@b.example", custom_domain="beta.example")
    assert "in use" in refusals(ws, custom_domain="beta.example")["custom_domain"]
    assert save(ws, custom_domain="Chat.Acme.example.").fields == ()
    save(ws, custom_domain="talk.acme.example")
    assert one(Domain, host="talk.acme.example").token != first
    save(ws, custom_domain="")
    assert present(ws).texts["custom_domain"] == ""
    assert last("workspace.changed") == {"custom_domain": ["talk.acme.example", ""]}


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"name": " "}, "name", "Enter a name"),
        ({"name": "x" * 201}, "name", "At most 200"),
        ({"name": "x" * 10_000}, "name", "this has 10,000"),
        ({"state": "a\x07"}, "state", "control character"),
        ({"web_address": ""}, "web_address", "2 to 63"),
        ({"web_address": "admin"}, "web_address", "kept for the platform"),
        ({"plan": "pln_nothing"}, "plan", "no plan"),
        ({"timezone": "Mars/Olympus"}, "timezone", "time zone"),
        ({"country": "Atlantis"}, "country", "no country"),
        ({"spend_cap": "-1"}, "spend_cap", "0 or more"),
        ({"e911_street": "1 Main St", "e911_country": "IN"}, "e911_city", "needs a city"),
        ({"spend_cap": "1,000"}, "spend_cap", "decimal point"),
        ({"alert_threshold": "0"}, "alert_threshold", "1 to 100"),
        ({"trial_ends_at": ""}, "trial_ends_at", "Give the day"),
        ({"trial_ends_at": "2020-01-01"}, "trial_ends_at", "over already"),
        ({"billing_cycle": "weekly"}, "billing_cycle", "choose one of"),
        ({"owner": ""}, "owner", "Choose who owns"),
        ({"owner": "usr_nobody"}, "owner", "Nobody has the account"),
        ({"owner": "staff@x.example"}, "owner", "staff of the platform"),
        ({"owner": "gone@x.example"}, "owner", "suspended"),
        ({"owner_mode": "invite", "owner_email": "Staff@X.example", "owner_name": "S"}, "owner_email", "existing user"),
        ({"owner_mode": "invite", "owner_email": "x@", "owner_name": "S"}, "owner_email", "full e-mail"),
    ],
)
def test_bad_input_is_told_at_its_field_and_changes_nothing(
    app: Flask, wanted: dict[str, str], field: str, words: str
) -> None:
    add_user("staff@x.example", staff=StaffRole.SUPPORT)
    add_user("gone@x.example", suspended=True)
    ws = made()
    assert words in refusals(ws, **wanted, industry="Ships")[field]


def test_handing_over_makes_the_old_owner_a_manager(app: Flask) -> None:
    factories.user("alice@example.test"), factories.user("olive@example.test")
    ws = made(owner_mode="existing", owner="alice@example.test", owner_name="", owner_email="")
    save(ws, owner="Olive@example.test")
    assert (role_of("olive@example.test"), role_of("alice@example.test")) == (
        WorkspaceRole.OWNER,
        WorkspaceRole.MANAGER,
    )
    assert role_of("olive@example.test", OrganizationMember) == OrganizationRole.ADMIN
    assert last("workspace.owner_changed") == {"owner": ["alice@example.test", "olive@example.test"]}
    assert one(Workspace).user_count == 2
    check_platform()


def test_an_owner_who_never_accepted_is_taken_out_with_the_invitation(app: Flask, mailbox: Mailbox) -> None:
    ws = create(draft(owner_email="wrong@typo.example"), BY).workspace
    save(ws, owner_mode="invite", owner_name="Maya Iyer", owner_email="maya@acme.example")
    assert role_of("wrong@typo.example") is None and role_of("wrong@typo.example", OrganizationMember) is None
    assert one(Invitation, email="wrong@typo.example").revoked_at == NOW
    assert role_of("maya@acme.example") == WorkspaceRole.OWNER
    assert [each.recipient for each in mailbox.messages] == ["wrong@typo.example", "maya@acme.example"]
    check_platform()


def test_a_new_owner_needs_a_seat(app: Flask) -> None:
    with unit() as session:
        tenants.plan(session, "Free", {Limit.USERS: 1}, is_free=True)
    factories.user("alice@example.test"), factories.user("olive@example.test")
    ws = made(owner_mode="existing", owner="alice@example.test", owner_name="", owner_email="")
    with pytest.raises(Exception, match="Users: 1 used, 1 allowed"):
        save(ws, owner="olive@example.test")
    assert role_of("alice@example.test") == WorkspaceRole.OWNER


def test_a_closed_workspace_and_an_unknown_one_are_not_changed(app: Flask) -> None:
    ws = made()
    with unit() as session:
        row = session.scalars(select(Workspace)).one()
        row.cancelled_at = NOW
        tenants.settled(session, row)
    with pytest.raises(Conflict, match="in the trash"):
        save(ws, name="Beta")
    with pytest.raises(NotFound):
        save("ws_nothing", name="Beta")


def test_of_many_who_save_one_version_at_once_one_wins(app: Flask) -> None:
    ws = made()

    def run(number: int) -> bool:
        with app.app_context(), scope.platform():
            try:
                change(ws, {"state": f"State {number}"}, BY, may=OWNER, version=1)
            except Stale:
                return False
            return True

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(run, range(8))) == 1
    db.session.rollback()
    assert present(ws).version == 2 and actions().count("workspace.changed") == 1
    check_platform()


def test_of_many_who_take_one_address_at_once_one_gets_it(app: Flask) -> None:
    every = [made(name=f"W{number}", owner_email=f"w{number}@x.example") for number in range(6)]

    def run(ws: str) -> str:
        with app.app_context(), scope.platform():
            try:
                save(ws, web_address="the-one")
            except Invalid as refused:
                return refused.errors["web_address"]
            return ""

    db.session.rollback()
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(run, every))
    assert told.count("") == 1 and all("taken" in text for text in told if text)
    check_platform()
