"""CSV as spreadsheets open it: what people typed is never run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

BOM = "\ufeff"  # by which spreadsheets know that a file is UTF-8
# +91 80 4718 2200 and −5 stay as they are. The wide signs are formulas too where Chinese or Japanese is set.
FORMULA = re.compile(r"[=@\t\r\n＝＠＋－]|[+\-](?![\d\s().\-]*$)")


def line(cells: Iterable[str]) -> str:
    """One line of a file, its end included; cells are quoted where they need it."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def guarded(text: str) -> str:
    """Free text with an apostrophe before what a spreadsheet would take for a formula."""
    return "'" + text if FORMULA.match(text) else text
