"""An invoice as PDF: the same figures as on the page, in letters of whatever script names are written in.

Noto Sans is read always, other fonts only where a letter of theirs occurs; a letter that none of them has is a box."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from portal.queries.brands import Letterhead
from portal.web.invoice_words import Block, Row, Table

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor"
FAMILY = "noto"
STYLES = {"": "noto-sans-20201225-regular.ttf", "B": "noto-sans-20201225-bold.ttf"}


class Script(NamedTuple):
    """A font for further letters: its file, and the ranges of code points for which it is read."""

    name: str
    file: str
    ranges: tuple[tuple[int, int], ...]


SCRIPTS = (
    Script(
        "arabic",
        "noto-sans-20201225-arabic.ttf",
        ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    ),
    Script("devanagari", "noto-sans-20201225-devanagari.ttf", ((0x0900, 0x097F), (0xA8E0, 0xA8FF))),
    Script(
        "cjk",
        "droid-sans-6.0.1-fallback.ttf",
        ((0x2E80, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF)),
    ),
)
# What Noto Sans has no letter for, and direction marks, which the layout does without.
PLAIN = str.maketrans({"−": "-", "\u202f": "\u00a0", "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": ""})

LEFT, TOP, WIDE = 18, 18, 174  # millimetres of an A4 page
COLUMNS = (92, 26, 28, 28)
LINE = 5.6
LOGO = (56, 16)  # at most so wide and so high
SUMS = 34  # what stands below the lines is not torn apart
INK, MUTED, RULE, ALERT = (24, 28, 36), (98, 106, 120), (205, 210, 218), (176, 38, 38)

logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on it beside the table: who issues it, the logo and colour of whom it is for, what it is, to whom it
    goes (lines), facts (label, text), and what is to be said of it (`stamp`: void or a draft)."""

    issuer: str
    letterhead: Letterhead
    title: str
    number: str
    to: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    table: Table
    at: datetime
    stamp: str = ""
    note: str = ""


def render(paper: Paper) -> bytes:
    """The file. The same paper gives the same bytes."""
    pdf = _Pages(paper)
    pdf.add_page()
    _head(pdf, paper)
    _table(pdf, paper.table)
    if paper.note:
        pdf.ln(6)
        pdf.write_line(paper.note, size=8.5, colour=MUTED)
    return bytes(pdf.output())


class _Pages(FPDF):
    """A4 pages with a foot."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.accent = _colour(paper.letterhead.accent)
        self.set_margins(LEFT, TOP, LEFT)
        self.set_auto_page_break(True, 22)
        self.set_creation_date(paper.at)
        self.set_title(f"{paper.title} {paper.number}".strip())
        self.set_author(paper.issuer)
        self.set_lang("en")
        for style, file in STYLES.items():
            self.add_font(FAMILY, style, FONTS / file)
        found = list(_scripts(_texts(paper)))
        for script in found:
            self.add_font(script.name, "", FONTS / script.file)
        self.set_fallback_fonts([script.name for script in found], exact_match=False)
        self.set_text_shaping(bool(found))

    def footer(self) -> None:
        """The number and the page, on every page."""
        self.set_y(-14)
        self.pen(8, colour=MUTED)
        text = f"{self.paper.issuer} · {self.paper.title} {self.paper.number}".strip()
        self.cell(WIDE - 30, LINE, plain(text))
        self.cell(30, LINE, f"{self.page_no()} / {{nb}}", align="R")

    def pen(self, size: float, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """What follows is written so."""
        self.font_family = ""  # else it is not said again after a paragraph in several fonts, which ends in another
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def write_line(
        self, text: str, size: float = 9.5, bold: bool = False, colour: tuple[int, int, int] = INK, wide: float = WIDE
    ) -> None:
        """A paragraph from the left margin."""
        self.pen(size, bold, colour)
        self.multi_cell(wide, LINE, plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rule(self, strong: bool = False) -> None:
        """A line across the page."""
        self.set_draw_color(*(self.accent if strong else RULE))
        self.set_line_width(0.3 if strong else 0.2)
        self.line(LEFT, self.get_y(), LEFT + WIDE, self.get_y())


def plain(text: str) -> str:
    """The text in letters that the fonts have."""
    return text.translate(PLAIN)


def _scripts(texts: Iterable[str]) -> Iterator[Script]:
    """The fonts that these texts need beside Noto Sans."""
    points = {ord(char) for text in texts for char in text}
    for script in SCRIPTS:
        if any(low <= point <= high for point in points for low, high in script.ranges):
            yield script


def _texts(paper: Paper) -> Iterator[str]:
    yield from (paper.issuer, *paper.to)
    for block in paper.table.blocks:
        yield block.name
        yield from (row.label for row in block.rows)


def _colour(written: str | None) -> tuple[int, int, int]:
    """`#rrggbb` as red, green and blue; ink for none."""
    if not written:
        return INK
    red, green, blue = bytes.fromhex(written[1:])
    return red, green, blue


def _logo(pdf: _Pages, paper: Paper) -> None:
    """At the top left, as large as its place is."""
    of = paper.letterhead
    if not of.logo:
        return
    scale = min(LOGO[0] / of.width, LOGO[1] / of.height)
    pdf.image(io.BytesIO(of.logo), LEFT + pdf.c_margin, TOP, of.width * scale, of.height * scale, alt_text=of.name)
    pdf.set_y(TOP + of.height * scale + 4)


def _head(pdf: _Pages, paper: Paper) -> None:
    _logo(pdf, paper)
    pdf.pen(13, bold=True)
    pdf.cell(WIDE / 2, 8, plain(paper.issuer))
    pdf.pen(17, bold=True, colour=pdf.accent)
    pdf.cell(WIDE / 2, 8, paper.title, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.pen(10.5, colour=MUTED)
    pdf.cell(WIDE, 6, paper.number, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    if paper.stamp:
        pdf.pen(11, bold=True, colour=ALERT)
        pdf.cell(WIDE, 6, plain(paper.stamp), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(8)
    top = pdf.get_y()
    pdf.write_line("Bill to", 8.5, colour=MUTED, wide=WIDE / 2)
    for number, line in enumerate(paper.to):
        pdf.write_line(line, 10, bold=number == 0, wide=WIDE / 2)
    left = pdf.get_y()
    pdf.set_y(top)
    for label, text in paper.facts:
        pdf.set_x(LEFT + WIDE / 2 + 10)
        pdf.pen(9.5, colour=MUTED)
        pdf.cell(30, LINE, label)
        pdf.pen(9.5)
        pdf.cell(WIDE / 2 - 40, LINE, plain(text), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_y(max(left, pdf.get_y()) + 8)


def _table(pdf: _Pages, table: Table) -> None:
    heads = ("Item", "Quantity", "Price", f"Amount, {table.currency}")
    _cells(pdf, heads, 8.5, MUTED)
    pdf.rule()
    for block in table.blocks:
        _block(pdf, block)
    if table.account:
        pdf.ln(2)
        pdf.write_line("Whole account", bold=True)
        for row in table.account:
            _row(pdf, row)
    if pdf.will_page_break(SUMS):
        pdf.add_page()
    pdf.ln(2)
    pdf.rule()
    pdf.ln(1)
    if table.tax:
        _cells(pdf, ("Subtotal", "", "", table.net.text))
        _row(pdf, table.tax)
    pdf.rule(strong=True)
    pdf.ln(1)
    pdf.pen(12, bold=True)
    pdf.cell(WIDE / 2, 8, "Total")
    pdf.cell(WIDE / 2, 8, plain(table.total_text), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _block(pdf: _Pages, block: Block) -> None:
    pdf.ln(2)
    if pdf.will_page_break(3 * LINE):
        pdf.add_page()
    pdf.pen(9.5, bold=True)
    top = pdf.get_y()
    pdf.multi_cell(sum(COLUMNS[:3]), LINE, plain(block.name), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    under = pdf.get_y()
    pdf.pen(9.5, bold=True)
    pdf.set_xy(LEFT + sum(COLUMNS[:3]), top)
    pdf.cell(COLUMNS[3], LINE, plain(block.subtotal.text), align="R")
    pdf.set_xy(LEFT, under)
    for row in block.rows:
        _row(pdf, row)


def _row(pdf: _Pages, row: Row) -> None:
    if pdf.will_page_break(2 * LINE):
        pdf.add_page()
    _cells(pdf, (row.label, row.quantity, row.price, row.amount.text))


def _cells(
    pdf: _Pages, texts: tuple[str, str, str, str], size: float = 9.5, colour: tuple[int, int, int] = INK
) -> None:
    """A line of the table; the first cell may take several lines."""
    top = pdf.get_y()
    pdf.pen(size, colour=colour)
    pdf.multi_cell(COLUMNS[0], LINE, plain(texts[0]), align="L", new_x=XPos.RIGHT, new_y=YPos.NEXT)
    under = pdf.get_y()
    pdf.pen(size, colour=colour)
    x = LEFT + COLUMNS[0]
    for width, text in zip(COLUMNS[1:], texts[1:], strict=True):
        pdf.set_xy(x, top)
        pdf.cell(width, LINE, plain(text), align="R")
        x += width
    pdf.set_xy(LEFT, under)
