"""The address to which help is sent when somebody of a workspace dials an emergency number (E911)."""

from __future__ import annotations

from collections.abc import Mapping

NEEDED: Mapping[str, str] = {
    "e911_street": "a street and number",
    "e911_city": "a city",
    "e911_postal_code": "a postal code",
    "e911_country": "a country",
}
"""Without these nobody is found by it."""

EMERGENCY = (*NEEDED, "e911_state")


def lacking(address: Mapping[str, str | None]) -> dict[str, str]:
    """What is wrong with an address of these fields (others do not matter), by field: all of it is blank, or by it
    somebody can be found."""
    if not any(address.get(name) for name in EMERGENCY):
        return {}
    return {
        name: f"An emergency address needs {what}. Fill it in, or leave all of it empty."
        for name, what in NEEDED.items()
        if not address.get(name)
    }
