"""The pages of webhooks."""

import re
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient

from portal.base import webhooks as base
from portal.gateways.webhooks import Answer, FakeWebhooks
from portal.rules.access import StaffRole
from tests import factories
from tests.support.hooks import changed, delivered, hook
from tests.support.people import log_in, submit

HOME = "/admin/webhooks/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


def test_from_a_new_webhook_to_what_is_sent_again(app: Flask, client: FlaskClient, now: datetime) -> None:
    """The secret is shown when it was made, and on no other page; the log says what was sent and answered."""
    factories.plan()
    fake: FakeWebhooks = app.extensions[base.EXTENSION]
    workspace = factories.workspace()
    log_in(client, factories.staff())
    refused = submit(client, HOME + "new", {"address": "http://gateway.example/in", "types": ["number.assigned"]})
    assert refused.status_code == 422 and "Only https:// is called" in refused.text
    assert 'value="http://gateway.example/in"' in refused.text and 'value="number.assigned" checked' in refused.text
    made = submit(client, HOME + "new", {"address": "https://gateway.example/in"})
    [secret] = SECRET.findall(made.text)
    path = re.findall(r"/admin/webhooks/whk_\w+", made.text)[0]
    assert hook(path.rpartition("/")[2]).secret == secret

    fake.reply = lambda _: Answer(503, "<b>away</b>")
    tested = submit(client, path + "/test")
    told = client.get(tested.location).text
    assert "It answered 503." in told and "&lt;b&gt;away&lt;/b&gt;" in told and "webhook.test" in told
    changed(workspace, "workspace.suspended")
    delivered(now)
    log = client.get(path).text
    assert "503" in log and "workspace.suspended" in log and "Failing" in log
    assert "workspace.suspended" not in client.get(path + "?state=delivered").text
    again = submit(client, path + "/replay", {"since": "2026-11-20T00:00"})
    assert again.status_code == 422 and "Nothing has failed since then." in again.text  # it is tried by itself yet
    assert not any(SECRET.search(client.get(each).text) for each in (HOME, path, path + "/edit", tested.location))


def test_an_auditor_reads_and_changes_nothing(client: FlaskClient) -> None:
    log_in(client, factories.staff(StaffRole.AUDITOR))
    text = client.get(HOME).text
    assert "There is no webhook yet" in text and "New webhook" not in text
