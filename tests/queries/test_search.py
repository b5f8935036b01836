"""Search for long words: by some of their trigrams, and not a text more or less than holds them."""

import random
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Workspace, scope
from portal.queries.search import LONG, Search, looked_into, matching, planned, search_values, way
from tests.support.lists import Given, fill

NEARLY = (
    "harbour logistics",
    "harbouring logs",
    "arbour house harb our",
    "harbharbourour",
    'harb"our" and "harbour"',
    "harbo rbour arb",
)


@pytest.fixture(autouse=True)
def texts(app: Flask) -> Iterator[list[str]]:
    dice = random.Random(7)
    given = [*NEARLY, *("".join(dice.choices("ab", k=dice.randint(3, 24))) for _ in range(60))]
    fill(Given(name) for name in given)
    with scope.platform():
        yield list(db.session.scalars(select(Workspace.search_text)))


@pytest.mark.parametrize("words", [("harbour",), ("harbour", "logistics"), ("arbour  house",), ('harb"our"',)])
def test_long_words_are_found_where_they_stand(words: tuple[str, ...], texts: list[str]) -> None:
    check(list(words), texts)


def test_words_of_any_length_are_found_where_they_stand(texts: list[str]) -> None:
    dice = random.Random(11)
    for _ in range(60):
        check(["".join(dice.choices("ab", k=dice.randint(3, 12)))], texts)


def check(patterns: list[str], texts: list[str]) -> None:
    search = way(patterns, walking=False)
    if db.engine.dialect.name == "sqlite":
        assert search is (Search.SPARSE if any(len(each) > LONG for each in patterns) else Search.TRIGRAMS)
    query = planned(matching(select(Workspace.search_text), search, looked_into(search, patterns)), search)
    found = db.session.scalars(query, search_values(search, patterns)).all()
    assert sorted(found) == sorted(text for text in texts if all(each in text for each in patterns)), patterns
