"""The lists of a workspace: what there is of a kind, searched and in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.base import clock
from portal.queries import tenant_lists
from portal.queries.tenant_lists import PER_PAGE, Listed
from portal.rules.access import Permission
from portal.web import formats, paging
from portal.web.access import needs
from portal.web.pages import show
from portal.web.reader import words
from portal.web.workspace import list_words
from portal.web.workspace.side import page


@dataclass(frozen=True, slots=True)
class Kind:
    """A list: how it is read and shown. `heads`: label, and whether figures stand below; `found_by`: what is searched;
    `empty`: why there is nothing, in a sentence."""

    title: str
    heads: tuple[tuple[str, bool], ...]
    found_by: str
    empty: str
    read: Callable[[str, int], Listed[Any]]
    say: Callable[..., list[list_words.Cells]]


NUMBERS = Kind(
    "Numbers",
    (("Number", False), ("Country", False), ("Kind", False), ("State", False)),
    "Digits of a number",
    "The phone numbers that are connected to this workspace stand here.",
    tenant_lists.numbers,
    list_words.numbers,
)
EXTENSIONS = Kind(
    "Extensions",
    (("Extension", False), ("Name", False), ("State", False), ("Created", False)),
    "Number or name",
    "The telephones and apps that can make and take calls stand here.",
    tenant_lists.extensions,
    list_words.extensions,
)
CONTACTS = Kind(
    "Contacts",
    (("Name", False), ("Phone", False), ("Tags", False), ("Added", False)),
    "Name, phone, e-mail or tag",
    "The people whom this workspace writes to stand here.",
    tenant_lists.contacts,
    list_words.contacts,
)
CAMPAIGNS = Kind(
    "Campaigns",
    (("Name", False), ("Audience", False), ("State", False), ("Created", False), ("Broadcasts", True)),
    "Name or tag",
    "A campaign is a series of broadcasts to the contacts with a tag.",
    tenant_lists.campaigns,
    list_words.campaigns,
)
BROADCASTS = Kind(
    "Broadcasts",
    (("Name", False), ("Audience", False), ("State", False), ("When", False)),
    "Name or tag",
    "A broadcast is one message to many contacts.",
    tenant_lists.broadcasts,
    list_words.broadcasts,
)


def listed(kind: Kind, endpoint: str, kept: Mapping[str, str] = MappingProxyType({}), **more: Any) -> Response:
    """A page of the list. `kept`: what else its address says; `more`: as the template knows it."""
    q, locale = words(), formats.reader_locale()
    found = kind.read(q, paging.number(request.args.get("page")))
    turn = paging.turning(endpoint, q=q or None, **kept)
    return show(
        "workspace/list",
        kind=kind,
        q=q,
        kept=kept,
        url=url_for(endpoint),
        total=formats.number(found.total, locale),
        rows=kind.say(found.rows, clock.now()),
        pager=paging.pager(found.page, PER_PAGE, found.total, turn, locale) if found.total else None,
        **more,
    )


def _blueprint(name: str, kind: Kind, permission: Permission) -> Blueprint:
    bp = page(name)

    @bp.get(f"/{name}")
    @needs(permission)
    def listing() -> Response:
        return listed(kind, f"{bp.name}.listing")

    return bp


blueprints: tuple[Blueprint, ...] = (
    _blueprint("campaigns", CAMPAIGNS, Permission.TENANT_CAMPAIGN_VIEW),
    _blueprint("broadcasts", BROADCASTS, Permission.TENANT_BROADCAST_VIEW),
)
