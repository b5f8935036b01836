"""How a page looks whose organization has a branding: its small stylesheet, its logo, and their addresses.

The stylesheet and the pictures hold nothing secret and are the same for everybody; their addresses carry the hash of
what they hold, so they may be kept for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from flask import g

from portal.queries.brands import Brand
from portal.queries.own_organizations import OwnOrganization
from portal.queries.tenants import Tenant
from portal.rules.branding import GROUNDS, Theme, mixed, on_dark
from portal.web import hosts

DIGITS = 12  # of a hash in an address
SOFT = 0.09  # of the colour in the ground behind what is chosen


@dataclass(frozen=True, slots=True)
class Look:
    """Addresses of a brand's files; blank for what it does not have. `mark`: the logo where it stands for a name."""

    sheet: str
    mark: str
    logo: str


def look() -> Look | None:
    """That of this page; None for the platform's own."""
    tenant: Tenant | None = g.get("tenant")
    organization: OwnOrganization | None = g.get("organization")
    domain = hosts.domain()
    brand = tenant.brand if tenant else organization.brand if organization else domain.brand if domain else None
    return of(brand) if brand else None


@lru_cache(maxsize=500)
def of(brand: Brand) -> Look:
    """The addresses of a live brand's files."""
    logo = f"/branding/{brand.public_id}-{brand.logo[:DIGITS]}" if brand.logo else ""
    return Look(
        sheet=f"/branding/{brand.public_id}-{sheet_hash(brand)}.css" if brand.accent else "",
        mark=logo + "-mark.png" if logo else "",
        logo=logo + ".png" if logo else "",
    )


def sheet_hash(brand: Brand) -> str:
    """What the address of the brand's stylesheet carries."""
    return hashlib.sha256(sheet(brand).encode()).hexdigest()[:DIGITS]


def sheet(brand: Brand, selector: str = ":root") -> str:
    """The stylesheet: what static/css/tokens.css says of the accent, in the brand's colours. Blank without any."""
    if not brand.accent:
        return ""
    light, dark = brand.accent, on_dark(brand.accent, brand.accent_dark)
    soft = (mixed(light, GROUNDS[Theme.LIGHT][0], SOFT), mixed(dark, GROUNDS[Theme.DARK][0], SOFT))
    return (
        f"{selector}{{--accent:light-dark({light},{dark});--accent-mark:light-dark({light},{dark});"
        f"--accent-soft:light-dark({soft[0]},{soft[1]});--own:light-dark({light},{dark});"
        f"--on-own:light-dark(#fff,{GROUNDS[Theme.DARK][0]});--chart-2:light-dark({light},{dark})}}\n"
    )
