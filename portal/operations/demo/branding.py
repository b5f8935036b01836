"""Example data: how some organizations look. Who has a domain has its branding; a few others have drafted one."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import lru_cache

from PIL import Image, ImageDraw

from portal.base import images
from portal.base.images import Logo
from portal.models import Branding
from portal.operations.demo.tenants import Customer, World

COLOURS = (("#0b6e4f", "#4cc79a"), ("#8a3b12", "#f0a27a"), ("#5b34b0", ""), ("#0a5c7d", "#6cc4e8"), ("#9b1b4b", ""))
DRAWN = 60  # organizations that have a logo too: pictures are large
SIDE = 480  # pixels


def is_branded(index: int) -> bool:
    """Whether staff switched it on for the organization with this number."""
    return index % 6 == 0


def write_branding(world: World, customer: Customer) -> None:
    """The branding of this organization, if it has one, live or not."""
    if not is_branded(customer.index) and customer.index % 18 != 3:
        return
    which = customer.index // 6 % len(COLOURS)
    accent, accent_dark = COLOURS[which]
    logo = _logo(which) if customer.index < DRAWN else None
    world.sheet.add(
        Branding,
        organization_id=customer.id,
        accent=accent,
        accent_dark=accent_dark,
        logo=logo.whole if logo else None,
        mark=logo.mark if logo else None,
        logo_digest=logo.digest if logo else "",
        logo_width=logo.width if logo else 0,
        logo_height=logo.height if logo else 0,
        changed_at=min(customer.created_at + timedelta(days=3), world.now),
    )


@lru_cache(maxsize=len(COLOURS))
def _logo(which: int) -> Logo:
    """Two leaves, the same for every organization of this colour."""
    picture = Image.new("RGBA", (SIDE, SIDE))
    draw = ImageDraw.Draw(picture)
    half = SIDE // 2
    draw.pieslice((0, -half, SIDE, half), 90, 180, fill=COLOURS[which][0])
    draw.pieslice((0, half, SIDE, SIDE + half), 270, 360, fill=COLOURS[which][0] + "b0")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return images.logo(out.getvalue())
