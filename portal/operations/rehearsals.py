"""A rehearsal: what creating would find there if the rows before had been created, without creating anything."""

from __future__ import annotations

from collections.abc import Iterable

from portal.base.emails import email_key
from portal.operations.addresses import free_slug
from portal.operations.draft_checks import check
from portal.operations.drafts import Checked, NewOwner, NewWorkspace
from portal.queries.directory import Directory, KnownOrganization, KnownUser
from portal.rules.actors import Actor


class Rehearsal(Directory):
    """The directory as it is, and above it what `plan` has noted."""

    def __init__(self) -> None:
        super().__init__()
        self._people: dict[str, KnownUser] = {}
        self._workspaces: set[tuple[str, str]] = set()
        self._planned_hosts: set[str] = set()
        self._planned_addresses: set[str] = set()
        self._planned_organizations: dict[str, KnownOrganization] = {}

    def plan(self, draft: NewWorkspace, by: Actor) -> tuple[str, str, tuple[str, ...]]:
        """Note what the draft would make. Answers a blank public id, its web address, and warnings; raises Invalid."""
        checked = check(draft, self, by.at, lenient_domain=True)
        address = checked.web_address or free_slug(checked.name, self.addresses_taken)
        self._planned_addresses.add(address)
        self._workspaces.add((checked.name, checked.owner_key))
        if checked.host:
            self._planned_hosts.add(checked.host)
        if isinstance(checked.owner, NewOwner):
            name, email = checked.owner.name, checked.owner.email
            self._people[checked.owner_key] = KnownUser(None, "", name, email, is_staff=False, suspended=False)
        if checked.organization is None:
            slug = free_slug(checked.organization_name, self.slugs_taken)
            self._planned_organizations[slug] = self._organization_of(checked)
        return "", address, checked.warnings

    def _organization_of(self, checked: Checked) -> KnownOrganization:
        return KnownOrganization(
            None,
            checked.organization_name,
            checked.currency,
            checked.rate_card_id,
            has_workspaces=True,
            is_multi=bool(checked.plan and checked.plan.is_multi),
            primary_closed=False,
            primary_plan=checked.plan.name if checked.plan else "",
        )

    def user(self, reference: str) -> KnownUser | None:
        """The person, there or planned."""
        return self._people.get(email_key(reference)) or super().user(reference)

    def workspace_of(self, name: str, email: str) -> str | None:
        """The workspace's public id; blank for a planned one."""
        return super().workspace_of(name, email) or ("" if (name, email) in self._workspaces else None)

    def organization(self, reference: str) -> KnownOrganization | None:
        """The organization, there or planned."""
        return self._planned_organizations.get(reference.lower()) or super().organization(reference)

    def host_taken(self, host: str) -> bool:
        """Whether the domain is somebody's, or planned to be."""
        return host in self._planned_hosts or super().host_taken(host)

    def addresses_taken(self, addresses: Iterable[str]) -> set[str]:
        """Those that are taken or planned."""
        some = list(addresses)
        return super().addresses_taken(some) | self._planned_addresses.intersection(some)

    def slugs_taken(self, slugs: Iterable[str]) -> set[str]:
        """Those that are taken or planned."""
        some = list(slugs)
        return super().slugs_taken(some) | self._planned_organizations.keys() & set(some)
