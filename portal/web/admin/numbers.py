"""Numbers: the platform's inventory, one number with its history, adding one, and the inventory as a file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.base import clock
from portal.models import NumberKind, NumberState
from portal.operations import exports, numbers
from portal.queries import numbers as reads
from portal.queries.numbers import Listed, Wanted
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.numbers import IMPORTED
from portal.rules.text import fold
from portal.web import audit_words, formats, paging
from portal.web.access import actor, may, needs
from portal.web.admin import number_lines
from portal.web.countries import countries
from portal.web.downloads import csv_file
from portal.web.forms import Form
from portal.web.number_words import KINDS, STATES
from portal.web.pages import ask, done, show
from portal.web.reader import reader, words
from portal.web.spreadsheets import guarded
from portal.web.state_chips import chips

bp = Blueprint("admin_numbers", __name__, url_prefix="/admin/numbers")
HOME = "admin_numbers.listing"
HEAD = (*IMPORTED.columns, *IMPORTED.passed_over)

Choice = TypeVar("Choice", bound=StrEnum)


class NumberForm(Form):
    """One more number."""

    e164 = StringField()
    country = StringField()
    kind = StringField()


@bp.get("/")
@needs(Permission.NUMBER_VIEW)
def listing() -> Response:
    """The inventory by number: 12 a page."""
    wanted, who = _wanted(), reader()
    page = paging.number(request.args.get("page"))
    found, total = reads.listing(wanted, page)
    if page > 1 and not found:
        raise NotFound()
    values = _values(wanted)
    others = {name: value for name, value in values.items() if name != "state"}
    return show(
        "admin/numbers/list",
        rows=[number_lines.line(each, who) for each in found],
        chips=chips(HOME, STATES, reads.by_state(wanted), wanted.state, who.locale, **others),
        wanted=wanted,
        countries=_countries(reads.countries(), wanted.country, who.locale),
        kinds=[(kind.value, label, kind is wanted.kind) for kind, label in KINDS.items()],
        any_set=any(values.values()),
        may_edit=may(Permission.NUMBER_EDIT),
        export_url=url_for("admin_numbers.export", **values),
        pager=paging.pager(page, reads.PAGE, total, paging.turning(HOME, **values), who.locale),
    )


@bp.get("/export.csv")
@needs(Permission.NUMBER_VIEW)
def export() -> Response:
    """All pages of the list as it is filtered; the audit log keeps who took it."""
    wanted = _wanted()
    told = {name: str(value) for name, value in _values(wanted).items() if value}
    exports.record_numbers_export(told, reads.total(wanted), actor())
    return csv_file(f"numbers-{clock.now():%Y-%m-%d}.csv", HEAD, map(_cells, reads.each(wanted)))


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.NUMBER_EDIT)
def new() -> ResponseReturnValue:
    """Adds one."""
    form = NumberForm()
    if form.validate_on_submit():
        with form.refusals():
            made = numbers.add(form.e164.data or "", form.country.data or "", form.kind.data or "", actor())
            flash("Number added. It is free to be assigned.", "good")
            return done(url_for("admin_numbers.page", num=made))
    back, locale = url_for(HOME), formats.reader_locale()
    return ask(
        "admin/numbers/new",
        status=422 if form.is_submitted() else 200,
        form=form,
        countries=[("", "As its country code says"), *countries(locale)[1:]],
        kinds=[("", "As its numbering plan says"), *((kind.value, label) for kind, label in KINDS.items())],
        action=url_for("admin_numbers.new"),
        back_url=back,
        crumbs=(("Numbers", back), ("Add", None)),
    )


@bp.get("/<num>")
@needs(Permission.NUMBER_VIEW)
def page(num: str) -> Response:
    """One number: where it is, who had it, and what was done to it."""
    found, who = number(num), reader()
    badge, state = STATES[found.state]
    return show(
        "admin/numbers/page",
        it=found,
        text=formats.phone(found.e164),
        badge=badge,
        state=state,
        facts=number_lines.facts(found, who),
        doors=number_lines.doors(found),
        entries=[audit_words.entry(event, who.now) for event in reads.history(found.e164, found.created_at)],
    )


def number(num: str) -> Listed:
    """The number that an address names. Raises NotFound."""
    found = reads.number(num) if num.isprintable() else None
    if found is None:
        raise NotFound()
    return found


def _wanted() -> Wanted:
    return Wanted(words(), _one(NumberState, "state"), words("country").upper(), _one(NumberKind, "kind"))


def _one(kind: type[Choice], name: str) -> Choice | None:
    given = request.args.get(name, "")
    return kind(given) if given in set(kind) else None


def _values(wanted: Wanted) -> dict[str, Any]:
    """What is wanted, as the list's address says it."""
    return {
        "q": wanted.q or None,
        "state": wanted.state,
        "country": wanted.country or None,
        "kind": wanted.kind,
    }


def _countries(codes: list[str], chosen: str, locale: str) -> list[tuple[str, str, bool]]:
    named = [(code, formats.country(code, locale)) for code in codes]
    return [(code, name, code == chosen) for code, name in sorted(named, key=lambda each: fold(each[1]))]


def _cells(it: Listed) -> tuple[str, ...]:
    """Its cells in the order of HEAD, instants in UTC."""
    return (
        *(it.e164, it.country, it.kind.value, it.public_id, it.state.value),
        *(it.workspace or "", guarded(it.workspace_name or ""), it.last or "", guarded(it.last_name or "")),
        *map(_instant, (it.released_at, it.porting_at, it.created_at)),
    )


def _instant(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""
