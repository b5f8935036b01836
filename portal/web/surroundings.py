"""What stands around a page of a workspace or an organization: whose it is, the way to others, and who is inside as
whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, url_for

from portal.base import clock
from portal.queries import own_organizations, tenants
from portal.queries.own_organizations import Account, OwnOrganization
from portal.queries.principals import Principal
from portal.queries.tenants import Place, Tenant
from portal.rules.access import AccessMode
from portal.rules.access_sessions import AccessKind, minutes_left
from portal.rules.lifecycle import Status, days_left, purge_at
from portal.rules.periods import local_day
from portal.rules.text import initials
from portal.web import formats, hosts
from portal.web.role_words import WORKSPACE_ROLES

SHOWN = 8  # workspaces that the switcher names; more are searched for
FEW = 3  # are seen at a glance, without a search field


@dataclass(frozen=True, slots=True)
class Around:
    """The workspace or organization of this page. `who`: the acting person. `notice`: what its state means."""

    name: str
    initials: str
    home: str
    who: str
    notice: str = ""
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A line of the switcher; `note`: role or state."""

    public_id: str
    name: str
    initials: str
    note: str
    current: bool


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """An organization's lines in the switcher. `url`: its own pages, blank for whom they do not open; `current`: one of
    them is this page."""

    organization: str
    places: tuple[PlaceItem, ...]
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """The switcher's lines. `search_url`: where one searches for them, blank unless there are so many, shown or not."""

    groups: tuple[PlaceGroup, ...]
    switch_url: str
    search_url: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The banner of an access session: who is where, as whom (blank: as oneself), why, and for how long."""

    who: str
    as_whom: str
    looks: bool
    workspace: str
    why: str
    minutes: int
    expires_at: datetime

    @property
    def is_ending(self) -> bool:
        """From 5 minutes left it is said aloud."""
        return self.minutes <= 5


def workspace(person: Principal) -> Around | None:
    """The workspace of this page, if it is one's."""
    tenant: Tenant | None = g.get("tenant")
    if tenant is None:
        return None
    return Around(
        name=tenant.name,
        initials=initials(tenant.name),
        home=url_for("workspace_home.page", slug=tenant.web_address),
        who=(person.access.on_behalf_of if person.access else "") or person.name,
        notice=notice(tenant, clock.now()),
        is_closed=tenant.status is Status.CANCELLED,
    )


def organization(person: Principal) -> Around | None:
    """The organization of this page, if it is one's."""
    found: OwnOrganization | None = g.get("organization")
    if found is None:
        return None
    home = url_for("organization_overview.page", slug=found.slug)
    return Around(name=found.name, initials=initials(found.name), home=home, who=person.name)


def notice(tenant: Tenant, now: datetime) -> str:
    """What the state of the workspace means for its people."""
    if tenant.status is Status.SUSPENDED:
        return "This workspace is suspended. Its people see why, and can export; nothing can be changed."
    if tenant.cancelled_at is None:
        return ""
    locale, left = formats.reader_locale(), days_left(tenant.cancelled_at, now)
    when = formats.day(local_day(purge_at(tenant.cancelled_at), tenant.timezone), locale)
    days = f"in {left} {'day' if left == 1 else 'days'}" if left else "any moment now"
    return f"This workspace is closed. It can be read and exported; all of its data is purged on {when}, {days}."


def places(person: Principal | None) -> Places | None:
    """The person's workspaces and organizations, for the switcher; None for staff and inside of an access session."""
    if person is None or person.staff_role or person.access or person.awaits_second_factor or person.must_set_password:
        return None
    most = tenants.MOST_PLACES if hosts.domain() else SHOWN + 1
    found = hosts.here(tenants.recent_places(person.user_id, most))
    groups = grouped(found[:SHOWN], hosts.here(own_organizations.accounts(person.user_id)))
    if not groups:
        return None
    searched = len(found) > FEW and hosts.answers("switch.search")
    return Places(groups, url_for("switch.switch"), url_for("switch.search") if searched else "")


def grouped(found: Sequence[Place], accounts: Sequence[Account]) -> tuple[PlaceGroup, ...]:
    """By organization, each where the first of its workspaces stands; after them those without a workspace of the
    person's, by name."""
    names = {place.organization_id: place.organization for place in found}
    names.update({account.key: account.name for account in accounts if account.key not in names})
    slugs = {account.key: account.slug for account in accounts}
    here: OwnOrganization | None = g.get("organization")
    return tuple(
        PlaceGroup(
            organization=name,
            places=tuple(_item(place) for place in found if place.organization_id == key),
            url=url_for("organization_overview.page", slug=slugs[key]) if key in slugs else "",
            current=here is not None and here.key == key,
        )
        for key, name in names.items()
    )


def _item(place: Place) -> PlaceItem:
    here: Tenant | None = g.get("tenant")
    return PlaceItem(
        public_id=place.public_id,
        name=place.name,
        initials=initials(place.name),
        note=note(place),
        current=here is not None and here.key == place.key,
    )


def note(place: Place) -> str:
    """The person's role in it, or what keeps it from working."""
    if place.status is Status.CANCELLED:
        return "closed"
    if place.status is Status.SUSPENDED:
        return "suspended"
    return WORKSPACE_ROLES[place.role].lower()


def visit(person: Principal) -> Visit | None:
    """The access session that this person is in."""
    access = person.access
    if access is None or access.ended:
        return None
    return Visit(
        who=person.name,
        as_whom=access.on_behalf_of if access.kind is AccessKind.IMPERSONATE else "",
        looks=access.mode is AccessMode.LOOK,
        workspace=access.workspace_name,
        why=", ".join(filter(None, (access.reason, access.ticket))),
        minutes=minutes_left(access.expires_at, clock.now()),
        expires_at=access.expires_at,
    )


def first_page(person: Principal | None) -> str:
    """Where "home" is for whoever reads an error."""
    if person and person.access and not person.access.ended:
        return url_for("workspace_home.page", slug=person.access.web_address)
    return "/"
