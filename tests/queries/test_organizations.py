"""Organizations to choose from: found by every word, in any spelling."""

import pytest
from flask import Flask

from portal.queries.organizations import matches
from tests.factories import organization


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ["Acme Group", "Łódź Works", "Zeta Acme"]),
        ("acme", ["Acme Group", "Zeta Acme"]),
        ("cme", ["Acme Group", "Zeta Acme"]),
        ("ac", ["Acme Group", "Zeta Acme"]),
        ("cm", []),
        ("z", ["Zeta Acme"]),
        ("lodz", ["Łódź Works"]),
        ("acme zeta", ["Zeta Acme"]),
        ("%", []),
        ("_", []),
        ("\x00", ["Acme Group", "Łódź Works", "Zeta Acme"]),
    ],
)
def test_matches(app: Flask, q: str, found: list[str]) -> None:
    for name in ("Zeta Acme", "Łódź Works", "Acme Group"):
        organization(name)
    assert [each.name for each in matches(q)] == found


def test_no_more_than_asked_for(app: Flask) -> None:
    for number in range(12):
        organization(f"Acme {number:02}")
    assert len(matches("acme")) == 10
    assert [each.name for each in matches("acme", most=2)] == ["Acme 00", "Acme 01"]
