"""Reading CSV files as people and programs write them."""

from pathlib import Path

import pytest

from portal.queries.csv_files import CsvFile, open_csv
from portal.rules.errors import Refused

MB = 1024 * 1024


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def opened(folder: Path, content: bytes | str) -> CsvFile:
    return open_csv(written(folder, content), MB)


def cells(file: CsvFile) -> list[list[str]]:
    return [row.cells for row in file.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    file = opened(tmp_path, "name,owner_email\nMünchen,a@x.example\nМосква,b@x.example\n".encode(encoding))
    assert file.head == ["name", "owner_email"] and not file.notice
    assert [row[0] for row in cells(file)] == ["München", "Москва"]


def test_what_is_no_unicode_is_read_as_windows_text_and_that_is_said(tmp_path: Path) -> None:
    file = opened(tmp_path, "name,owner_email\nMünchen “A”,a@x.example\n".encode("cp1252"))
    assert cells(file)[0][0] == "München “A”" and "Windows-1252" in file.notice


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_head(tmp_path: Path, delimiter: str) -> None:
    content = f'name{delimiter}owner_email\n"A{delimiter}B, c; d"{delimiter}a@x.example\n'
    assert cells(opened(tmp_path, content)) == [[f"A{delimiter}B, c; d", "a@x.example"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_understood(tmp_path: Path, end: str) -> None:
    file = opened(tmp_path, end.join(["name,owner_email", "A,a@x.example", "", ",", "B,b@x.example"]))
    assert [(row.line, row.cells[0]) for row in file.rows()] == [(2, "A"), (5, "B")]


def test_quotes_hold_quotes_delimiters_and_lines(tmp_path: Path) -> None:
    file = opened(tmp_path, 'name,admin_note\n"The ""Best"", Ltd","one\ntwo"\nNext,\n')
    assert [(row.line, row.cells) for row in file.rows()] == [
        (2, ['The "Best", Ltd', "one\ntwo"]),
        (4, ["Next", ""]),
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [('"Open,b@x.example', "never closed"), ('"Mid"dle,b@x.example', "in the middle"), ("x" * 70_000 + ",b", "longer")],
)
def test_a_bad_row_is_told_and_the_next_one_read(tmp_path: Path, bad: str, words: str) -> None:
    lines = ["name,owner_email", "A,a@x.example", bad, "C,c@x.example", *("D,d@x.example" for _ in range(5000))]
    rows = list(opened(tmp_path, "\n".join(lines)).rows())
    assert [row.line for row in rows] == list(range(2, len(lines) + 1))
    assert words in rows[1].problem
    assert rows[2].cells == ["C", "c@x.example"]


def test_reading_can_go_on_behind_a_line(tmp_path: Path) -> None:
    file = opened(tmp_path, "name,owner_email\nA,a\nB,b\nC,c\n")
    assert [row.line for row in file.rows(after=3)] == [4]
    assert file.count() == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel workbook"),
        ("name,owner_email\n".encode("utf-16-le"), "UTF-16 without"),
        (b"\x00\x01\x02\x03", "no CSV file"),
        (b"name\n\xff\x81\x8d", "encoding cannot be made out"),
        ('"name,owner_email\nA,a\n', "first line cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes | str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        opened(tmp_path, content)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1000 * 1000)  # holes: nothing of it could be decoded, or read in time
    with pytest.raises(Refused, match="has 100 MB; an import takes at most 67 MB"):
        open_csv(path, 64 * MB)
