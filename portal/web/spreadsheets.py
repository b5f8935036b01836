"""CSV as spreadsheets open it: what people typed is never run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BOM = "\ufeff"  # by which spreadsheets know that a file is UTF-8
# +91 80 4718 2200 and −5 stay as they are. The wide signs are formulas too where Chinese or Japanese is set.
FORMULA = re.compile(r"[=@\t\r\n＝＠＋－]|[+\-](?![\d\s().\-]*$)")
# Where lists are separated by semicolons, Excel ends a cell there too, whatever stands in quotes.
INNER = re.compile(r'([;\t\r\n])(?=[ \xa0"]*(?:[=@＝＠＋－]|[+\-](?![\d \xa0().\-]*(?:[;\t\r\n]|$))))')


def line(cells: Iterable[str]) -> str:
    """One line of a file, its end included; every cell is quoted, so that none runs on into the next."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()


def guarded(text: str) -> str:
    """Free text with an apostrophe before what a spreadsheet would take for a formula, also behind a semicolon, a tab
    or a line's end within it."""
    text = INNER.sub(r"\1'", text)
    return "'" + text if FORMULA.match(text) else text
