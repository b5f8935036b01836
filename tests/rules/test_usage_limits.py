"""How far a month's spend is from its cap."""

import pytest

from portal.rules.spending import share
from portal.rules.usage_limits import Standing, standing


@pytest.mark.parametrize(
    ("spend", "cap", "threshold", "found"),
    [
        (0, None, 80, Standing.FREE),
        (10**9, None, 1, Standing.FREE),
        (0, 0, 80, Standing.OVER),
        (79, 100, 80, Standing.CAPPED),
        (80, 100, 80, Standing.NEAR),
        (99, 100, 100, Standing.CAPPED),
        (100, 100, 100, Standing.OVER),
        (101, 100, 80, Standing.OVER),
    ],
)
def test_standing(spend: int, cap: int | None, threshold: int, found: Standing) -> None:
    assert standing(spend, cap, threshold) is found


@pytest.mark.parametrize(
    ("spend", "cap", "percent"),
    [(0, None, None), (7, None, None), (0, 0, 100), (7, 0, 100), (0, 100, 0), (999, 1_000, 99), (2_500, 1_000, 250)],
)
def test_how_much_of_the_cap_is_spent(spend: int, cap: int | None, percent: int | None) -> None:
    """Never more than there is: 99.9 % is not yet all of it."""
    assert share(spend, cap) == percent
