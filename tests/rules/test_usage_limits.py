"""How far a month's spend is from its cap."""

import pytest

from portal.rules.lifecycle import Status
from portal.rules.spending import SuspensionBehaviour, blocks, share
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


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("behaviour", SuspensionBehaviour)
@pytest.mark.parametrize(
    ("spend", "cap", "is_reached"), [(0, None, False), (99, 100, False), (100, 100, True), (0, 0, True)]
)
def test_what_goes_out_is_blocked_by_a_reached_cap_that_says_so_and_never_in_a_trial(
    status: Status, behaviour: SuspensionBehaviour, spend: int, cap: int | None, is_reached: bool
) -> None:
    """And the spend is worked out only where it decides."""
    asked: list[int] = []
    found = blocks(status, behaviour, cap, lambda: asked.append(spend) or spend)
    may_block = status is Status.ACTIVE and behaviour is SuspensionBehaviour.BLOCK_OUTBOUND
    assert found is (may_block and is_reached)
    assert len(asked) == (may_block and cap is not None)
