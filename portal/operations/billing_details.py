"""Whom an organization's invoices are made out to, and where they are sent; issued ones stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from portal.base.countries import country_code
from portal.base.emails import check_email
from portal.models import scope
from portal.operations.audit import record
from portal.operations.derived import settling_all
from portal.operations.draft_fields import line, note
from portal.operations.drafts import Faults
from portal.operations.locks import locked_house
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.errors import Invalid, Refused

NAME, ADDRESS, TAX_ID = 200, 1_000, 64  # characters


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """As a form gives them: text, blank for none. `country`: its name or code."""

    company_name: str = ""
    address: str = ""
    country: str = ""
    tax_id: str = ""
    billing_email: str = ""


def change(organization: int, wanted: BillingDetails, by: Actor, version: int | None = None) -> int:
    """The organization's (integer key) details read so. Answers its version; `version` is the one that the person has
    seen, None to overwrite whatever is there.

    Raises NotFound, Invalid with a message for every bad field, Refused where somebody saved meanwhile."""
    checked = _checked(wanted)
    with scope.platform(), unit() as session:
        house = locked_house(session, organization)
        row = house.organization
        if version is not None and version != row.version:
            raise Refused("Somebody else changed these details after you opened them. Compare, then save again.")
        new = asdict(checked)
        told: dict[str, Any] = {
            name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value
        }
        if not told:
            return row.version
        with settling_all(session, house.workspaces):  # the address is searched for with each of them
            for name, value in new.items():
                setattr(row, name, value)
            row.version += 1
        record("organization.billing_changed", by, organization=row, **told)
        return row.version


def _checked(wanted: BillingDetails) -> BillingDetails:
    faults = Faults()
    checks: dict[str, Callable[[str], str]] = {
        "company_name": lambda text: line(text, "company_name", "the name", NAME),
        "address": lambda text: note(text, "address", ADDRESS),
        "country": lambda text: country_code(text, "country") if text.strip() else "",
        "tax_id": lambda text: line(text, "tax_id", "the tax id", TAX_ID),
        "billing_email": lambda text: check_email(text, "billing_email") if text.strip() else "",
    }
    found = {
        each.name: faults.take(each.name, checks[each.name], getattr(wanted, each.name)) for each in fields(wanted)
    }
    if faults.found:
        raise Invalid(faults.found)
    return BillingDetails(**{name: value or "" for name, value in found.items()})
