"""What a new workspace is checked against: who and what is there already, and which names are taken.

A Directory belongs to one unit: it remembers plans, rate cards and settings, and what `read_ahead` read for many rows
at once. What it knows of people, hosts and workspaces is read afresh once `note` was told that a row has changed it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import func, or_, select

from portal.base.db import db
from portal.models import Domain, Organization, Plan, PlanPrice, RateCard, User, Workspace
from portal.queries.health import plan_limits
from portal.queries.plan_limits import PlanLimits
from portal.queries.principals import platform
from portal.rules.platform import Platform
from portal.rules.pricing import Cycle


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A person who has an account."""

    id: int | None
    public_id: str
    name: str
    email: str
    is_staff: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    """An organization. `primary_plan` names its primary workspace's plan; blank where it has none or no workspace."""

    id: int | None
    name: str
    currency: str
    rate_card_id: int | None
    has_workspaces: bool
    is_multi: bool
    primary_closed: bool
    primary_plan: str


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """A plan, and its prices (minor units) by cycle and currency."""

    id: int
    name: str
    is_free: bool
    is_multi: bool
    archived: bool
    prices: Mapping[tuple[Cycle, str], int]


@dataclass(frozen=True, slots=True)
class KnownRateCard:
    """A rate card that can be chosen."""

    id: int
    name: str
    currency: str


_USERS = select(
    User.id,
    User.public_id,
    User.name,
    User.email,
    User.staff_role,
    User.barred_at,
    User.email_key,
)
# Not sorted here: SQLite would walk the workspaces in that order instead of starting from their owners.
_OWNED = select(User.email_key, Workspace.name, Workspace.public_id, Workspace.id).join(
    User, User.id == Workspace.owner_id
)


class Directory:
    """Reads the database; see the module's text for how long one may live."""

    def __init__(self) -> None:
        self._users: dict[str, KnownUser | None] = {}
        self._owned: dict[tuple[str, str], str | None] = {}
        self._hosts: dict[str, bool] = {}
        self._addresses = _Names(Workspace.web_address)
        self._slugs = _Names(Organization.slug)
        self._prefixes = _Names(Workspace.sip_prefix)

    def read_ahead(
        self, pairs: Collection[tuple[str, str]], hosts: Collection[str], addresses: Collection[str]
    ) -> None:
        """Read at once what many rows will ask for: owners and workspaces, by (name, e-mail key), domains, and the
        web addresses that their names suggest."""
        keys = {email for _, email in pairs}
        self._users = dict.fromkeys(keys)
        for row in db.session.execute(_USERS.where(User.email_key.in_(keys))):
            self._users[row.email_key] = _user(row)
        self._owned = dict.fromkeys(pairs)
        self._owned |= _oldest(db.session.execute(_OWNED.where(User.email_key.in_(keys))))
        taken = db.session.scalars(select(Domain.host).where(Domain.host.in_(hosts)))
        self._hosts = dict.fromkeys(hosts, False) | dict.fromkeys(taken, True)
        self._addresses, self._slugs = _Names(Workspace.web_address), _Names(Organization.slug)
        self._addresses.taken(addresses)
        self._slugs.taken(addresses)

    def note(self, *, email: str, host: str, address: str, slug: str, prefix: str) -> None:
        """A workspace was made: its address, its organization's slug and its prefix are taken, and its owner and
        domain are read afresh the next time."""
        self._users.pop(email, None)
        self._hosts.pop(host, None)
        for pair in [pair for pair in self._owned if pair[1] == email]:
            del self._owned[pair]
        self._addresses.note(address)
        self._slugs.note(slug)
        self._prefixes.note(prefix)

    @cached_property
    def platform(self) -> Platform:
        """The platform's settings."""
        return platform()

    @cached_property
    def plan_limits(self) -> PlanLimits:
        """The monthly limits of every plan."""
        return plan_limits()

    @cached_property
    def _plans(self) -> dict[str, KnownPlan]:
        prices: dict[int, dict[tuple[Cycle, str], int]] = {}
        query = select(PlanPrice.plan_id, PlanPrice.cycle, PlanPrice.currency, PlanPrice.amount_minor)
        for plan, cycle, currency, amount in db.session.execute(query):
            prices.setdefault(plan, {})[cycle, currency] = amount
        found: dict[str, KnownPlan] = {}
        for row in db.session.execute(
            select(Plan.id, Plan.public_id, Plan.name, Plan.is_free, Plan.multi_workspace, Plan.archived_at)
        ):
            known = KnownPlan(
                row.id,
                row.name,
                row.is_free,
                row.multi_workspace,
                row.archived_at is not None,
                prices.get(row.id, {}),
            )
            found[row.public_id] = found[row.name.casefold()] = known
        return found

    def plan_of(self, reference: str) -> KnownPlan | None:
        """The plan with this public id or name (whatever its case)."""
        return self._plans.get(reference) or self._plans.get(reference.casefold())

    def plan_names(self) -> list[str]:
        """The names of the plans that can be chosen, sorted."""
        return sorted({plan.name for plan in self._plans.values() if not plan.archived})

    @cached_property
    def _rate_cards(self) -> dict[str, KnownRateCard]:
        found: dict[str, KnownRateCard] = {}
        for row in db.session.execute(
            select(RateCard.id, RateCard.public_id, RateCard.name, RateCard.currency).where(
                RateCard.archived_at.is_(None)
            )
        ):
            known = KnownRateCard(row.id, row.name, row.currency)
            found[row.public_id] = found[row.name.casefold()] = known
        return found

    def rate_card(self, reference: str) -> KnownRateCard | None:
        """The rate card with this public id or name (whatever its case); none that is archived."""
        return self._rate_cards.get(reference) or self._rate_cards.get(reference.casefold())

    def user(self, reference: str) -> KnownUser | None:
        """The person with this e-mail key or public id."""
        if reference not in self._users:
            row = db.session.execute(
                _USERS.where(or_(User.email_key == reference, User.public_id == reference))
            ).one_or_none()
            self._users[reference] = _user(row) if row else None
        return self._users[reference]

    def workspace_of(self, name: str, email: str) -> str | None:
        """The public id of the (oldest) workspace of exactly this name whose owner has this e-mail key."""
        if (name, email) not in self._owned:
            query = _OWNED.where(User.email_key == email, Workspace.name == name)
            self._owned[name, email] = _oldest(db.session.execute(query)).get((name, email))
        return self._owned[name, email]

    def organization(self, reference: str) -> KnownOrganization | None:
        """The organization with this public id or slug."""
        row = db.session.execute(
            select(Organization.id, Organization.name, Organization.currency, Organization.rate_card_id).where(
                or_(Organization.public_id == reference, Organization.slug == reference.lower())
            )
        ).first()
        if row is None:
            return None
        primary = db.session.execute(
            select(Workspace.cancelled_at, Plan.name, func.coalesce(Plan.multi_workspace, False))
            .outerjoin(Plan, Plan.id == Workspace.plan_id)
            .where(Workspace.organization_id == row.id, Workspace.is_primary)
        ).one_or_none()
        closed, plan, multi = primary or (None, None, False)
        return KnownOrganization(
            row.id,
            row.name,
            row.currency,
            row.rate_card_id,
            has_workspaces=primary is not None,
            is_multi=multi,
            primary_closed=closed is not None,
            primary_plan=plan or "",
        )

    def host_taken(self, host: str) -> bool:
        """Whether some workspace or organization has this domain."""
        if host not in self._hosts:
            self._hosts[host] = db.session.scalar(select(Domain.id).where(Domain.host == host)) is not None
        return self._hosts[host]

    def addresses_taken(self, addresses: Iterable[str]) -> set[str]:
        """Those that a workspace has."""
        return self._addresses.taken(addresses)

    def slugs_taken(self, slugs: Iterable[str]) -> set[str]:
        """Those that an organization has."""
        return self._slugs.taken(slugs)

    def prefixes_taken(self, prefixes: Iterable[str]) -> set[str]:
        """Those SIP prefixes that a workspace has."""
        return self._prefixes.taken(prefixes)


class _Names:
    """Unique names in a column: asks the database for each once."""

    def __init__(self, column: Any) -> None:
        self.column = column
        self.asked: set[str] = set()
        self.found: set[str] = set()

    def taken(self, names: Iterable[str]) -> set[str]:
        wanted = set(names)
        new = wanted - self.asked
        if new:
            self.found.update(db.session.scalars(select(self.column).where(self.column.in_(new))))
            self.asked |= new
        return wanted & self.found

    def note(self, name: str) -> None:
        self.asked.add(name)
        self.found.add(name)


def _oldest(rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    """The public id of the first workspace of each name and owner."""
    return {(name, email): public_id for email, name, public_id, _ in sorted(rows, key=lambda row: -row.id)}


def _user(row: Any) -> KnownUser:
    return KnownUser(row.id, row.public_id, row.name, row.email, row.staff_role is not None, row.barred_at is not None)
