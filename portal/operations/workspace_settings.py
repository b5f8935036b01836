"""What a workspace's own people change about it: name, web address, time zone, caller name, emergency address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.countries import country_code
from portal.models import Workspace, scope
from portal.models.columns import NAME
from portal.operations.addresses import suggestions
from portal.operations.audit import record
from portal.operations.derived import settling
from portal.operations.draft_fields import LINES, cnam, line, timezone_name
from portal.operations.drafts import Faults
from portal.operations.unit import exclusively, locked, unit
from portal.rules.actors import Actor
from portal.rules.addresses import check_web_address
from portal.rules.emergency import EMERGENCY, lacking
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.lifecycle import Status


@dataclass(frozen=True, slots=True)
class Changed:
    """As somebody typed it; None stays as it is. `version`: of the workspace when they began."""

    name: str
    web_address: str
    timezone: str
    version: int
    cnam: str | None = None
    e911_street: str | None = None
    e911_city: str | None = None
    e911_state: str | None = None
    e911_postal_code: str | None = None
    e911_country: str | None = None


class Stale(Conflict):
    """Somebody else saved meanwhile."""


def change(workspace: str, wanted: Changed, by: Actor) -> str:
    """The workspace (public id) reads so; answers its web address.

    Raises Invalid with a message for every bad field, Stale if somebody saved meanwhile, Conflict for a closed or
    suspended one, NotFound."""
    with unit() as session, scope.platform():
        exclusively(session, "workspaces")  # addresses are taken one after another
        row = locked(session, Workspace, workspace)
        if row.status in (Status.CANCELLED, Status.SUSPENDED):
            raise Conflict(f"This workspace is {row.status.value}: nothing of it can be changed.")
        if row.version != wanted.version:
            raise Stale("Somebody else saved the settings meanwhile. What is stored now stands beside your input.")
        values = _checked(session, row, wanted)
        changes: dict[str, Any] = {
            name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
        }
        if changes:
            with settling(session, row):
                for name, value in values.items():
                    setattr(row, name, value)
                row.version += 1
            record("workspace.settings_changed", by, workspace=row, **changes)
        return row.web_address


def _checked(session: Session, row: Workspace, wanted: Changed) -> dict[str, str]:
    faults = Faults()
    values = {
        "name": faults.take("name", line, wanted.name, "name", "a name", NAME, required=True),
        "web_address": faults.take("web_address", _address, session, row, wanted.web_address),
        "timezone": faults.take("timezone", timezone_name, wanted.timezone, row.timezone),
    }
    if wanted.cnam is not None:
        values["cnam"] = faults.take("cnam", cnam, wanted.cnam)
    values |= _emergency(row, wanted, faults)
    if faults.found:
        raise Invalid(faults.found)
    return {name: value or "" for name, value in values.items()}


def _emergency(row: Workspace, wanted: Changed, faults: Faults) -> dict[str, str | None]:
    """The emergency address: none, or one by which somebody can be found."""
    given = {name: getattr(wanted, name) for name in EMERGENCY if getattr(wanted, name) is not None}
    found: dict[str, str | None] = {
        name: faults.take(name, line, text, name, "text", LINES[name])
        for name, text in given.items()
        if name != "e911_country"
    }
    if country := given.get("e911_country"):
        found["e911_country"] = faults.take("e911_country", country_code, country, "e911_country")
    elif country is not None:
        found["e911_country"] = ""
    whole = {name: found.get(name, getattr(row, name)) for name in EMERGENCY}
    for name, message in lacking(whole).items() if given else ():
        faults.add(name, message)
    return found


def _address(session: Session, row: Workspace, text: str) -> str:
    address = check_web_address(text)

    def taken(some: Any) -> set[str]:
        others = select(Workspace.web_address).where(Workspace.web_address.in_(list(some)), Workspace.id != row.id)
        return set(session.scalars(others))

    if taken([address]):
        free = " or ".join(suggestions(address, row.country, taken))
        raise Refused(f"Taken by another workspace. Try {free}.", "web_address")
    return address
