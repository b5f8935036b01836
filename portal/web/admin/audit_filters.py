"""What the audit log is filtered by, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from portal.queries.audit import Wanted
from portal.rules.periods import day_start
from portal.rules.text import clean_line

FIELDS = ("actor", "workspace", "action", "since", "until")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """`values`: the fields that are set, as they stand in the address; days are those of the reader's time zone,
    `until` included. What cannot be read is left out."""

    values: dict[str, Any]
    wanted: Wanted

    @classmethod
    def of(cls, arguments: Mapping[str, str], timezone: str) -> Self:
        """The filters in a query string."""
        given = {name: clean_line(arguments.get(name, ""))[:LONGEST] for name in FIELDS}
        days = {name: _day(given[name]) for name in ("since", "until")}
        values = {name: text for name, text in given.items() if text and (name not in days or days[name])}
        since, until = days["since"], days["until"]
        return cls(
            values,
            Wanted(
                actor=given["actor"],
                workspace=given["workspace"],
                action=given["action"],
                since=day_start(since, timezone) if since else None,
                until=day_start(until + timedelta(days=1), timezone) if until else None,
            ),
        )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 9000 else None
