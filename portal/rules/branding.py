"""An organization's colours: how they are written, and whether text can be read in them (WCAG 2.2, 1.4.3 and 1.4.6)."""

from __future__ import annotations

import colorsys
import re
from enum import StrEnum

from portal.rules.errors import Invalid, Refused

ENOUGH = 4.5
"""Contrast that text has to have with its ground (WCAG 1.4.3, AA)."""

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_STEPS = 500  # of lightness, between which a colour that works is looked for


class Theme(StrEnum):
    """A colour is for one of them: none can be read on both (white and near black leave 4.3 in the middle)."""

    LIGHT = "light"
    DARK = "dark"


GROUNDS: dict[Theme, tuple[str, ...]] = {
    Theme.LIGHT: ("#ffffff", "#f6f7f8", "#f4f5f7"),
    Theme.DARK: ("#101215", "#0b0d0f", "#191c21", "#171a1e"),
}
"""What text stands on: --bg, --sunken, --raised and --hover of static/css/tokens.css. The text that stands on the
colour itself, in the mark, is --bg's white or near black."""


def check_colour(text: str, theme: Theme, field: str) -> str:
    """The colour as stored, `#rrggbb`; blank for none. Refused with what is too low, and the nearest that works."""
    typed = text.strip().lower()
    if not typed:
        return ""
    found = _HEX.fullmatch(typed)
    if not found:
        raise Refused("A colour is written as # and six digits or letters a–f, such as #0b6e4f.", field)
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    colour = "#" + digits
    lowest = readability(colour, theme)
    if lowest < ENOUGH:
        raise Refused(
            f"Text in {colour} cannot be read on the {theme.value} pages: its contrast is {lowest:.1f} to 1, and "
            f"{ENOUGH} is needed. The nearest that works is {nearest(colour, theme)}.",
            field,
        )
    return colour


def check_colours(accent: str, accent_dark: str) -> tuple[str, str]:
    """Both colours as stored: that of the light pages, and that of the dark ones. Invalid with a message for each."""
    faults: dict[str, str] = {}
    checked = []
    for field, text, theme in (("accent", accent, Theme.LIGHT), ("accent_dark", accent_dark, Theme.DARK)):
        try:
            checked.append(check_colour(text, theme, field))
        except Refused as error:
            faults[field] = error.message
    if not faults and checked[1] and not checked[0]:
        faults["accent"] = "Choose this one first: the other takes its place on dark pages."
    if faults:
        raise Invalid(faults)
    return checked[0], checked[1]


def on_dark(accent: str, accent_dark: str) -> str:
    """The colour of the dark pages: the chosen one, else the nearest to the other that works there."""
    return accent_dark or nearest(accent, Theme.DARK)


def readability(colour: str, theme: Theme) -> float:
    """The lowest contrast of this colour with what it stands on in the theme; 1 to 21."""
    return min(contrast(colour, ground) for ground in GROUNDS[theme])


def nearest(colour: str, theme: Theme) -> str:
    """The colour that works in the theme and is nearest to this one: of its hue, darker or lighter."""
    if readability(colour, theme) >= ENOUGH:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    end = 0.0 if theme is Theme.LIGHT else 1.0
    for step in range(1, _STEPS + 1):
        lightness = light + (end - light) * step / _STEPS
        found = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
        if readability(found, theme) >= ENOUGH:
            return found
    raise AssertionError("black and white work")


def mixed(colour: str, ground: str, share: float) -> str:
    """So much of the colour (0 to 1) in the ground."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return _hex(tuple((top * share + below * (1 - share)) / 255 for top, below in pairs))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> tuple[float, ...]:
    return tuple(part / 255 for part in _parts(colour))


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _hex(shares: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(max(share, 0), 1) * 255):02x}" for share in shares)
