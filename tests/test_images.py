"""Pictures that people upload: nothing but pixels comes out, and what is no picture, or too much of one, is refused."""

import io

import pytest
from PIL import Image

from portal.base import images
from portal.rules.errors import Refused
from tests.support.pictures import SECRET, SVG, bomb, picture, with_metadata


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_kind_comes_out_as_png(kind: str) -> None:
    made = images.logo(picture((200, 80), kind))
    assert (made.width, made.height) == opened(made.whole).size == (200, 80)
    assert opened(made.mark).size == (112, 45)
    assert {opened(each).format for each in (made.whole, made.mark)} == {"PNG"}


def test_a_large_one_is_fitted_and_a_small_one_stays() -> None:
    made = images.logo(picture((3000, 600)))
    assert opened(made.whole).size == (made.width, made.height) == (640, 128)
    assert images.logo(picture((20, 20))).width == 20


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_else_of_the_file_is_kept(kind: str) -> None:
    given = with_metadata(kind)
    assert SECRET in given
    made = images.logo(given)
    assert (made.width, made.height) == (200, 80), "upright, as the camera meant it"
    for each in (made.whole, made.mark):
        assert SECRET not in each
        assert set(opened(each).info) <= {"dpi"} and not opened(each).getexif()


def test_a_polyglot_is_a_picture_and_nothing_more() -> None:
    page = b"<html><script>alert(1)</script></html>"
    for given in (picture() + page, picture(kind="JPEG", comment=page), picture() + b"PK\x03\x04" + b"x" * 100):
        assert b"<script>" not in images.logo(given).whole and b"PK\x03\x04" not in images.logo(given).whole


def test_transparency_stays() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(images.logo(out.getvalue()).whole).getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_whatever_its_pixels_are(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 40)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(images.logo(out.getvalue()).whole).mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (SVG, "SVG is not taken: such a file can hold scripts"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>" + SVG, "SVG is not taken"),
        (b"<!-- a -->" + SVG, "SVG is not taken"),
        (b"", "no picture"),
        (b"GIF89a" + b"\0" * 40, "no picture"),
        (b"%PDF-1.7 " + b"x" * 400, "no picture"),
        (b"MZ" + b"\0" * 400, "no picture"),
        (picture(kind="GIF"), "no picture"),
        (picture(kind="TIFF"), "no picture"),
        (picture(kind="BMP"), "no picture"),
        (picture()[:60], "damaged"),
        (picture((400, 400), "JPEG")[:-900], "damaged"),
        (picture((400, 400), "WEBP")[:-30], "damaged|no picture"),
        (bomb(), "too many pixels"),
        (bomb(9_000, 20), "too many pixels"),
        (bomb(100_000, 1), "too many pixels"),
        (bomb(3_000, 3_000), "damaged"),
        (picture((10, 400)), "smaller than 16"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (images.LARGEST + 1), "larger than 1 MB"),
    ],
)
def test_what_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        images.logo(content)
    assert refused.value.field == "logo"


def test_every_cut_of_a_file_is_refused_in_words_or_drawn() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = picture((64, 64), kind)
        for end in range(0, len(whole), max(1, len(whole) // 60)):
            try:
                images.logo(whole[:end])
            except Refused:
                continue


def test_one_that_is_drawn_over_and_over_is_refused() -> None:
    given = io.BytesIO()
    Image.new("L", (400, 400), 128).save(given, "JPEG", progressive=True)
    honest = given.getvalue()
    assert images.logo(honest).width
    last, end = honest.rindex(images.SCAN), honest.rindex(b"\xff\xd9")
    with pytest.raises(Refused, match="too many steps"):
        images.logo(honest[:end] + honest[last:end] * 300 + honest[end:])
