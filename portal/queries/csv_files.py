"""Reading a CSV file row by row, in little memory however large it is, and never stumbling over one bad row."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from portal.rules.errors import Refused

LONGEST_LINE = 60_000  # characters; a longer line is no row of a table
LONGEST_RECORD = 60_000  # characters of a row over several lines; beyond, its quotation mark is never closed
DELIMITERS = ",;\t"
CHUNK = 1 << 20

Decoded = tuple[str, str]  # encoding, notice


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line (from 1, the head's) that it begins on; `problem` says why it has no `cells`."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file that can be read: its first row, and how to read the others. `notice` says what was assumed."""

    path: Path
    encoding: str
    delimiter: str
    head: list[str]
    notice: str = ""

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every row behind the head that begins behind this line; empty ones are passed over."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            records = _records(file, self.delimiter)
            next(records, None)
            for row in records:
                if row.line > after and (row.problem or any(cell.strip() for cell in row.cells)):
                    yield row

    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self.rows())


def open_csv(path: Path, largest: int) -> CsvFile:
    """The file, its encoding and delimiter found out. Refused if it is larger than `largest` bytes, empty, or no text.

    UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252; comma, semicolon or tab."""
    size = path.stat().st_size
    if size > largest:
        raise Refused(
            f"The file has {size / 1e6:,.0f} MB; an import takes at most {largest / 1e6:,.0f} MB. "
            "Split it into several files and import one after the other.",
            "file",
        )
    if size == 0:
        raise Refused("The file is empty. It needs a first line that names the columns, and rows below it.", "file")
    encoding, notice = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(LONGEST_LINE)
    if "\0" in first:
        raise Refused("This is no CSV file, or one in UTF-16 without a byte order mark. Save it as CSV UTF-8.", "file")
    delimiter = max(DELIMITERS, key=lambda each: (_cells(first, each), each == ","))
    with path.open(encoding=encoding, newline="") as file:
        head = next(_records(file, delimiter), None)
    if head is None or head.problem:
        raise Refused(f"The first line cannot be read. {head.problem if head else ''}".strip(), "file")
    return CsvFile(path, encoding, delimiter, head.cells, notice)


def _encoding(path: Path) -> Decoded:
    with path.open("rb") as file:
        begin = file.read(8)
        file.seek(0)
        if begin.startswith(b"PK\x03\x04"):
            raise Refused(
                "This is an Excel workbook or another archive. Save it as CSV UTF-8 and take that file.", "file"
            )
        if begin.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            return _decodes(path, "utf-32"), ""
        if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _decodes(path, "utf-16"), ""
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _decodes(path, "cp1252"), "The file is not UTF-8; it was read as Windows-1252. Look at the accents."
    return "utf-8-sig", ""


def _decodes(path: Path, encoding: str) -> str:
    """The encoding, if the whole file can be read so; Refused if not."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(CHUNK):
                pass
    except UnicodeError:
        raise Refused("The text’s encoding cannot be made out. Save the file as CSV UTF-8.", "file") from None
    return encoding


def _cells(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 0


class _Lines:
    """The lines of a file for a csv reader, which can be put back: after a bad row the next line is tried by itself."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.number = 0
        self.returned: deque[str] = deque()
        self.taken: list[str] = []
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.returned.popleft() if self.returned else self.file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        self.length += len(line)
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            self._skip_line()
            raise csv.Error(f"it is longer than {LONGEST_LINE:,} characters")
        if self.length > LONGEST_RECORD:
            raise csv.Error("unexpected end of data")
        return line

    def next_row(self) -> int:
        """A new row: the number of its first line."""
        self.taken, self.length = [], 0
        return self.number + 1

    def back_to(self, first: int) -> None:
        """All lines behind the row's first one will be read again."""
        again = self.taken[1:]
        self.returned.extendleft(reversed(again))
        self.number = first

    def _skip_line(self) -> None:
        while (rest := self.file.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass


def _records(file: TextIO, delimiter: str) -> Iterator[Row]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.next_row()
        try:
            yield Row(first, next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            lines.back_to(first)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield Row(first, [], _in_words(str(error)))


def _in_words(error: str) -> str:
    if "unexpected end of data" in error:
        return "A quotation mark is opened and never closed. Close it, or double it where it belongs to the text."
    if "expected after" in error:
        return 'A quotation mark stands in the middle of a value. Double it ("") and put the value in quotation marks.'
    return f"The line cannot be read: {error}."
