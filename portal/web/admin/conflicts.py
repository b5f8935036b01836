"""The page that comes instead of saving, where somebody else saved the same thing meanwhile: both versions, to choose
from field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from portal.base import clock
from portal.queries.audit import Event
from portal.web import formats
from portal.web.pages import show
from portal.web.versions import Difference


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """`title`: of the thing, within "Two versions of …"; `thing`: what was saved, as in "this plan"; `saved`: by whom
    and when, where the audit log still says so. `kept`: what the form sends besides the fields of `rows`; `beside`:
    label, theirs and mine of what is not chosen here. `action` saves, and `theirs_url` shows their version."""

    title: str
    thing: str
    saved: Event | None
    rows: Sequence[Difference]
    kept: Mapping[str, str]
    action: str
    theirs_url: str
    beside: tuple[str, str, str] | None = None


def show_conflict(found: TwoVersions, crumbs: list[tuple[str, str | None]]) -> Response:
    """The page, as a 409."""
    saved = found.saved
    return show(
        "admin/conflict",
        status=409,
        crumbs=crumbs,
        title=found.title,
        thing=found.thing,
        who=saved.actor if saved else "Somebody else",
        when=formats.ago(saved.at, clock.now(), formats.reader_locale()).lower() if saved else "meanwhile",
        rows=found.rows,
        kept=found.kept,
        beside=found.beside,
        action=found.action,
        theirs_url=found.theirs_url,
    )
