"""The main job: the names of real institutions come in by a file, are found again, and come in once.

PORTAL_TEST_NAMES=<a CSV file> runs it on that file instead."""

import csv
import io
import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.models import Workspace
from portal.rules.text import fold
from tests.support.creation import check_platform, count
from tests.support.people import submit

FILE = os.environ.get("PORTAL_TEST_NAMES", "")
HEAD = "name,web_address,custom_domain,country,state,owner_name,owner_email,industry"
NAMES = (
    "Moraine Valley Community College",
    "The New College",
    "Fondazione Sacro Cuore",
    "Universidad Técnica de Babahoyo",
    'Universidad Técnica "Federico Santa María"',
    "Escuela Superior Tecnica",
    "Texas A&M University-Texarkana",
    "Alabama A&M University",
    "Московский университет",
    "Київський національний університет",
    "جامعة الملك سعود",
    "جامعة القاهرة",
    "Université Saint-Joseph, Beyrouth",
    "東京大学",
    "İstanbul Üniversitesi",
    "The New College",  # another of this name
)
SEARCHES = ("Técnica", "tecnica", "A&M", "МОСКОВСКИЙ", "університет", "الملك", "جامعة", "東京", "istanbul", "the new")


@pytest.fixture(scope="module")
def file() -> bytes:
    """A file as its makers write one: with a byte-order mark, quotes and commas in names."""
    if FILE:
        return Path(FILE).read_bytes()
    text = io.StringIO()
    lines = csv.writer(text)
    for number, name in enumerate(NAMES):
        domain = f"school{number}.edu.example"
        people = (f"Registrar of {name}", f"registrar@{domain}")
        lines.writerow([name, "", f"portal.{domain}", "IN", "", *people, "education"])
    return f"\ufeff{HEAD}\r\n{text.getvalue()}".encode()


def names(file: bytes) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig")))]


def upload(client: FlaskClient, file: bytes) -> str:
    """What the task's page says afterwards."""
    fields = {"mode": "real", "file": (io.BytesIO(file), "universities.csv")}
    answer = submit(client, "/admin/import/", fields, content_type="multipart/form-data")
    return client.get(answer.location).text


def found(client: FlaskClient, query: str) -> list[str]:
    """The names that the list has for this query, all of its pages."""
    answer = client.get("/admin/workspaces/export.csv", query_string={"q": query, "sort": "name"}, buffered=True)
    return names(answer.data)


def test_real_names_come_in_once_and_are_found(staff: FlaskClient, file: bytes) -> None:
    given = names(file)
    assert f"{len(given):,} created" in upload(staff, file)
    assert f"{len(given):,} there already" in upload(staff, file)
    assert count(Workspace) == len(given)
    assert sorted(found(staff, "")) == sorted(given)
    for query in SEARCHES:
        expected = [name for name in given if all(word in fold(name) for word in fold(query).split())]
        assert sorted(found(staff, query)) == sorted(expected), query
        assert FILE or expected, query
        page = staff.get("/admin/workspaces/", query_string={"q": query}).text
        assert page.count("<tr data-workspace") == min(len(expected), 12), query
    check_platform()
