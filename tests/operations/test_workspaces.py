"""Creating a workspace: what stands afterwards, and what is refused with which words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.db import db
from portal.models import (
    Broadcast,
    Campaign,
    Change,
    Contact,
    ContactTag,
    Domain,
    Hold,
    Invitation,
    LimitOverride,
    Membership,
    Organization,
    OrganizationMember,
    RateCard,
    User,
    Workspace,
    scope,
)
from portal.operations.unit import unit
from portal.operations.workspaces import create
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.errors import Invalid
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.limits import Limit
from tests import factories
from tests.support.creation import (
    BY,
    NOW,
    actions,
    add_plan,
    add_user,
    check_platform,
    count,
    draft,
    nothing_was_written,
    one,
)
from tests.support.mails import Mailbox


def refusals(**values: Any) -> dict[str, str]:
    """The messages by field of a draft that is refused."""
    with pytest.raises(Invalid) as caught:
        create(draft(**values), BY, send_mail=False)
    return caught.value.errors


def test_name_and_owner_are_enough(app: Flask) -> None:
    made = create(draft(), BY, send_mail=False)

    row = one(Workspace, public_id=made.workspace)
    assert (row.name, row.web_address, row.is_primary, row.status, row.stage) == (
        "Acme", "acme", True, Status.TRIAL, Stage.TRIAL,
    )  # fmt: skip
    assert (row.timezone, row.currency, row.plan_id, row.user_count) == ("Asia/Kolkata", "INR", None, 1)
    assert row.trial_ends_at == NOW + timedelta(days=7)
    assert row.sip_prefix == made.sip_prefix and 4 <= len(row.sip_prefix) <= 6 and row.sip_prefix.startswith("ac")
    organization = one(Organization)
    assert (organization.name, organization.slug, organization.currency) == ("Acme", "acme", "INR")
    assert one(Membership).role is WorkspaceRole.OWNER
    assert one(OrganizationMember).role is OrganizationRole.ADMIN
    assert one(Change).type == "workspace.created"
    check_platform()


def test_a_creation_leaves_an_event_for_each_thing_it_made(app: Flask) -> None:
    create(draft(), BY, send_mail=False)
    assert actions() == ["organization.created", "user.created", "workspace.created", "invitation.prepared"]


def test_an_invited_owner_has_no_password_and_a_link_that_works_once(app: Flask, mailbox: Mailbox) -> None:
    made = create(draft(), BY)

    owner = one(User)
    assert (owner.password_hash, owner.must_set_password, owner.name) == (None, True, "Maya Iyer")
    invitation = one(Invitation)
    assert invitation.expires_at == NOW + timedelta(days=7)
    assert invitation.workspace_role is WorkspaceRole.OWNER
    assert mailbox.only("maya@acme.example").public_id == made.mail
    assert made.invited


def test_nobody_is_written_to_unless_asked(app: Flask) -> None:
    made = create(draft(), BY, send_mail=False)
    assert made.mail is None and count(Invitation) == 1  # the fixture fails the test if a mail was written


def test_a_known_address_in_another_case_is_that_person(app: Flask) -> None:
    alice = add_user("Alice@Acme.example")
    made = create(draft(owner_email="aLICE@acme.EXAMPLE"), BY, send_mail=False)
    assert (made.owner, made.invited, count(User), count(Invitation)) == (alice, False, 1, 0)


@pytest.mark.parametrize("reference", ["id", "ALICE@acme.example"])
def test_an_existing_owner_is_chosen_by_id_or_address(app: Flask, reference: str) -> None:
    alice = add_user("alice@acme.example")
    values = {"owner_mode": "existing", "owner": alice if reference == "id" else reference, "owner_email": ""}
    assert create(draft(**values), BY).owner == alice


def test_inviting_somebody_who_has_an_account_is_refused_at_the_address(app: Flask) -> None:
    add_user("alice@acme.example")
    assert "Alice Owner" in refusals(owner_mode="invite", owner_email="ALICE@acme.example")["owner_email"]


@pytest.mark.parametrize(
    ("person", "words"), [({"staff": StaffRole.SUPPORT}, "is staff"), ({"suspended": True}, "is suspended")]
)
def test_staff_and_suspended_people_own_no_workspace(app: Flask, person: dict[str, Any], words: str) -> None:
    add_user("bob@portal.example", name="Bob", **person)
    assert words in refusals(owner_mode="existing", owner="bob@portal.example")["owner"]
    assert words in refusals(owner_email="bob@portal.example")["owner_email"]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Técnica A&M", "tecnica-a-m"),
        ("Московский университет", "moskovskii-universitet"),
        ("🎓🎓", "workspace"),
        ("X", "workspace-x"),
        ("Admin", "admin-2"),
        ("The Children's Place", "the-childrens-place"),
        ("a" * 200, "a" * 63),
    ],
)
def test_a_web_address_is_made_from_any_name(app: Flask, name: str, address: str) -> None:
    made = create(draft(name=name), BY, send_mail=False)
    assert made.web_address == address
    assert one(Organization).slug == address


def test_namesakes_are_numbered_and_have_prefixes_of_their_own(app: Flask) -> None:
    made = [create(draft(owner_email=f"p{n}@acme.example"), BY, send_mail=False) for n in range(8)]
    assert [each.web_address for each in made] == ["acme", *(f"acme-{n}" for n in range(2, 9))]
    assert [each.organization_slug for each in made] == [each.web_address for each in made]
    assert len({each.sip_prefix for each in made}) == 8
    check_platform()


def test_a_taken_address_is_refused_with_two_free_ones(app: Flask) -> None:
    create(draft(), BY, send_mail=False)
    create(draft(owner_email="b@acme.example"), BY, send_mail=False)  # acme-2
    message = refusals(web_address="ACME", country="IN")["web_address"]
    assert message == "“acme” is taken by another workspace. Try acme-in or acme-3."


def test_an_active_workspace_pays_from_its_first_day(app: Flask) -> None:
    plan = add_plan()
    create(draft(plan=plan, status="active"), BY, send_mail=False)
    row = one(Workspace)
    assert (row.status, row.mrr_minor, row.trial_ends_at) == (Status.ACTIVE, 2_400_000, None)
    assert row.activated_on.isoformat() == "2026-11-21"
    check_platform()


def test_a_suspended_workspace_has_a_manual_hold(app: Flask) -> None:
    create(draft(status="suspended"), BY, send_mail=False)
    assert one(Workspace).status is Status.SUSPENDED
    assert one(Hold).kind is HoldKind.MANUAL
    check_platform()


def test_caps_are_overrides(app: Flask) -> None:
    create(draft(cap_daily_messages="2500", cap_users="0", cap_numbers="-1"), BY, send_mail=False)
    with scope.platform():
        rows = db.session.scalars(select(LimitOverride)).all()
    assert {row.name: row.value for row in rows} == {Limit.DAILY_MESSAGES: 2500, Limit.USERS: 0, Limit.NUMBERS: -1}


def test_sample_data_is_marked_and_counted(app: Flask) -> None:
    create(draft(seed_sample_data=True), BY, send_mail=False)
    row = one(Workspace)
    assert (row.contact_count, row.campaign_count, row.broadcast_count) == (12, 1, 1)
    assert count(ContactTag) > 12
    with scope.platform():
        samples = [each for kind in (Contact, Campaign, Broadcast) for each in db.session.scalars(select(kind))]
    assert all(each.is_sample for each in samples) and len(samples) == 14
    assert one(Broadcast).state == "draft"
    check_platform()


def test_a_custom_domain_awaits_its_check(app: Flask) -> None:
    create(draft(custom_domain="Chat.Acmé.example"), BY, send_mail=False)
    row = one(Domain)
    assert (row.host, row.state) == ("chat.xn--acm-dma.example", "pending") and len(row.token) >= 32


def test_a_custom_domain_of_somebody_else_is_refused_or_left_out(app: Flask) -> None:
    create(draft(custom_domain="chat.acme.example"), BY, send_mail=False)
    assert "in use already" in refusals(custom_domain="chat.acme.EXAMPLE.")["custom_domain"]
    made = create(draft(custom_domain="chat.acme.example"), BY, send_mail=False, lenient_domain=True)
    assert "left out" in made.warnings[0] and count(Domain) == 1


def test_a_second_workspace_needs_a_multi_workspace_plan(app: Flask) -> None:
    first = create(draft(), BY, send_mail=False)
    assert "has its one workspace" in refusals(name="Two", organization=first.organization)["organization"]


def test_a_child_joins_its_organization_and_its_owner_becomes_a_member(app: Flask) -> None:
    add_plan("Network", multi_workspace=True)
    create(draft(plan="Network", status="active"), BY, send_mail=False)
    made = create(draft(name="Acme Returns", organization="ACME", owner_email="c@acme.example"), BY, send_mail=False)

    row = one(Workspace, public_id=made.workspace)
    assert (row.is_primary, row.currency, count(Organization)) == (False, "INR", 1)
    charlie = one(User, public_id=made.owner)
    assert one(OrganizationMember, user_id=charlie.id).role is OrganizationRole.MEMBER
    assert row.health is not None
    check_platform()


def test_an_owner_of_a_second_workspace_stays_admin(app: Flask) -> None:
    add_plan("Network", multi_workspace=True)
    first = create(draft(plan="Network"), BY, send_mail=False)
    create(draft(name="Two", organization=first.organization), BY, send_mail=False)
    assert one(OrganizationMember).role is OrganizationRole.ADMIN


def test_an_organization_keeps_its_currency(app: Flask) -> None:
    add_plan("Network", multi_workspace=True)
    made = create(draft(plan="Network"), BY, send_mail=False)
    assert "billed in INR" in refusals(organization=made.organization, currency="USD")["currency"]


def test_a_plan_without_a_price_for_cycle_and_currency_is_refused(app: Flask) -> None:
    add_plan()
    assert "no annual price in INR" in refusals(plan="growth", billing_cycle="annual")["plan"]
    assert "no monthly price in JPY" in refusals(plan="growth", currency="JPY")["plan"]
    create(draft(plan="growth", billing_cycle="custom", custom_amount="99.50", custom_months="6"), BY, send_mail=False)
    row = one(Workspace)
    assert (row.custom_amount, row.custom_months) == (9950, 6)


def test_the_free_plan_needs_no_price_and_an_archived_one_takes_nobody(app: Flask) -> None:
    add_plan("Starter", is_free=True)
    add_plan("Old", archived_at=NOW)
    assert "archived" in refusals(plan="Old")["plan"]
    create(draft(plan="Starter", currency="USD"), BY, send_mail=False)


def test_amounts_have_the_decimals_of_the_currency(app: Flask) -> None:
    assert "JPY has no decimals" in refusals(currency="JPY", spend_cap="10.5")["spend_cap"]
    create(draft(currency="KWD", spend_cap="10.125"), BY, send_mail=False)
    assert one(Workspace).spend_cap == 10_125


def test_a_trial_ends_with_its_last_day_where_the_workspace_is(app: Flask) -> None:
    create(draft(trial_ends_at="2026-12-05", timezone="Asia/Tokyo"), BY, send_mail=False)
    assert one(Workspace).trial_ends_at.isoformat() == "2026-12-05T14:59:59+00:00"


def test_a_new_organization_has_the_rate_card_of_its_currency(app: Flask) -> None:
    with unit() as session:
        session.add(RateCard(name="Standard", currency="INR"))
    create(draft(rate_card="standard"), BY, send_mail=False)
    assert one(Organization).rate_card_id == one(RateCard).id
    assert "is in INR, not USD" in refusals(rate_card="standard", currency="USD")["rate_card"]


BAD = [
    ("name", "", "Enter a name"),
    ("name", "\u200b \u2066", "Enter a name"),
    ("name", "x" * 201, "At most 200"),
    ("name", "x" * 20_000, "At most 1,000"),
    ("name", "Ac\x00me", "U+0000"),
    ("name", "Ac\ud800me", "U+D800"),
    ("web_address", "-acme", "neither begins"),
    ("web_address", "admin", "kept for the platform"),
    ("owner_email", "tomasz@northwind", "Enter a full e-mail address"),
    ("owner_email", "", "Enter a full e-mail address"),
    ("owner_mode", "adopt", "existing"),
    ("organization", "org_nowhere", "no organization"),
    ("custom_domain", "https://acme.example", "host name alone"),
    ("plan", "Nonesuch", "There is no plan"),
    ("status", "cancelled", "on trial, active or suspended"),
    ("status", "gone", "choose one of"),
    ("country", "ZZ", "no country"),
    ("timezone", "Mars/Olympus", "no time zone"),
    ("currency", "XQX", "no currency"),
    ("rate_card", "None", "no rate card"),
    ("billing_cycle", "weekly", "choose one of"),
    ("billing_cycle", "custom", None),
    ("custom_amount", "5", "Only the billing cycle"),
    ("billing_email", "x", "full e-mail"),
    ("trial_ends_at", "2026-02-30", "Enter a day"),
    ("trial_ends_at", "2020-01-01", "over already"),
    ("spend_cap", "-5", "0 or more"),
    ("spend_cap", "1e309", "digits"),
    ("suspension_behaviour", "explode", "choose one of"),
    ("alert_threshold", "0", "from 1 to 100"),
    ("alert_threshold", "²", "from 1 to 100"),
    ("cap_users", "-2", "−1 for unlimited"),
    ("cap_numbers", str(2**63), "whole number"),
    ("cnam", "Sixteen letters!", "at most 15"),
    ("cnam", "Ünder", "without accents"),
    ("e911_country", "ZZ", "no country"),
    ("admin_note", "x" * 10_001, "At most 10,000"),
]


@pytest.mark.parametrize(("field", "value", "words"), BAD)
def test_a_bad_value_is_refused_at_its_field_and_nothing_is_written(
    app: Flask, field: str, value: str, words: str | None
) -> None:
    errors = refusals(**{field: value})
    assert set(errors) == ({"custom_amount", "custom_months"} if words is None else {field})
    assert words is None or words in errors[field]
    assert nothing_was_written()


def test_all_faults_are_told_at_once(app: Flask) -> None:
    errors = refusals(name=" ", owner_email="x", plan="Nonesuch", cap_users="-2", country="ZZ")
    assert set(errors) == {"name", "owner_email", "plan", "cap_users", "country"}


def test_an_emergency_address_is_whole_or_none(app: Flask) -> None:
    errors = refusals(e911_street="1 Main St", e911_country="IN", country="IN")
    assert set(errors) == {"e911_city", "e911_postal_code"} and "needs a city" in errors["e911_city"]


def test_a_row_that_fails_inside_a_unit_takes_nothing_else_with_it(app: Flask) -> None:
    with unit():
        create(draft(), BY, send_mail=False)
        with pytest.raises(Invalid):
            create(draft(plan="Nonesuch"), BY, send_mail=False)
        create(draft(name="Other"), BY, send_mail=False)
    assert count(Workspace) == 2
    check_platform()


def at_once(app: Flask, drafts: list[dict[str, Any]]) -> list[Any]:
    """Creates each in a thread of its own, all at the same time; answers what was made, or the errors by field."""

    def run(values: dict[str, Any]) -> Any:
        with app.app_context():
            try:
                return create(draft(**values), BY, send_mail=False)
            except Invalid as invalid:
                return invalid.errors

    db.session.rollback()
    with ThreadPoolExecutor(len(drafts)) as pool:
        return list(pool.map(run, drafts))


def test_many_at_once_have_addresses_of_their_own(app: Flask) -> None:
    made = at_once(app, [{"owner_email": f"p{n}@acme.example"} for n in range(8)])
    assert {each.web_address for each in made} == {"acme", *(f"acme-{n}" for n in range(2, 9))}
    check_platform()


def test_one_of_many_gets_the_domain_and_the_others_a_reason(app: Flask) -> None:
    made = at_once(app, [{"owner_email": f"p{n}@acme.example", "custom_domain": "chat.acme.example"} for n in range(6)])
    refused = [each for each in made if isinstance(each, dict)]
    assert len(refused) == 5 and all("in use already" in each["custom_domain"] for each in refused)
    check_platform()


def test_many_at_once_with_one_new_owner_make_one_account(app: Flask) -> None:
    made = at_once(app, [{"name": f"Acme {n}"} for n in range(6)])
    assert len({each.owner for each in made}) == 1 and count(User) == 1 and count(Workspace) == 6
    check_platform()


def test_an_account_made_elsewhere_meanwhile_becomes_the_owner(app: Flask) -> None:
    """Making accounts does not wait for creations: on PostgreSQL the e-mail is found taken only by writing it."""

    def invite(_: int) -> None:
        with app.app_context():
            factories.user("maya@acme.example", "Maya")

    def make(number: int) -> Any:
        with app.app_context():
            return create(draft(name=f"Acme {number}"), BY, send_mail=False)

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        makers = [pool.submit(make, number) for number in range(4)]
        others = [pool.submit(invite, number) for number in range(4)]
        made = [each.result() for each in makers]
    assert {type(each.exception()) for each in others} <= {type(None), IntegrityError}
    assert len({each.owner for each in made}) == 1 and count(User) == 1
    check_platform()
