"""Picture files for tests: good ones, and such as somebody would send who means harm."""

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"taken at 51.5007 N, 0.1246 W"


def picture(size: tuple[int, int] = (200, 80), kind: str = "PNG", colour: Any = "#0b6e4f", **options: Any) -> bytes:
    """A file of this kind, of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def with_metadata(kind: str) -> bytes:
    """A picture that says where it was taken, on its side as cameras do it: 200 × 80 upright."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # to be turned by a quarter
    notes = PngInfo()
    notes.add_text("Comment", SECRET.decode())
    return picture((80, 200), kind, exif=exif, **({"pnginfo": notes} if kind == "PNG" else {}))


def bomb(width: int = 40_000, height: int = 40_000) -> bytes:
    """A small PNG that says of itself that it is huge."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
