"""Thresholds of health: each within its bounds, Watch before Risk."""

from dataclasses import asdict

import pytest

from portal.rules.health import Thresholds
from portal.rules.thresholds import BOUNDS, NAMES, RISING, faults_of, texts_of


def test_every_threshold_has_bounds_and_the_defaults_are_within() -> None:
    assert set(BOUNDS) == set(NAMES) == set(texts_of(Thresholds()))
    for name, value in asdict(Thresholds()).items():
        least, most = BOUNDS[name]
        assert least <= value <= most, name
    assert faults_of(asdict(Thresholds())) == {}


@pytest.mark.parametrize(("lower", "higher"), RISING)
def test_watch_comes_before_risk(lower: str, higher: str) -> None:
    values = asdict(Thresholds())
    for value in (values[lower], values[lower] - 1):
        assert set(faults_of(values | {higher: value})) == {higher}
    assert faults_of(values | {higher: values[lower] + 1}) == {}
