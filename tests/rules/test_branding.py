"""Colours: what can be read is taken, and what cannot is answered with the nearest that can."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.branding import (
    ENOUGH,
    GROUNDS,
    Theme,
    check_colour,
    check_colours,
    contrast,
    mixed,
    nearest,
    on_dark,
    readability,
)
from portal.rules.errors import Invalid, Refused

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
    ],
)
def test_contrast_is_wcag_s(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize(
    ("typed", "stored"), [("#0B6E4F", "#0b6e4f"), (" 0b6e4f ", "#0b6e4f"), ("#036", "#003366"), ("", ""), ("  ", "")]
)
def test_a_colour_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert check_colour(typed, Theme.LIGHT, "accent") == stored


@pytest.mark.parametrize("typed", ["red", "#12345", "#1234567", "#gggggg", "#0b6e4f;}", "rgb(0,0,0)", "#０b6e4f", "\0"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="six digits"):
        check_colour(typed, Theme.LIGHT, "accent")


@pytest.mark.parametrize(
    ("typed", "theme"), [("#ffd400", Theme.LIGHT), ("#0b2a4f", Theme.DARK), ("#767676", Theme.LIGHT)]
)
def test_what_cannot_be_read_is_refused_with_what_can(typed: str, theme: Theme) -> None:
    with pytest.raises(Refused) as refused:
        check_colour(typed, theme, "accent")
    assert f"its contrast is {readability(typed, theme):.1f} to 1, and 4.5" in refused.value.message
    suggested = re.findall("#[0-9a-f]{6}", refused.value.message)[-1]
    assert check_colour(suggested, theme, "accent") == suggested


@given(colour=COLOURS, theme=st.sampled_from(Theme))
def test_the_nearest_works_and_whoever_works_stays(colour: str, theme: Theme) -> None:
    found = nearest(colour, theme)
    assert readability(found, theme) >= ENOUGH
    assert (found == colour) == (readability(colour, theme) >= ENOUGH)


@given(colour=COLOURS)
def test_what_stands_on_a_colour_can_be_read_too(colour: str) -> None:
    assert contrast(nearest(colour, Theme.LIGHT), "#ffffff") >= ENOUGH
    assert contrast(nearest(colour, Theme.DARK), GROUNDS[Theme.DARK][0]) >= ENOUGH


def test_no_colour_works_on_both() -> None:
    assert not any(
        min(readability(grey, theme) for theme in Theme) >= ENOUGH
        for grey in (f"#{n:02x}{n:02x}{n:02x}" for n in range(256))
    )


def test_the_dark_one_follows_unless_it_is_chosen() -> None:
    assert on_dark("#0b6e4f", "#4cc79a") == "#4cc79a"
    assert readability(on_dark("#0b6e4f", ""), Theme.DARK) >= ENOUGH


def test_both_are_checked_at_once() -> None:
    assert check_colours("#0b6e4f", "") == ("#0b6e4f", "")
    with pytest.raises(Invalid) as invalid:
        check_colours("#ffd400", "#111111")
    assert set(invalid.value.errors) == {"accent", "accent_dark"}
    with pytest.raises(Invalid) as invalid:
        check_colours("", "#4cc79a")
    assert set(invalid.value.errors) == {"accent"}


def test_mixing() -> None:
    assert [mixed("#000000", "#ffffff", share) for share in (0, 0.5, 1)] == ["#ffffff", "#808080", "#000000"]


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    names = ("bg", "sunken", "raised", "hover")
    pairs = [re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", TOKENS) for name in names]
    found = {theme: {_long(pair[side]) for pair in pairs if pair} for side, theme in enumerate(Theme, 1)}
    assert found == {theme: set(grounds) for theme, grounds in GROUNDS.items()}


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])
