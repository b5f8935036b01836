"""Styles and scripts as browsers get them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.web.static_files import EVERY_PAGE, SHEETS


def read(client: FlaskClient, path: str) -> str:
    with client.get(f"/static/{path}") as answer:
        assert answer.status_code == 200
        return answer.text


def test_the_sheets_of_every_page_are_one_in_their_order(client: FlaskClient) -> None:
    whole = read(client, EVERY_PAGE)
    places = [whole.index(read(client, f"css/{sheet}.css")) for sheet in SHEETS]
    assert places == sorted(places)


@pytest.mark.parametrize("path", [EVERY_PAGE, "js/portal.js", "js/picker.js", "css/editing.css"])
def test_what_is_written_for_people_is_not_sent(client: FlaskClient, path: str) -> None:
    content = read(client, path)
    assert "/*" not in content and "\n  " not in content
    assert len(content) > 500


def test_a_browser_that_has_the_file_is_not_sent_it_again(client: FlaskClient) -> None:
    with client.get("/static/css/portal.css") as answer:
        tag = answer.headers["ETag"]
    with client.get("/static/css/portal.css", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
        assert not again.data


@pytest.mark.parametrize("path", ["css/../../portal/cli.py", "css/none.css", "js/portal.css", "../wsgi.py"])
def test_nothing_but_files_of_ours_is_made_small(client: FlaskClient, path: str) -> None:
    with client.get(f"/static/{path}") as answer:
        assert answer.status_code == 404
