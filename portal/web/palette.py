"""The palette: what a person can go to or do, found by typing a part of its name. It opens over the page, and is a page
of its own without scripts. Nothing stands in it that the person may not open: each entry asks the table of roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from flask import Response, g, url_for

from portal.queries import tenants
from portal.queries.tenants import Place
from portal.rules.text import fold, initials, search_patterns, search_text
from portal.web import chrome, hosts, surroundings
from portal.web.access import opens
from portal.web.pages import show
from portal.web.sides import ORGANIZATION

MOST = 5
"""Entries of a group; of pages and actions there are few, and all that match are shown."""

ALL_WORKSPACES = "All of your workspaces"
ACCOUNT = (
    ("Your profile", "account.profile", "user", "language time zone theme shortcuts sessions"),
    ("Your e-mail address", "account.email_change", "mail", "email"),
    ("Your password", "account.password_change", "key", ""),
    ("Two-factor log-in", "account.factor", "shield-lock", "authenticator recovery codes 2fa"),
)
ACTIONS = (
    ("New workspace", "admin_workspaces.new", "plus", "create add tenant"),
    ("Invite a person", "admin_users.invite", "user-plus", "add user"),
    ("New plan", "admin_plans.new", "plus", "create add price"),
    ("Import numbers", "admin_number_imports.page", "upload", "csv did phone"),
    ("New rate card", "admin_rate_cards.new", "plus", "create add price usage billing profile"),
    ("Export workspaces", "admin_workspaces.export", "download", "csv"),
    ("Pick a number", "workspace_numbers.pick", "phone", "add did phone"),
    ("Export contacts", "workspace_contacts.export", "download", "csv"),
    ("Export recordings", "workspace_recordings.export", "download", "csv calls voicemails transcripts"),
)
QUESTIONS = (
    ("Add a number…", "admin_numbers.new", "phone", "did phone inventory"),
    ("Invite somebody…", "workspace_team.invite", "user-plus", "add member team"),
    ("New extension…", "workspace_extensions.new", "device-landline-phone", "add create phone sip"),
    ("Invite people…", "organization_users.invite", "user-plus", "add member user"),
)
POSTS = (
    ("Stop the access session", "access.stop", "player-stop", "leave exit"),
    ("Log out", "account.log_out", "logout", "sign out exit"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to go to or to do. It bears an icon or, for what has a name, initials: `is_person` decides their shape.
    `how`: page, dialog or post; a post sends `value` as the workspace. `words`: what else it is found by."""

    label: str
    url: str
    icon: str = ""
    initials: str = ""
    is_person: bool = False
    aside: str = ""
    how: str = "page"
    value: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one kind; `more`: where to find the others of it, by label and address."""

    title: str
    entries: tuple[Entry, ...]
    more: tuple[str, str] | None = None


def draw(q: str, url: str, groups: Iterable[Group]) -> Response:
    """The answer: what begins as was typed before what only holds it."""
    key = fold(q)
    found = [group for group in groups if group.entries]
    found.sort(key=lambda group: not fold(group.entries[0].label).startswith(key))
    return show("layouts/search", "_found", q=q, groups=found, url=url, count=sum(len(each.entries) for each in found))


def common(q: str) -> Iterator[Group]:
    """Pages and actions of this side that match; without a query all of them."""
    yield Group("Pages", matching(q, (*_pages(), *_account_pages())))
    yield Group("Actions", matching(q, _actions()))


def matching(q: str, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Those whose words begin with every word of the query."""
    wanted = tuple("  " + pattern.strip() for pattern in search_patterns(q))
    return tuple(each for each in entries if all(word in _text(each.label, each.words) for word in wanted))


@lru_cache(maxsize=1_000)
def _text(label: str, words: str) -> str:
    return search_text(label, words)


def _pages() -> Iterator[Entry]:
    for heading, items in chrome.navigation():
        for item in items:
            yield Entry(item.label, item.url, item.icon, aside=heading or "")
    if opens("admin_workspaces.trash"):
        yield Entry("Trash", url_for("admin_workspaces.trash"), "trash", words="closed cancelled restore deleted")


def _account_pages() -> Iterator[Entry]:
    for label, endpoint, icon, words in ACCOUNT:
        if opens(endpoint):
            yield Entry(label, url_for(endpoint), icon, aside="Your account", words=words)


def _actions() -> Iterator[Entry]:
    for label, endpoint, icon, words in ACTIONS:
        if opens(endpoint):
            yield Entry(label, url_for(endpoint), icon, words=words)
    for label, endpoint, icon, words in QUESTIONS:
        if opens(endpoint) and ("organization" in g or not endpoint.startswith(ORGANIZATION)):
            yield Entry(label, url_for(endpoint), icon, how="dialog", words=words)
    for label, endpoint, icon, words in POSTS:
        if opens(endpoint) and (g.principal.access or endpoint != "access.stop"):
            yield Entry(label, url_for(endpoint), icon, how="post", words=words)


def own_workspaces(q: str, *, without: int | None = None) -> Group:
    """The person's own, those used last first; not the one (integer key) where they are."""
    user = g.principal.user_id
    found = tenants.matching_places(user, q) if q else tenants.recent_places(user, MOST + 2)
    others = [place for place in hosts.here(found) if place.key != without]
    has_more = len(others) > MOST and opens("switch.search")
    more = (ALL_WORKSPACES, url_for("switch.search", q=q or None)) if has_more else None
    return Group("Workspaces" if q else "Recent", tuple(map(_place, others[:MOST])), more)


def _place(place: Place) -> Entry:
    return Entry(
        label=place.name,
        url=url_for("switch.switch"),
        initials=initials(place.name),
        aside=surroundings.note(place),
        how="post",
        value=place.public_id,
    )
