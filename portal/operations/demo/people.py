"""Example data: the people of a customer, and those who run the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random

from slugify import slugify

from portal.models import User
from portal.operations.demo.names import PEOPLE
from portal.operations.demo.places import Region
from portal.operations.demo.sheet import Sheet
from portal.rules.access import StaffRole
from portal.rules.text import sort_key


@dataclass(frozen=True, slots=True)
class Hashes:
    """Password hashes: those of the people whom one can log in as, by e-mail address; and one of a password that nobody
    knows, for all others who have an account. (Hashing takes its time.)"""

    known: dict[str, str]
    nobody: str

    def of(self, email: str) -> str:
        """The hash to keep for this account."""
        return self.known.get(email, self.nobody)


@dataclass(slots=True)
class Person:
    """Somebody with an account: integer key, name, e-mail."""

    id: int
    name: str
    email: str
    seen_at: datetime | None = None


@dataclass(slots=True)
class Team:
    """The people of one organization; addresses in its domain are given once."""

    region: Region
    domain: str
    hashes: Hashes
    taken: set[str] = field(default_factory=set)
    invited: set[int] = field(default_factory=set)

    def hire(
        self,
        sheet: Sheet,
        rng: Random,
        at: datetime,
        *,
        name: str = "",
        local: str = "",
        invited: bool = False,
        seen_at: datetime | None = None,
    ) -> Person:
        """A person of the team, with an account since `at`; `invited`: who has not accepted yet."""
        drawn, latin = _name(rng, self.region.names)
        email = self._address(local or latin)
        person = _account(
            sheet,
            name or drawn,
            email,
            at,
            password_hash=None if invited else self.hashes.of(email),
            must_set_password=invited,
            seen_at=seen_at,
            timezone=self.region.timezone,
            locale="en",
        )
        if invited:
            self.invited.add(person.id)
        return person

    def _address(self, local: str) -> str:
        address, number = local, 1
        while address in self.taken:
            number += 1
            address = f"{local}{number}"
        self.taken.add(address)
        return f"{address}@{self.domain}"


STAFF: tuple[tuple[str, str, StaffRole], ...] = (
    ("owner", "Vikram Rao", StaffRole.OWNER),
    ("support", "Sneha Kulkarni", StaffRole.SUPPORT),
    ("finance", "Farhan Ahmed", StaffRole.FINANCE),
    ("auditor", "Ruth Okafor", StaffRole.AUDITOR),
    ("anita.desai", "Anita Desai", StaffRole.OWNER),
    ("rohan.mehta", "Rohan Mehta", StaffRole.SUPPORT),
    ("lena.krueger", "Lena Krüger", StaffRole.SUPPORT),
    ("priya.nair", "Priya Nair", StaffRole.FINANCE),
)
STAFF_DOMAIN = "portal.example"


def write_staff(sheet: Sheet, opened_at: datetime, now: datetime, hashes: Hashes) -> dict[StaffRole, list[Person]]:
    """The platform's own people, by role."""
    found: dict[StaffRole, list[Person]] = {}
    for number, (local, name, role) in enumerate(STAFF):
        email = f"{local}@{STAFF_DOMAIN}"
        at = opened_at + timedelta(days=number * 11, hours=number)
        person = _account(
            sheet,
            name,
            email,
            at,
            password_hash=hashes.of(email),
            staff_role=role,
            seen_at=now - timedelta(hours=1 + 7 * number),
            timezone="Asia/Kolkata",
            locale="en",
        )
        found.setdefault(role, []).append(person)
    return found


def _account(
    sheet: Sheet,
    name: str,
    email: str,
    at: datetime,
    *,
    timezone: str,
    locale: str,
    password_hash: str | None = None,
    must_set_password: bool = False,
    staff_role: StaffRole | None = None,
    seen_at: datetime | None = None,
) -> Person:
    key = sheet.add(
        User,
        name=name,
        name_key=sort_key(name),
        email=email,
        email_key=email.casefold(),
        password_hash=password_hash,
        must_set_password=must_set_password,
        email_verified_at=None if must_set_password else at,
        staff_role=staff_role,
        locale=locale,
        timezone=timezone,
        last_seen_at=seen_at,
        created_at=at,
    )
    return Person(key, name, email, seen_at)


def _name(rng: Random, names: str) -> tuple[str, str]:
    """A whole name, and its Latin form as the local part of an address."""
    people = PEOPLE[names]
    given, family = rng.choice(people.given), rng.choice(people.family)
    whole = f"{family[0]} {given[0]}" if people.family_first else f"{given[0]} {family[0]}"
    return whole, _local(given[1], family[1])


@cache
def _local(given: str, family: str) -> str:
    return slugify(f"{given} {family}", separator=".", replacements=[["'", ""]])
