"""Pictures that people upload: known by their content, and drawn anew, so that nothing of the file itself is kept."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from portal.rules.errors import Refused

LARGEST = 1024 * 1024  # bytes of a file
MOST_PIXELS = (
    10_000_000  # that a picture says it has, before any of them is read: 40 MB of memory each time it is copied
)
LONGEST_SIDE = 8192  # pixels
SMALLEST_SIDE = 16
SCAN, MOST_SCANS = (
    b"\xff\xda",
    64,
)  # of a progressive JPEG, each of which is drawn over all pixels; honest ones have ten
FORMATS = ("PNG", "JPEG", "WEBP")
WHOLE = (640, 240)  # pixels that the logo is fitted into, where it is shown for itself and on paper
MARK = (112, 112)  # and where it stands for the name: 28 px, for screens four times as fine

KINDS = "Give a PNG, JPEG or WebP file."


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo drawn anew, as PNG without any metadata: whole, and small. `digest`: SHA-256 of the whole one."""

    whole: bytes
    mark: bytes
    width: int
    height: int
    digest: str


def logo(content: bytes, field: str = "logo") -> Logo:
    """The logo in an uploaded file. Refused if it is too large, no picture of these kinds, or cannot be read."""
    if len(content) > LARGEST:
        raise Refused(f"The file is larger than {LARGEST // 1024 // 1024} MB. Make the picture smaller.", field)
    if _is_svg(content):
        raise Refused(f"SVG is not taken: such a file can hold scripts that run where it is shown. {KINDS}", field)
    if content.count(SCAN) > MOST_SCANS:
        raise Refused(f"The picture is built up in too many steps. Save it anew. {KINDS}", field)
    picture = _read(content, field)
    whole = _png(picture, WHOLE)
    size = ImageOps.contain(picture, WHOLE).size if _exceeds(picture, WHOLE) else picture.size
    return Logo(whole, _png(picture, MARK), size[0], size[1], hashlib.sha256(whole).hexdigest())


def _read(content: bytes, field: str) -> Image.Image:
    """The pixels alone, upright, with what is transparent."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            _check_size(opened.size, field)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            pixels = upright.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_too_many(), field) from None
    except UnidentifiedImageError:
        raise Refused(f"That is no picture that can be read. {KINDS}", field) from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, TypeError, IndexError, OverflowError):
        # What Pillow raises for a file that ends too early or contradicts itself depends on where it notices.
        raise Refused(f"The picture is damaged and cannot be read. Save it anew. {KINDS}", field) from None
    clean = Image.new("RGBA", pixels.size)
    clean.paste(pixels)
    return clean


def _check_size(size: tuple[int, int], field: str) -> None:
    if max(size) > LONGEST_SIDE or size[0] * size[1] > MOST_PIXELS:
        raise Refused(_too_many(), field)
    if min(size) < SMALLEST_SIDE:
        raise Refused(
            f"The picture is smaller than {SMALLEST_SIDE} × {SMALLEST_SIDE} pixels. Give a larger one.", field
        )


def _too_many() -> str:
    return f"The picture has too many pixels: at most {MOST_PIXELS // 1_000_000} million. Make it smaller."


def _exceeds(picture: Image.Image, box: tuple[int, int]) -> bool:
    return picture.width > box[0] or picture.height > box[1]


def _png(picture: Image.Image, box: tuple[int, int]) -> bytes:
    """The picture inside of this box, never enlarged."""
    fitted = ImageOps.contain(picture, box, Image.Resampling.LANCZOS) if _exceeds(picture, box) else picture
    out = io.BytesIO()
    fitted.save(out, "PNG", optimize=True)
    return out.getvalue()


def _is_svg(content: bytes) -> bool:
    """Whether it begins as XML or SVG does, whatever it is called."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<?xml", b"<svg", b"<!doctype svg", b"<!--")) or b"<svg" in head
