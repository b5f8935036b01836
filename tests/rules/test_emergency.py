"""The emergency address: none at all, or one by which somebody is found."""

import pytest

from portal.rules.emergency import NEEDED, lacking

WHOLE = dict.fromkeys(NEEDED, "x")


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ({}, set()),
        (dict.fromkeys(NEEDED, ""), set()),
        (WHOLE, set()),
        ({**WHOLE, "e911_state": "MH"}, set()),
        ({**WHOLE, "e911_city": ""}, {"e911_city"}),
        ({**WHOLE, "e911_country": None}, {"e911_country"}),
        ({"e911_state": "MH"}, set(NEEDED)),
        ({"country": "IN", "state": "MH"}, set()),
    ],
)
def test_it_is_whole_or_none(address: dict[str, str | None], fields: set[str]) -> None:
    assert set(lacking(address)) == fields
