"""The platform's settings: its name, exchange rates, what owners are told, and the thresholds of health; and what a
change would do before it is saved."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, site
from portal.operations import platform_changes
from portal.operations.platform_changes import StaleSettings, settings_version
from portal.operations.platform_drafts import currencies_in
from portal.operations.platform_previews import Preview, preview
from portal.queries import plans, principals, saves
from portal.rules.access import Permission
from portal.rules.platform import Platform, rate_field, settings_fields, settings_texts, threshold_field
from portal.web import edited, formats
from portal.web.access import actor, may, needs
from portal.web.admin import settings_words as words
from portal.web.admin import settlement_words
from portal.web.admin import workspace_choices as choices
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.edited import EditedForm
from portal.web.pages import done, show
from portal.web.rates import rates_of
from portal.web.versions import differing, marks, sent, touched

bp = Blueprint("admin_settings", __name__, url_prefix="/admin/settings")
MOST_CURRENCIES = 40  # of one form


@bp.get("/")
@needs(Permission.SETTINGS_VIEW)
def page() -> Response:
    """The settings as they stand."""
    found = principals.platform()
    known = plans.currencies()
    texts = settings_texts(found, known)
    values: dict[str, Any] = {"version": settings_version(found), "seen": marks(texts), **texts}
    return _page(found, _form_of(found, known)(formdata=None, **values))


@bp.post("/")
@needs(Permission.SETTINGS_EDIT)
def save() -> ResponseReturnValue:
    """Saves what was changed, once what that would do to workspaces was seen."""
    found = principals.platform()
    form = _sent(found)
    act = request.form.get("act")
    if act in ("currency", "back"):
        return _page(found, _with_currency(form, found) if act == "currency" else form)
    if form.validate():
        try:
            with form.refusals():
                return _save(form)
        except StaleSettings as stale:
            return _conflict(stale.theirs, form)
    return _page(found, form, 422)


def _save(form: EditedForm) -> ResponseReturnValue:
    wanted, version = form.given(), form.version.data or ""
    if not form.confirm.data:
        seen = preview(wanted, clock.now(), version)
        if seen.matters:
            return _review(seen, form)
    saved = platform_changes.change_settings(wanted, actor(), version=version)
    settlement_words.tell("Settings", bool(saved.changed), saved.begun)
    return done(url_for("admin_settings.page"))


def _form_of(found: Platform, currencies: tuple[str, ...]) -> type[EditedForm]:
    codes = sorted({*currencies, *found.exchange_rates} - {found.reporting_currency})
    return edited.form_of(settings_fields(codes), words.FLAGS, words.label_of)


def _sent(found: Platform, *more: str) -> EditedForm:
    named = currencies_in(request.form)[:MOST_CURRENCIES]
    return _form_of(found, (*plans.currencies(), *named, *more))()


def _with_currency(form: EditedForm, found: Platform) -> EditedForm:
    """The same with a field for one more currency, which the form names."""
    code = choices.currency_to_add(form, found.reporting_currency)
    return _sent(found, code) if code else form


def _page(found: Platform, form: EditedForm, status: int = 200) -> Response:
    locale = formats.reader_locale()
    every = choices.every_currency(locale)
    names = dict(every)
    codes = currencies_in(dict.fromkeys(form.names))
    return show(
        "admin/settings/page",
        status=status,
        form=form,
        faults=form.faults(),
        may_edit=may(Permission.SETTINGS_EDIT),
        standard=site.settings().brand,
        reporting=names.get(found.reporting_currency, found.reporting_currency),
        reporting_code=found.reporting_currency,
        rates=[(rate_field(code), names.get(code, code)) for code in codes],
        rates_of=rates_of(found.exchange_rates_on, locale),
        more=[each for each in every if each[0] not in (*codes, found.reporting_currency)],
        zones=choices.zones(),
        health=[
            (title, text, [(threshold_field(name), label) for name, label in names.items()])
            for title, text, names in words.THRESHOLDS
        ],
        said=words.said,
    )


def _review(seen: Preview, form: EditedForm) -> Response:
    locale = formats.reader_locale()
    return show(
        "admin/settings/review",
        form=form,
        sent=[(name, sent(value)) for name, value in form.given().items()],
        rated=words.rated(seen.moves, locale),
        exchanged=words.exchanged(seen, locale),
        reporting=seen.before.reporting_currency,
    )


def _conflict(theirs: Platform, form: EditedForm) -> Response:
    mine, above = touched(form.given(), form.seen.data or ""), url_for("admin_settings.page")
    conflict = TwoVersions(
        title="the settings",
        thing="the settings",
        saved=saves.settings_saved(),
        rows=differing(settings_texts(theirs), mine, words.label_of, words.said),
        kept={"version": settings_version(theirs)},
        action=url_for("admin_settings.save"),
        theirs_url=above,
    )
    return show_conflict(conflict, [("Settings", above), ("Two versions", None)])
