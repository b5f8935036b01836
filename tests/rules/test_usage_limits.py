"""How far a month's spend is from its cap."""

import pytest

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
