"""Accounts and profiles."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.base.db import db
from portal.models import AuditEvent, User
from portal.operations import accounts
from portal.operations.accounts import Profile
from portal.rules.access import StaffRole
from portal.rules.errors import Conflict, Invalid, Refused
from tests import factories
from tests.factories import PASSWORD, acting, command

OWNER = StaffRole.OWNER


@pytest.mark.parametrize("email", ["alice@example.test", "ALICE@EXAMPLE.TEST"])
def test_a_known_address_is_refused_whatever_its_case(app: Flask, email: str) -> None:
    factories.staff()
    with pytest.raises(Conflict):
        accounts.create_staff(email, "Alice", PASSWORD, OWNER, command())
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    ("email", "name", "password", "field"),
    [
        ("alice", "Alice", PASSWORD, "email"),
        ("alice@", "Alice", PASSWORD, "email"),
        ("a@b", "Alice", PASSWORD, "email"),
        ("a" * 300 + "@example.test", "Alice", PASSWORD, "email"),
        ("alice@example.test\0", "Alice", PASSWORD, "email"),
        ("alice@example.test", " \u200b ", PASSWORD, "name"),
        ("alice@example.test", "A" * 201, PASSWORD, "name"),
        ("alice@example.test", "Alice", "short", "password"),
        ("alice@example.test", "Alice", "alice@example.test", "password"),
    ],
)
def test_what_cannot_be_an_account(app: Flask, email: str, name: str, password: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        accounts.create_staff(email, name, password, OWNER, command())
    assert refused.value.field == field


def test_a_profile_is_saved_and_its_changes_audited(app: Flask) -> None:
    alice = factories.staff()
    accounts.change_profile(alice.public_id, Profile("Alice Ø", "de-CH", "Asia/Kolkata", "dark", False), acting(alice))
    assert (alice.name, alice.name_key, alice.locale, alice.timezone) == ("Alice Ø", "alice o", "de-CH", "Asia/Kolkata")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "user.profile_changed")).one()
    assert event.payload["changes"]["theme"] == ["system", "dark"]
    assert event.payload["changes"]["name"] == ["Alice", "Alice Ø"]


def test_a_profile_saved_unchanged_is_no_event(app: Flask) -> None:
    alice = factories.staff()
    accounts.change_profile(alice.public_id, Profile("Alice", "en", "UTC", "system", True), acting(alice))
    assert db.session.scalar(select(AuditEvent.id).where(AuditEvent.action == "user.profile_changed")) is None


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (Profile("Alice", "xx", "UTC", "dark", True), "locale"),
        (Profile("Alice", "en", "../../etc/passwd", "dark", True), "timezone"),
        (Profile("Alice", "en", "Mars/Olympus", "dark", True), "timezone"),
        (Profile("Alice", "en", "UTC", "pink", True), "theme"),
    ],
)
def test_a_profile_with_values_that_do_not_exist(app: Flask, profile: Profile, field: str) -> None:
    alice = factories.staff()
    with pytest.raises(Invalid) as refused:
        accounts.change_profile(alice.public_id, profile, acting(alice))
    assert list(refused.value.errors) == [field]


def test_an_owners_new_name_reaches_the_list_of_workspaces(app: Flask) -> None:
    factories.plan()
    acme = factories.workspace()
    olive = db.session.get_one(User, acme.owner_id)
    accounts.change_profile(olive.public_id, Profile("Zoë Zebra", "en", "UTC", "system", True), acting(olive))
    assert acme.owner_key == "zoe zebra"
    assert "zebra" in acme.search_text
