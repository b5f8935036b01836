"""How organizations look: what is live, what is drafted, the files behind it, and what goes onto paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from portal.base.db import db
from portal.models import Branding, Organization
from portal.rules.branding import on_dark


class Brand(NamedTuple):
    """Logo and colours; the colours are `#rrggbb`, blank for the platform's own, `accent_dark` also for the nearest to
    `accent`. `logo`: SHA-256 of the whole logo, blank for none."""

    public_id: str
    accent: str
    accent_dark: str
    logo: str


class House(NamedTuple):
    """Whose mail it is: the name below it (blank: the platform's), and the verified domain that it leads to (blank: the
    platform's own host)."""

    name: str
    host: str


class Draft(NamedTuple):
    """What an organization saved, whether it is live (`granted`), and the pixels of its logo. `public_id` None before
    anything was saved."""

    granted: bool
    public_id: str | None
    accent: str
    accent_dark: str
    logo: str
    width: int
    height: int

    @property
    def brand(self) -> Brand | None:
        """As it will look."""
        return Brand(self.public_id, self.accent, self.accent_dark, self.logo) if self.public_id else None


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What an organization's papers bear: its name, and once its branding is live its logo (PNG, with its pixels) and
    the two colours, of light and of dark ground (`#rrggbb`); None where it has none."""

    name: str
    logo: bytes | None
    width: int
    height: int
    accent: str | None
    accent_dark: str | None


COLUMNS = (Branding.public_id, Branding.accent, Branding.accent_dark, Branding.logo_digest)
"""What a query selects last to know a brand by `brand_of`, having joined Branding by LIVE to Organization."""
LIVE = and_(Branding.organization_id == Organization.id, Organization.branding_granted)


def brand_of(columns: Sequence[Any]) -> Brand | None:
    """The brand that was selected by COLUMNS; None where there is none, or none that is live."""
    return Brand._make(columns) if columns[0] else None


def with_brand(row: Sequence[Any]) -> Sequence[Any]:
    """A row of which the last columns are COLUMNS, with the brand in their place."""
    return (*row[: -len(COLUMNS)], brand_of(row[-len(COLUMNS) :]))


def draft(organization_key: int) -> Draft:
    """What this organization (integer key) has saved."""
    row = db.session.execute(
        select(Organization.branding_granted, *COLUMNS, Branding.logo_width, Branding.logo_height)
        .outerjoin(Branding, Branding.organization_id == Organization.id)
        .where(Organization.id == organization_key)
    ).one()
    return Draft(row[0], row[1], row[2] or "", row[3] or "", row[4] or "", row[5] or 0, row[6] or 0)


def live(public_id: str) -> Brand | None:
    """The brand with this public id, if it is live."""
    row = db.session.execute(
        select(*COLUMNS).join(Organization, LIVE).where(Branding.public_id == public_id)
    ).one_or_none()
    return brand_of(row) if row else None


def picture(public_id: str, *, small: bool) -> bytes | None:
    """The logo (PNG) of this brand, whole or small, live or not."""
    column = Branding.mark if small else Branding.logo
    return db.session.scalar(select(column).where(Branding.public_id == public_id))


def letterhead(organization_key: int) -> Letterhead:
    """What the papers of this organization (integer key) bear."""
    name = db.session.scalars(select(Organization.name).where(Organization.id == organization_key)).one()
    found = draft(organization_key)
    if not found.granted or found.public_id is None:
        return Letterhead(name, None, 0, 0, None, None)
    return Letterhead(
        name=name,
        logo=picture(found.public_id, small=False) if found.logo else None,
        width=found.width,
        height=found.height,
        accent=found.accent or None,
        accent_dark=on_dark(found.accent, found.accent_dark) if found.accent else None,
    )
