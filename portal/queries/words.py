"""Searching by words: every word typed has to stand in one of some folded columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_

from portal.rules.text import search_patterns


def holding(q: str, *columns: Any) -> list[ColumnElement[bool]]:
    """That one of these columns holds each word of the query; a word of one or two letters has to begin a word."""
    found = []
    for pattern in search_patterns(q):
        word = pattern.strip()
        holds = [column.contains(word, autoescape=True) for column in columns]
        if word != pattern:
            holds = [column.startswith(word, autoescape=True) for column in columns]
            holds += [column.contains(f" {word}", autoescape=True) for column in columns]
        found.append(or_(*holds))
    return found
