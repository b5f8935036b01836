"""What a page says: its figures for scripts, its words for people."""

import html
import re
from typing import NamedTuple

from flask.testing import FlaskClient

from portal.models import Workspace


class Shown(NamedTuple):
    """A figure as it stands in the page."""

    value: str
    currency: str | None
    text: str


def figures(page: str) -> dict[str, Shown]:
    """Every `<data class="figure">`, by name; a name that stands there twice is an error."""
    found: dict[str, Shown] = {}
    for attributes, content in re.findall(r'<data class="figure"([^>]*)>(.*?)</data>', page, re.S):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        assert given["data-figure"] not in found, given["data-figure"]
        text = html.unescape(re.sub(r"<[^>]+>", "", content))
        found[given["data-figure"]] = Shown(given["value"], given.get("data-currency"), text)
    return found


def words(page: str) -> str:
    """What a person reads, in one line."""
    text = re.sub(r"<(script|style|title|svg)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u2068", "").replace("\u2069", "").split())


def get(client: FlaskClient, of: Workspace, tab: str = "") -> str:
    """The page of this workspace, or one of its tabs (`/orders`)."""
    answer = client.get(f"/admin/workspaces/{of.public_id}{tab}")
    assert answer.status_code == 200
    return answer.text
