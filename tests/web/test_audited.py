"""Every route that changes something leaves an audit event: an example of each, drawn from the app's own routes.

A new one without an example here fails."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.conftest import DATABASES
from tests.factories import PASSWORD
from tests.support.creation import actions
from tests.support.databases import Database
from tests.support.mails import Mailbox
from tests.support.people import log_in, submit
from tests.support.routes import routes
from tests.support.scenes import Example, Fields, Scene
from tests.web import account_scenes, scenes
from tests.web.billing_scenes import BILLING
from tests.web.people_scenes import PEOPLE
from tests.web.telephony_scenes import TELEPHONY

EDITED = ("workspace.changed", "workspace.plan_changed", "workspace.owner_changed")
PROFILE = {"name": "Alice the First", "locale": "en", "timezone": "UTC", "theme": "dark"}
EXAMPLES: dict[str, Example] = {
    **PEOPLE,
    "access.stop": Example(scenes.inside, ("access.ended",)),
    "admin_workspaces.impersonate": Example(scenes.at_the_door, ("access.started",)),
    "admin_workspaces.manage": Example(scenes.at_the_door, ("access.started",)),
    "switch.switch": Example(scenes.elsewhere, reason="which workspace a browser shows: no right is won by it"),
    "organization_requests.new": Example(account_scenes.wish, ("request.asked",)),
    "organization_requests.withdraw": Example(account_scenes.asked, ("request.withdrawn",)),
    "organization_branding.domain_check": Example(account_scenes.with_proof, ("organization.domain_checked",)),
    "organization_branding.domain_new": Example(account_scenes.domain, ("organization.domain_added",)),
    "organization_branding.domain_remove": Example(account_scenes.with_domain, ("organization.domain_removed",)),
    "organization_branding.save": Example(account_scenes.coloured, ("organization.branding_changed",)),
    "organization_workspaces.new": Example(account_scenes.another_workspace, ("workspace.created",)),
    "organization_workspaces.close": Example(account_scenes.one_of_several, ("workspace.cancelled",)),
    "organization_users.invite": Example(account_scenes.with_newcomer, ("invitation.sent", "user.created")),
    "organization_users.remove": Example(
        account_scenes.with_member_inside, ("member.removed", "user.organization_left")
    ),
    "organization_users.resend": Example(account_scenes.with_newcomer_invited, ("invitation.renewed",)),
    "organization_users.revoke": Example(account_scenes.with_newcomer_invited, ("invitation.revoked",)),
    "organization_users.role": Example(account_scenes.with_member, ("user.organization_role_changed",)),
    "organization_users.workspace_add": Example(account_scenes.with_member_to_add, ("member.added",)),
    "organization_users.workspace_owner": Example(account_scenes.with_member_inside, ("workspace.owner_changed",)),
    "organization_users.workspace_remove": Example(account_scenes.with_member_inside, ("member.removed",)),
    "organization_users.workspace_role": Example(account_scenes.with_member_inside, ("member.role_changed",)),
    "workspace_team.owner": Example(scenes.with_agent, ("workspace.owner_changed",)),
    "workspace_usage.cap": Example(scenes.spending, ("workspace.spend_cap_changed",)),
    "workspace_settings.close": Example(scenes.closing, ("workspace.cancelled",)),
    "workspace_settings.save": Example(scenes.settings, ("workspace.settings_changed",)),
    "workspace_team.invite": Example(scenes.invitee, ("invitation.sent", "user.created")),
    "workspace_team.remove": Example(scenes.with_agent, ("member.removed",)),
    "workspace_team.resend": Example(scenes.with_invitation, ("invitation.renewed",)),
    "workspace_team.revoke": Example(scenes.with_invitation, ("invitation.revoked",)),
    "workspace_team.role": Example(scenes.with_agent, ("member.role_changed",)),
    "account.confirm": Example(lambda _: {"password": PASSWORD}, reason="log-in bookkeeping: no right is won by it"),
    "account.email_change": Example(scenes.new_address, ("user.email_change_requested",)),
    "account.email_confirmed": Example(scenes.address_asked_for, ("user.email_changed",)),
    "account.factor_begin": Example(scenes.nothing, reason="a secret that opens nothing until a code proves it"),
    "account.factor_codes": Example(scenes.with_factor, ("user.recovery_codes_renewed",)),
    "account.factor_disable": Example(scenes.with_factor, ("user.second_factor_disabled",)),
    "account.factor_enable": Example(scenes.with_secret, ("user.second_factor_enabled",)),
    "account.invitation_accept": Example(scenes.invited, ("invitation.accepted", "user.logged_in")),
    "account.log_in": Example(scenes.logging_in, ("user.logged_in",)),
    "account.log_out": Example(scenes.nothing, ("user.logged_out",)),
    "account.password_change": Example(
        lambda _: {"current_password": PASSWORD, "password": scenes.NEW}, ("user.password_changed",)
    ),
    "account.password_forgot": Example(lambda scene: {"email": scene.alice.email}, ("user.password_reset_requested",)),
    "account.password_reset": Example(scenes.reset, ("user.password_changed", "user.logged_in")),
    "account.profile_save": Example(lambda _: PROFILE, ("user.profile_changed",)),
    "account.second_factor": Example(scenes.second_factor, ("user.logged_in",)),
    "account.session_end": Example(scenes.other_session, ("user.session_ended",)),
    "account.sessions_end_others": Example(scenes.other_session, ("user.sessions_ended",)),
    "admin_mail.resend": Example(scenes.letter, ("mail.resent",)),
    "admin_workspaces.bulk_notify": Example(scenes.noticed, ("bulk.started", "workspace.notified", "bulk.finished")),
    "admin_workspaces.bulk_plan": Example(
        scenes.another_plan, ("bulk.started", "workspace.plan_changed", "bulk.finished")
    ),
    "admin_workspaces.bulk_reactivate": Example(
        scenes.all_suspended, ("bulk.started", "workspace.reactivated", "hold.lifted", "bulk.finished")
    ),
    "admin_workspaces.bulk_suspend": Example(scenes.all_of, ("bulk.started", "workspace.suspended", "bulk.finished")),
    "admin_imports.upload": Example(scenes.upload, ("import.started", "workspace.created", "import.finished")),
    "admin_imports.run_for_real": Example(scenes.tried, ("import.started", "workspace.created", "import.finished")),
    "admin_workspaces.activate": Example(scenes.trial, ("workspace.activated",)),
    "admin_workspaces.lift": Example(scenes.suspended, ("hold.lifted", "workspace.reactivated")),
    "admin_workspaces.limits_save": Example(scenes.overridden, ("workspace.limit_overridden",)),
    "admin_workspaces.past_due": Example(scenes.trial, ("hold.opened", "workspace.suspended")),
    "admin_workspaces.primary": Example(scenes.child, ("workspace.made_primary",)),
    "admin_workspaces.reactivate": Example(scenes.suspended, ("hold.lifted", "workspace.reactivated")),
    "admin_workspaces.restore": Example(scenes.closed, ("workspace.restored",)),
    "admin_workspaces.suspend": Example(scenes.trial, ("workspace.suspended",)),
    "admin_workspaces.trash_move": Example(scenes.trashed, ("workspace.cancelled",)),
    "admin_workspaces.create": Example(scenes.new, ("workspace.created", "organization.created", "invitation.sent")),
    "admin_workspaces.edit_save": Example(scenes.edited, EDITED),
    "admin_workspaces.invitation": Example(scenes.made, ("invitation.renewed",)),
    "admin_workspaces.remove_samples": Example(scenes.made, ("workspace.sample_data_removed",)),
    "admin_defaults.save": Example(scenes.other_defaults, ("platform.defaults_changed",)),
    "admin_organizations.domain_remove": Example(account_scenes.account_with_domain, ("organization.domain_removed",)),
    "admin_organizations.edit_save": Example(account_scenes.account, ("organization.changed",)),
    "admin_organizations.past_due": Example(account_scenes.account, ("hold.opened", "workspace.suspended")),
    "admin_organizations.reactivate": Example(
        account_scenes.account_suspended, ("hold.lifted", "workspace.reactivated")
    ),
    "admin_organizations.suspend": Example(account_scenes.account, ("hold.opened", "workspace.suspended")),
    "admin_requests.decline": Example(account_scenes.unanswered, ("request.declined",)),
    "admin_requests.grant": Example(account_scenes.unanswered, ("request.granted", "organization.changed")),
    "admin_workspaces.transfer": Example(scenes.sold, ("workspace.transferred", "organization.workspace_left")),
    **BILLING,
    **TELEPHONY,
    "admin_plans.archive": Example(scenes.planned, ("plan.archived",)),
    "admin_plans.create": Example(lambda _: {"name": "Growth"}, ("plan.created",)),
    "admin_plans.edit_save": Example(scenes.repriced, ("plan.changed",)),
    "admin_plans.restore": Example(scenes.archived, ("plan.restored",)),
    "admin_settings.save": Example(scenes.other_thresholds, ("platform.settings_changed",)),
    "admin_jobs.run": Example(scenes.job, ("job.asked",)),
    "admin_tasks.stop": Example(scenes.waiting, ("import.stopped",)),
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
    answer = submit(scene.browser, route.path(**scene.values) + scene.query, fields, **files(fields))
    assert answer.status_code in (200, 303), answer.text
    new = actions()[len(before) :]
    assert set(example.events) <= set(new), new
    assert bool(new) == bool(example.events), f"{route} is audited after all: {new}"


def files(fields: Fields) -> Fields:
    """How a form with a file is sent."""
    return {"content_type": "multipart/form-data"} if any(isinstance(each, tuple) for each in fields.values()) else {}
