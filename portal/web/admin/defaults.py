"""What a new workspace starts with; those that are there keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from portal.operations import platform_changes
from portal.operations.platform_changes import StaleSettings, defaults_version
from portal.queries import catalogue, principals, saves
from portal.queries.catalogue import PlanChoice
from portal.rules.access import Permission
from portal.rules.editing import Value
from portal.rules.platform import DEFAULTS, Platform, defaults_texts
from portal.rules.pricing import Cycle
from portal.web import edited, formats
from portal.web.access import actor, may, needs
from portal.web.admin import settings_words as words
from portal.web.admin import workspace_choices as choices
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.edited import EditedForm
from portal.web.pages import done, show, tell_saved
from portal.web.versions import differing, marks, touched

bp = Blueprint("admin_defaults", __name__, url_prefix="/admin/defaults")


@bp.get("/")
@needs(Permission.DEFAULTS_VIEW)
def page() -> Response:
    """The defaults as they stand."""
    found = principals.platform()
    texts = defaults_texts(found)
    values: dict[str, Any] = {"version": defaults_version(found), "seen": marks(texts), **texts}
    return _page(found, _form()(formdata=None, **values))


@bp.post("/")
@needs(Permission.DEFAULTS_EDIT)
def save() -> ResponseReturnValue:
    """Saves what was changed."""
    form = _form()()
    if form.validate():
        try:
            with form.refusals():
                saved = platform_changes.change_defaults(form.given(), actor(), version=form.version.data or "")
                tell_saved("Defaults saved.", saved.changed)
                return done(url_for("admin_defaults.page"))
        except StaleSettings as stale:
            return _conflict(stale.theirs, form)
    return _page(principals.platform(), form, 422)


def _form() -> type[EditedForm]:
    return edited.form_of(DEFAULTS, frozenset(), words.label_of)


def _page(found: Platform, form: EditedForm, status: int = 200) -> Response:
    locale = formats.reader_locale()
    currency = form.value("default_currency") or found.default_currency
    known = catalogue.plan_choices()
    said = _said(known)
    return show(
        "admin/defaults/page",
        status=status,
        form=form,
        faults=form.faults(),
        may_edit=may(Permission.DEFAULTS_EDIT),
        plans=choices.plans(known, form.value("default_plan"), Cycle.MONTHLY, currency, locale),
        zones=choices.zones(),
        currencies=choices.every_currency(locale),
        at_cap=choices.AT_CAP,
        kept=choices.kept,
        cards=_cards(str(form.value("default_rate_card"))),
        facts=[(words.LABELS[name], said(name, value), None, None) for name, value in defaults_texts(found).items()],
    )


def _cards(chosen: str) -> choices.Options:
    """The rate cards, the one in force as the form has it."""
    found = catalogue.card_choices()
    cards = tuple((chosen if chosen == it.name else it.public_id, f"{it.name}, {it.currency}") for it in found)
    return cards if chosen else (("", "None"), *cards)


def _conflict(theirs: Platform, form: EditedForm) -> Response:
    mine, above = touched(form.given(), form.seen.data or ""), url_for("admin_defaults.page")
    conflict = TwoVersions(
        title="the defaults",
        thing="the defaults",
        saved=saves.defaults_saved(),
        rows=differing(defaults_texts(theirs), mine, words.label_of, _said(catalogue.plan_choices())),
        kept={"version": defaults_version(theirs)},
        action=url_for("admin_defaults.save"),
        theirs_url=above,
    )
    return show_conflict(conflict, [("Defaults", above), ("Two versions", None)])


def _said(plans: Iterable[PlanChoice]) -> Callable[[str, Value], str]:
    """How people read a field's value."""
    names = {
        "default_plan": {"": "No plan chosen", **{each.public_id: each.name for each in plans}},
        "default_rate_card": {"": "None", **{each.public_id: each.name for each in catalogue.card_choices()}},
    }

    def said(name: str, value: Value) -> str:
        return names[name].get(str(value), str(value)) if name in names else words.said(name, value)

    return said
