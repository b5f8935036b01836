"""Rate cards: what usage costs, who has each, and changing it from the running month on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import rate_cards
from portal.operations.rate_cards import StaleCard
from portal.queries import rate_cards as reads
from portal.queries import saves
from portal.queries.rate_cards import CardView
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.periods import local_day
from portal.rules.rate_cards import FIELDS, PAYMENT_DAYS, PRICES
from portal.web import edited, formats, paging
from portal.web.access import actor, may, needs, opens
from portal.web.admin import rate_card_words as words
from portal.web.admin import workspace_choices as choices
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.edited import EditedForm
from portal.web.formats import counted
from portal.web.pages import ask, done, show, tell_saved
from portal.web.platform import platform
from portal.web.versions import differing, marks, touched

bp = Blueprint("admin_rate_cards", __name__, url_prefix="/admin/rate-cards")
HOME, PAGE = "admin_rate_cards.listing", "admin_rate_cards.page"
AUDIT, ORGANIZATION, DEFAULTS = "admin_audit.listing", "admin_organizations.detail", "admin_defaults.page"


@bp.get("/")
@needs(Permission.RATE_CARD_VIEW)
def listing() -> Response:
    """Every card with how many organizations have it; the archived ones last."""
    locale = formats.reader_locale()
    found = reads.cards()
    lines = [(each.archived, words.line(each, locale)) for each in found]
    return show(
        "admin/rate_cards/list",
        groups=[[line for gone, line in lines if gone is archived] for archived in (False, True)],
        no_default=not any(each.is_default for each in found),
        defaults_url=url_for(DEFAULTS) if opens(DEFAULTS) else None,
        new_url=url_for("admin_rate_cards.new") if may(Permission.RATE_CARD_EDIT) else None,
    )


@bp.get("/new")
@needs(Permission.RATE_CARD_EDIT)
def new() -> Response:
    """The form of a new card."""
    currency = platform().default_currency
    return _form(_edited()(formdata=None, currency=currency, payment_days=str(PAYMENT_DAYS)), None)


@bp.post("/new")
@needs(Permission.RATE_CARD_EDIT)
def create() -> ResponseReturnValue:
    """Makes it."""
    form = _edited()()
    if form.validate():
        with form.refusals():
            made = rate_cards.create(form.given(), actor())
            flash(f"{formats.isolated(form.value('name').strip())} created.", "good")
            return done(url_for(PAGE, card=made))
    return _form(form, None, 422)


@bp.get("/<card>")
@needs(Permission.RATE_CARD_VIEW)
def page(card: str) -> Response:
    """All that a card says, and who has it."""
    found, locale = reads.card(card), formats.reader_locale()
    number = paging.number(request.args.get("page"))
    users = reads.users(found.key, number)
    if number > 1 and not users:
        raise NotFound()
    turn = paging.turning(PAGE, card=card)
    return show(
        "admin/rate_cards/page",
        card=found,
        line=words.line(found, locale),
        help=words.HELP,
        labels=words.LABELS,
        users=[(each.name, url_for(ORGANIZATION, org=each.public_id)) for each in users],
        pager=paging.pager(number, reads.PAGE, found.organizations, turn, locale),
        may_edit=may(Permission.RATE_CARD_EDIT),
        defaults_url=url_for(DEFAULTS) if opens(DEFAULTS) else None,
        audit_url=url_for(AUDIT, action="rate_card") if opens(AUDIT) else None,
    )


@bp.get("/<card>/edit")
@needs(Permission.RATE_CARD_EDIT)
def edit(card: str) -> Response:
    """The form of the card as it stands."""
    found = reads.card(card)
    values: dict[str, Any] = {"version": found.version, "seen": marks(found.texts), **found.texts}
    return _form(_edited()(formdata=None, **values), found)


@bp.post("/<card>/edit")
@needs(Permission.RATE_CARD_EDIT)
def edit_save(card: str) -> ResponseReturnValue:
    """Saves what was changed, unless somebody else saved the card since the form was opened."""
    form = _edited()()
    if form.validate():
        try:
            with form.refusals():
                changed = rate_cards.change(card, form.given(), actor(), version=form.version.data or "")
                name = formats.isolated(reads.card(card).name)
                tell_saved(f"{name} saved.", changed)
                return done(url_for(PAGE, card=card))
        except StaleCard as stale:
            return _conflict(stale.theirs, form)
    return _form(form, reads.card(card), 422)


@bp.get("/<card>/archive")
@needs(Permission.RATE_CARD_EDIT)
def archive_ask(card: str) -> ResponseReturnValue:
    """Whether no further organization is to have it."""
    found = reads.card(card)
    rate_cards.check_archivable(found)
    return ask(
        "admin/rate_cards/archive",
        card=found,
        staying=counted(found.organizations, "organization") if found.organizations else None,
        action=request.path,
        back_url=url_for(PAGE, card=card),
        crumbs=_crumbs(found, "Archive"),
    )


@bp.post("/<card>/archive")
@needs(Permission.RATE_CARD_EDIT)
def archive(card: str) -> ResponseReturnValue:
    """No further organization can have it."""
    rate_cards.archive(card, actor())
    flash(f"{formats.isolated(reads.card(card).name)} archived.", "good")
    return done(url_for(PAGE, card=card))


@bp.post("/<card>/restore")
@needs(Permission.RATE_CARD_EDIT)
def restore(card: str) -> ResponseReturnValue:
    """It can be chosen again."""
    rate_cards.restore(card, actor())
    flash(f"{formats.isolated(reads.card(card).name)} can be chosen again.", "good")
    return done(url_for(PAGE, card=card))


def _edited() -> type[EditedForm]:
    return edited.form_of(FIELDS, frozenset(), words.LABELS.__getitem__)


def _form(form: EditedForm, found: CardView | None, status: int = 200) -> Response:
    locale = formats.reader_locale()
    crumbs = _crumbs(found, "Edit") if found else [("Rate cards", url_for(HOME)), ("New", None)]
    month = local_day(clock.now(), platform().timezone).replace(day=1)
    return show(
        "admin/rate_cards/form",
        status=status,
        form=form,
        faults=form.faults(),
        card=found,
        crumbs=crumbs,
        labels=words.LABELS,
        prices=PRICES,
        help=words.HELP,
        currencies=choices.kept(choices.every_currency(locale), form.value("currency")),
        holds=words.holds_from(found, month, locale) if found else "",
        back_url=url_for(PAGE, card=found.public_id) if found else url_for(HOME),
    )


def _conflict(theirs: CardView, form: EditedForm) -> Response:
    mine = touched(form.given(), form.seen.data or "")
    conflict = TwoVersions(
        title=theirs.name,
        thing="this rate card",
        saved=saves.card_saved(theirs.name),
        rows=differing(theirs.texts, mine, words.LABELS.__getitem__, words.said),
        kept={"version": theirs.version},
        action=url_for("admin_rate_cards.edit_save", card=theirs.public_id),
        theirs_url=url_for("admin_rate_cards.edit", card=theirs.public_id),
    )
    return show_conflict(conflict, _crumbs(theirs, "Edit"))


def _crumbs(found: CardView, here: str) -> list[tuple[str, str | None]]:
    return [("Rate cards", url_for(HOME)), (found.name, url_for(PAGE, card=found.public_id)), (here, None)]
