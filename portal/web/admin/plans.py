"""Plans: what they cost and allow, how many workspaces are on each, and what a change would do before it is saved."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import plans
from portal.operations.plan_previews import Preview, preview
from portal.operations.plans import StalePlan
from portal.queries import plans as reads
from portal.queries import saves
from portal.queries.plans import PlanView
from portal.rules.access import Permission
from portal.rules.limits import CATALOGUE, Limit
from portal.rules.plans import MOST_TIERS, limit_field, money_fields, tier_fields
from portal.rules.pricing import DEFAULT_TIERS
from portal.web import formats
from portal.web.access import actor, may, needs, opens
from portal.web.admin import plan_form, plan_words, settlement_words
from portal.web.admin import workspace_choices as choices
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.edited import EditedForm
from portal.web.formats import counted
from portal.web.limit_bars import text_of
from portal.web.pages import ask, done, show
from portal.web.platform import platform
from portal.web.rates import rates_of
from portal.web.versions import differing, marks, sent, touched

bp = Blueprint("admin_plans", __name__, url_prefix="/admin/plans")
AUDIT = "admin_audit.listing"


@bp.get("/")
@needs(Permission.PLAN_VIEW)
def listing() -> Response:
    """Every plan with what it carries; the archived ones last."""
    locale, currency = formats.reader_locale(), platform().reporting_currency
    found = reads.plans()
    lines = [(each.archived, plan_words.line(each, currency, locale)) for each in found]
    return show(
        "admin/plans/list",
        groups=[[line for gone, line in lines if gone is archived] for archived in (False, True)],
        currency=currency,
        rates=rates_of(platform().exchange_rates_on, locale),
        new_url=url_for("admin_plans.new") if may(Permission.PLAN_EDIT) else None,
    )


@bp.get("/new")
@needs(Permission.PLAN_EDIT)
def new() -> Response:
    """The form of a new plan."""
    form = plan_form.form_of(reads.currencies())(formdata=None, included_contacts="1000", **_first_tier())
    return _form(form, None)


@bp.post("/new")
@needs(Permission.PLAN_EDIT)
def create() -> ResponseReturnValue:
    """Makes it."""
    form = plan_form.sent(reads.currencies())
    if request.form.get("act") == "currency":
        return _form(_with_currency(form), None)
    if form.validate():
        with form.refusals():
            made = plans.create(form.given(), actor())
            flash(f"{formats.isolated(form.value('name').strip())} created.", "good")
            return done(url_for("admin_plans.page", plan=made))
    return _form(form, None, 422)


@bp.get("/<plan>")
@needs(Permission.PLAN_VIEW)
def page(plan: str) -> Response:
    """All that a plan says, and what it carries."""
    found, locale = reads.plan(plan), formats.reader_locale()
    return show(
        "admin/plans/page",
        plan=found,
        line=plan_words.line(found, platform().reporting_currency, locale),
        heads=list(plan_form.COLUMNS.values()),
        prices=plan_words.prices(found.terms, locale),
        limits=plan_words.limits(found.terms, locale, "Not limited" if found.is_free else "The free plan’s"),
        tiers=plan_words.tiers(found.terms, locale),
        statuses=[(name, found.carried.by_status.get(name, 0)) for name in ("active", "trial", "suspended")],
        may_edit=may(Permission.PLAN_EDIT),
        audit_url=url_for(AUDIT, action="plan") if opens(AUDIT) else None,
    )


@bp.get("/<plan>/edit")
@needs(Permission.PLAN_EDIT)
def edit(plan: str) -> Response:
    """The form of the plan as it stands."""
    found, known = reads.plan(plan), reads.currencies()
    texts = found.texts(known)
    values: dict[str, Any] = {"version": found.version, "seen": marks(texts), **texts}
    return _form(plan_form.form_of((*known, *found.terms.currencies))(formdata=None, **values), found)


@bp.post("/<plan>/edit")
@needs(Permission.PLAN_EDIT)
def edit_save(plan: str) -> ResponseReturnValue:
    """Saves what was changed, once what that would do to workspaces was seen."""
    found = reads.plan(plan)
    form = plan_form.sent((*reads.currencies(), *found.terms.currencies))
    act = request.form.get("act")
    if act in ("currency", "back"):
        return _form(_with_currency(form) if act == "currency" else form, found)
    if form.validate():
        try:
            with form.refusals():
                return _save(plan, form)
        except StalePlan as stale:
            return _conflict(stale.theirs, form)
    return _form(form, found, 422)


@bp.get("/<plan>/archive")
@needs(Permission.PLAN_EDIT)
def archive_ask(plan: str) -> ResponseReturnValue:
    """Whether nobody new is to choose it."""
    found = reads.plan(plan)
    plans.check_archivable(found)
    return ask(
        "admin/plans/archive",
        plan=found,
        staying=counted(found.carried.workspaces, "workspace") if found.carried.workspaces else None,
        one=found.carried.workspaces == 1,
        action=request.path,
        back_url=url_for("admin_plans.page", plan=plan),
        crumbs=_crumbs(found, "Archive"),
    )


@bp.post("/<plan>/archive")
@needs(Permission.PLAN_EDIT)
def archive(plan: str) -> ResponseReturnValue:
    """Nobody new can choose it."""
    plans.archive(plan, actor())
    flash(f"{formats.isolated(reads.plan(plan).name)} archived.", "good")
    return done(url_for("admin_plans.page", plan=plan))


@bp.post("/<plan>/restore")
@needs(Permission.PLAN_EDIT)
def restore(plan: str) -> ResponseReturnValue:
    """It can be chosen again."""
    plans.restore(plan, actor())
    flash(f"{formats.isolated(reads.plan(plan).name)} can be chosen again.", "good")
    return done(url_for("admin_plans.page", plan=plan))


# ---------------------------------------------------------------- the form


def _save(plan: str, form: EditedForm) -> ResponseReturnValue:
    wanted, version = form.given(), form.version.data or ""
    if not form.confirm.data:
        seen = preview(plan, wanted, clock.now(), version)
        if seen.matters:
            return _review(seen, form)
    saved = plans.change(plan, wanted, actor(), version=version)
    settlement_words.tell(formats.isolated(reads.plan(plan).name), bool(saved.changed), saved.begun)
    return done(url_for("admin_plans.page", plan=plan))


def _with_currency(form: EditedForm) -> EditedForm:
    """The same with fields for one more currency, which the form names."""
    code = choices.currency_to_add(form)
    return plan_form.sent((*(row[0] for row in _rows(form)), code)) if code else form


def _form(form: EditedForm, found: PlanView | None, status: int = 200) -> Response:
    locale = formats.reader_locale()
    free = next((each for each in reads.plans() if each.is_free), None)
    given = {} if found and found.is_free or free is None else free.terms.limits
    rows = _rows(form)
    taken = {code for code, _ in rows}
    crumbs = _crumbs(found, "Edit") if found else [("Plans", url_for("admin_plans.listing")), ("New", None)]
    return show(
        "admin/plans/form",
        status=status,
        form=form,
        faults=form.faults(),
        plan=found,
        crumbs=crumbs,
        rows=rows,
        heads=list(plan_form.COLUMNS.values()),
        more=[each for each in choices.every_currency(locale) if each[0] not in taken],
        colours=plan_words.COLOURS,
        limits=[(limit_field(each), CATALOGUE[each].label, text_of(given.get(each), locale)) for each in Limit],
        tiers=_tiers(form),
        back_url=url_for("admin_plans.page", plan=found.public_id) if found else url_for("admin_plans.listing"),
    )


def _rows(form: EditedForm) -> list[tuple[str, list[tuple[str, str]]]]:
    """The currencies of the form: each with field and label of every cell."""
    codes = sorted(name.rpartition("_")[2] for name in form.names if name.startswith("child_fee_"))
    return [(code, [(name, plan_form.label_of(name)) for name in money_fields(code)]) for code in codes]


def _tiers(form: EditedForm) -> list[tuple[str, str]]:
    """The steps of the discount that are shown: those that are set, and one more."""
    steps = [tier_fields(number) for number in range(1, MOST_TIERS + 1)]
    last = max((at for at, names in enumerate(steps, start=1) if any(map(form.value, names))), default=0)
    return steps[: last + 1]


def _first_tier() -> dict[str, str]:
    """A new plan's discount, as the product has it by default."""
    [(contacts, percent)] = DEFAULT_TIERS
    return dict(zip(tier_fields(1), (str(contacts), str(percent)), strict=True))


def _review(seen: Preview, form: EditedForm) -> Response:
    locale = formats.reader_locale()
    return show(
        "admin/plans/review",
        plan=seen.before,
        form=form,
        sent=[(name, sent(value)) for name, value in form.given().items()],
        crumbs=_crumbs(seen.before, "Edit"),
        effects=plan_words.effects(seen, locale),
        incomes=plan_words.incomes(seen, locale),
        warnings=plan_words.warnings(seen),
        also=plan_words.also(seen.pairs),
        reached=counted(seen.workspaces, "workspace"),
    )


def _conflict(theirs: PlanView, form: EditedForm) -> Response:
    mine = touched(form.given(), form.seen.data or "")
    conflict = TwoVersions(
        title=theirs.name,
        thing="this plan",
        saved=saves.plan_saved(theirs.name),
        rows=differing(theirs.texts(), mine, plan_form.label_of, plan_words.said),
        kept={"version": theirs.version},
        action=url_for("admin_plans.edit_save", plan=theirs.public_id),
        theirs_url=url_for("admin_plans.edit", plan=theirs.public_id),
    )
    return show_conflict(conflict, _crumbs(theirs, "Edit"))


def _crumbs(found: PlanView, here: str) -> list[tuple[str, str | None]]:
    above = url_for("admin_plans.page", plan=found.public_id)
    return [("Plans", url_for("admin_plans.listing")), (found.name, above), (here, None)]
