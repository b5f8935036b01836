"""Extensions: created within the limit, their secret shown once, unregistered and provisioned again."""

import pytest
from flask import Flask

from portal.models import Extension, ExtensionState, Workspace
from portal.operations import closing, extensions, holds
from portal.operations.holds import NewHold
from portal.queries.principals import token_digest
from portal.rules.access import STAFF, StaffRole
from portal.rules.errors import Conflict, Invalid, NotFound, Refused
from portal.rules.limits import Limit
from tests import factories
from tests.support.creation import BY, actions, check_platform, count
from tests.support.family import fresh
from tests.support.telephony import allow, announced, extension_of


@pytest.fixture
def acme(app: Flask) -> Workspace:
    return factories.workspace()


def test_an_extension_keeps_the_digest_of_its_secret_alone(acme: Workspace) -> None:
    made = extensions.create(acme.public_id, "101", " Front  desk ", BY)
    row = extension_of(made.extension)
    assert (row.number, row.display_name, row.state) == ("101", "Front desk", ExtensionState.PROVISIONED)
    assert len(made.secret) == 24 and row.secret_digest == token_digest(made.secret)
    assert made.user == f"{acme.sip_prefix}101" and fresh(acme).extension_count == 1
    again = extensions.renew(acme.public_id, made.extension, BY)
    assert again.secret != made.secret
    assert extension_of(made.extension).secret_digest == token_digest(again.secret)
    assert actions()[-2:] == ["extension.created", "extension.secret_renewed"]
    check_platform()


def test_a_number_is_one_extensions_in_its_workspace(acme: Workspace) -> None:
    extensions.create(acme.public_id, "101", "", BY)
    with pytest.raises(Refused, match="already") as refused:
        extensions.create(acme.public_id, "101", "", BY)
    assert refused.value.field == "number"
    extensions.create(factories.workspace("Beta").public_id, "101", "", BY)


@pytest.mark.parametrize(
    ("number", "name", "field"),
    [("x", "", "number"), ("101", "x" * 201, "display_name"), ("101", "\0", "display_name")],
)
def test_what_does_not_fit_is_said_at_its_field(acme: Workspace, number: str, name: str, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        extensions.create(acme.public_id, number, name, BY)
    assert set(invalid.value.errors) == {field}
    assert not count(Extension)


def test_an_unregistered_one_frees_its_slot_and_keeps_its_number(acme: Workspace) -> None:
    allow(acme, Limit.EXTENSIONS, 1)
    made = extensions.create(acme.public_id, "101", "", BY)
    with pytest.raises(Refused, match="1 used, 1 allowed"):
        extensions.create(acme.public_id, "102", "", BY)
    extensions.unregister(acme.public_id, made.extension, BY)
    assert announced() == [("extension.unregistered", {"extension": made.extension, "number": "101"})]
    assert extension_of(made.extension).secret_digest == "" and fresh(acme).extension_count == 0
    for act in (extensions.unregister, extensions.renew):
        with pytest.raises(Conflict, match="unregistered"):
            act(acme.public_id, made.extension, BY)
    other = extensions.create(acme.public_id, "102", "", BY)
    with pytest.raises(Refused, match="1 used, 1 allowed"):
        extensions.provision(acme.public_id, made.extension, BY)
    extensions.unregister(acme.public_id, other.extension, BY)
    back = extensions.provision(acme.public_id, made.extension, BY)
    assert back.secret != made.secret and fresh(acme).extension_count == 1
    with pytest.raises(Conflict, match="provisioned already"):
        extensions.provision(acme.public_id, made.extension, BY)
    check_platform()


def test_nothing_is_done_while_suspended_or_closed_nor_to_anothers(acme: Workspace) -> None:
    made, other = extensions.create(acme.public_id, "101", "", BY), factories.workspace("Beta")
    for act in (extensions.renew, extensions.unregister, extensions.provision):
        with pytest.raises(NotFound):
            act(other.public_id, made.extension, BY)
    holds.suspend(acme.public_id, NewHold(), BY, STAFF[StaffRole.OWNER])
    closing.close(other.public_id, "Beta", BY)
    for row, why in ((acme, "suspended"), (other, "closed")):
        with pytest.raises(Conflict, match=why):
            extensions.create(row.public_id, "102", "", BY)
    for act in (extensions.renew, extensions.unregister):
        with pytest.raises(Conflict, match="suspended"):
            act(acme.public_id, made.extension, BY)
