"""Usage limits on screen: the list, a row that is edited where it stands or on a page, and two people at once."""

import pytest
from flask.testing import FlaskClient

from portal.models import Workspace
from portal.operations import platform, usage_limits
from portal.queries.usage_limits import editable
from portal.rules.access import StaffRole
from tests import factories
from tests.support.creation import BY, one
from tests.support.pages import words
from tests.support.people import log_in, submit
from tests.web.admin.test_plans import fields_of

HOME = "/admin/usage-limits/"
PART = {"HX-Request": "true"}


@pytest.fixture
def acme(client: FlaskClient) -> str:
    platform.initialise(BY)
    log_in(client, factories.staff(role=StaffRole.SUPPORT))
    return factories.workspace("Acme").public_id


def test_the_list_is_filtered_by_what_is_spent_of_the_cap(client: FlaskClient, acme: str) -> None:
    factories.workspace("Beta")
    usage_limits.change(acme, {"spend_cap": "0"}, BY, version=editable(acme).version)
    page = client.get(HOME).text
    assert "Acme" in words(page) and "Beta" in words(page) and 'data-figure="limit.numbers.effective"' in page
    over, free = client.get(HOME + "?spend=over").text, client.get(HOME + "?spend=free").text
    assert (f"limits-{acme}" in over, f"limits-{acme}" in free) == (True, False)
    assert "No workspace matches" in client.get(HOME + "?spend=over&behaviour=suspend").text
    assert client.get(HOME + "?page=2").status_code == 404


def test_a_row_is_edited_where_it_stands(client: FlaskClient, acme: str) -> None:
    form = client.get(f"{HOME}{acme}/edit", headers=PART).text
    assert form.lstrip().startswith("<tr") and "<html" not in form and "data-restore" in form
    bad = submit(client, f"{HOME}{acme}/edit", fields_of(form) | {"override_numbers": "-5"}, headers=PART)
    assert bad.status_code == 422 and 'value="-5"' in bad.text and 'aria-invalid="true"' in bad.text
    good = submit(client, f"{HOME}{acme}/edit", fields_of(bad.text) | {"override_numbers": "5"}, headers=PART)
    assert good.status_code == 200 and good.text.lstrip().startswith("<tr") and ">own<" in good.text
    assert client.get(f"{HOME}{acme}", headers=PART).text.lstrip().startswith("<tr")


def test_without_script_there_is_a_page_and_who_comes_second_sees_both(client: FlaskClient, acme: str) -> None:
    mine = fields_of(client.get(f"{HOME}{acme}/edit").text) | {"spend_cap": "700"}
    mine["suspension_behaviour"] = "notify_only"
    usage_limits.change(acme, {"spend_cap": "900"}, BY, version=editable(acme).version)
    answer = submit(client, f"{HOME}{acme}/edit", mine)
    assert answer.status_code == 409 and 'value="700"' in answer.text and "Now: 900.00" in words(answer.text)
    again = fields_of(answer.text) | {"suspension_behaviour": "notify_only"}
    assert submit(client, f"{HOME}{acme}/edit", again).status_code == 303
    assert one(Workspace, public_id=acme).spend_cap == 70_000


def test_a_cap_is_chosen_by_what_is_spent_and_a_limit_by_what_it_is_otherwise(client: FlaskClient, acme: str) -> None:
    usage_limits.change(acme, {"override_numbers": "77"}, BY, version=editable(acme).version)
    for page in (client.get(f"{HOME}{acme}/edit", headers=PART), client.get(f"{HOME}{acme}/edit")):
        assert "₹0.00 spent this month" in words(page.text)
        assert "Left empty: 1, the free plan’s" in words(page.text)


@pytest.mark.parametrize(
    ("status", "cap", "behaviour", "said"),
    [
        ("active", "0", "suspend", "So much is spent already: it is suspended within minutes."),
        ("active", "0", "block_outbound", "So much is spent already: nothing is sent from now on."),
        ("active", "0", "notify_only", ""),
        ("active", "5", "suspend", ""),
        ("trial", "0", "suspend", ""),
    ],
)
def test_a_cap_that_is_reached_already_says_what_follows(
    client: FlaskClient, acme: str, status: str, cap: str, behaviour: str, said: str
) -> None:
    """In the row that was saved, or in the notice where a page was; and not when something else is saved."""
    fields = {"spend_cap": cap, "suspension_behaviour": behaviour}
    for head in (PART, {}):
        edit = f"{HOME}{factories.workspace(f'Beta {len(head)}', status=status).public_id}/edit"
        saved = submit(client, edit, fields_of(client.get(edit, headers=head).text) | fields, headers=head)
        text = words(saved.text if head else client.get(saved.headers["Location"]).text)
        assert said in text and ("So much is spent" in text) is bool(said)
        other = fields_of(client.get(edit, headers=PART).text) | {"override_numbers": "7"}
        assert "So much is spent" not in words(submit(client, edit, other, headers=PART).text)
