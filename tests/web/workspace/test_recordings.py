"""A workspace's recordings as its own people see them: found, read, taken away; nobody else's."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models import Contact, RecordingKind
from portal.rules.access import WorkspaceRole
from tests.support import insiders
from tests.support.clocks import NOW
from tests.support.family import add
from tests.support.insiders import Home, browser
from tests.support.pages import words
from tests.support.telephony import recording

SAID = "Support, hello.\n\nThe parcel has not come; = sorry, <b>not</b> at all."


@pytest.fixture
def acme(app: Flask) -> Home:
    return insiders.home()


@pytest.fixture
def olive(app: Flask, acme: Home) -> FlaskClient:
    return browser(app, acme.owner)


def fill(home: Home) -> list[str]:
    """A call with a transcript from somebody known, a voicemail, a call that goes on; each an hour after the other."""
    add(
        Contact(
            workspace_id=home.workspace.id,
            name="Dana Mehta",
            phone="+442079460018",
            email="",
            created_at=NOW,
        )
    )
    hour, row = timedelta(hours=1), home.workspace
    return [
        recording(row, "a", started_at=NOW - 3 * hour, ended_at=NOW - 2 * hour, transcript=SAID),
        recording(row, "b", caller="", kind=RecordingKind.VOICEMAIL, started_at=NOW - hour, transcript="Ring me."),
        recording(row, "c", caller="101", callee="+442079460018", started_at=NOW, ended_at=None),
    ]


def test_they_are_listed_found_and_filtered(olive: FlaskClient, acme: Home) -> None:
    assert "No recordings yet" in olive.get(acme.path + "recordings").text
    fill(acme)
    page = words(olive.get(acme.path + "recordings").text)
    assert "All 3 Calls 2 Voicemails 1" in page and "1–3 of 3" in page
    assert (
        page.index("101 Dana Mehta Call In progress") < page.index("Unknown") < page.index("Dana Mehta Support, hello.")
    )
    assert "1:00:00" in page and "Voicemail 1:00:00" in page
    for query, found in {
        "kind=voicemail": "Unknown",
        "q=parcel+support": "Support, hello.",
        "q=%2B4420+7946": "In progress",
        "q=101": "101",
        "kind=call&q=parcel": "1–1 of 1",
    }.items():
        assert found in words(olive.get(f"{acme.path}recordings?{query}").text), query
    assert "Nothing matches" in olive.get(acme.path + "recordings?q=%25").text
    kept = olive.get(acme.path + "recordings?kind=voicemail").text
    assert 'type="hidden" name="kind" value="voicemail"' in kept, "a search stays among them"
    assert "All 3" in words(olive.get(acme.path + "recordings?kind=fax").text)


def test_one_is_read_whole_by_the_workspaces_people_alone(app: Flask, olive: FlaskClient, acme: Home) -> None:
    first, second, third = fill(acme)
    page = olive.get(f"{acme.path}recordings/{first}").text
    assert '<p dir="auto">Support, hello.</p><p dir="auto">The parcel has not come; = sorry, &lt;b&gt;not' in page
    assert "Call from Dana Mehta" in words(page).replace("\u2068", "").replace("\u2069", "")
    assert "Unknown" in olive.get(f"{acme.path}recordings/{second}").text
    assert "still being recorded" in olive.get(f"{acme.path}recordings/{third}").text
    beta = insiders.home("Beta Freight")
    stranger = browser(app, beta.owner)
    assert stranger.get(f"{acme.path}recordings/{first}").status_code == 404
    assert stranger.get(f"{beta.path}recordings/{first}").status_code == 404
    assert "No recordings yet" in stranger.get(beta.path + "recordings").text
    agent = browser(app, acme.people[WorkspaceRole.AGENT])
    assert agent.get(f"{acme.path}recordings/{first}").status_code == 403


def test_all_of_them_are_taken_away_as_a_file(olive: FlaskClient, acme: Home) -> None:
    fill(acme)
    recording(acme.workspace, "=evil", transcript="=1+1")
    answer = olive.get(acme.path + "recordings/export.csv", buffered=True)
    assert "acme-logistics-recordings-2026-11-21.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert [row["reference"] for row in rows] == ["a", "b", "c", "'=evil"]
    assert rows[0]["transcript"].startswith("Support, hello.\n\nThe parcel") and rows[3]["transcript"] == "'=1+1"
    assert (rows[2]["state"], rows[2]["ended_at"], rows[2]["to"]) == ("in_progress", "", "+442079460018")
    assert "exported 4 recordings" in words(olive.get(acme.path + "activity").text)
