"""An organization's logo and colours, saved by its admins. They are shown to others once staff granted it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import images
from portal.base.images import Logo
from portal.models import Branding, Organization
from portal.operations.audit import record
from portal.operations.powers import kept_for
from portal.operations.unit import unit
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.branding import check_colours
from portal.rules.errors import Invalid, Refused


def save(
    organization_key: int, accent: str, accent_dark: str, upload: bytes, by: Actor, *, drop_logo: bool = False
) -> bool:
    """The organization (integer key) has these colours, as typed, and the logo in this file; an empty file leaves
    the logo as it is, `drop_logo` takes it away. Answers whether anything changed.

    Raises NotFound, Forbidden for whoever may not any more, and Invalid with a message for every field at fault: then
    nothing was saved."""
    colours, logo = _checked(accent, accent_dark, upload)  # a picture takes too long to be drawn inside a unit
    with unit() as session:
        place = kept_for(session, organization_key, Permission.ACCOUNT_BRANDING_EDIT, by)
        row = _row(session, place, by)
        changes: dict[str, Any] = {}
        for name, value in zip(("accent", "accent_dark"), colours, strict=True):
            if getattr(row, name) != value:
                changes[name] = (getattr(row, name), value)
                setattr(row, name, value)
        if logo or drop_logo:
            changes |= _put(row, logo)
        if changes:
            row.changed_at = by.at
            session.add(row)
            record("organization.branding_changed", by, organization=place, **changes)
        return bool(changes)


def _checked(accent: str, accent_dark: str, upload: bytes) -> tuple[tuple[str, str], Logo | None]:
    faults: dict[str, str] = {}
    colours, logo = ("", ""), None
    try:
        colours = check_colours(accent, accent_dark)
    except Invalid as error:
        faults |= error.errors
    try:
        logo = images.logo(upload) if upload else None
    except Refused as error:
        faults[error.field or "logo"] = error.message
    if faults:
        raise Invalid(faults)
    return colours, logo


def _row(session: Session, place: Organization, by: Actor) -> Branding:
    """The organization's row, or a new one that is not yet in the session."""
    found = session.scalar(select(Branding).where(Branding.organization_id == place.id))
    return found or Branding(
        organization_id=place.id,
        accent="",
        accent_dark="",
        logo_digest="",
        logo_width=0,
        logo_height=0,
        changed_at=by.at,
    )


def _put(row: Branding, logo: Logo | None) -> dict[str, tuple[str, str]]:
    """The row has this logo, or none; answers what the audit log is to say of it."""
    before = f"{row.logo_width} × {row.logo_height} px" if row.logo_digest else ""
    if (logo.digest if logo else "") == row.logo_digest:
        return {}
    row.logo, row.mark = (logo.whole, logo.mark) if logo else (None, None)
    row.logo_digest = logo.digest if logo else ""
    row.logo_width, row.logo_height = (logo.width, logo.height) if logo else (0, 0)
    return {"logo": (before, f"{row.logo_width} × {row.logo_height} px" if logo else "")}
