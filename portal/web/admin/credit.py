"""Platform credit: what each organization has, the ledger behind it, and adjusting it with a reason."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField

from portal.operations import credit
from portal.queries import credit as reads
from portal.queries.credit import Balance
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import credit_words, formats, paging
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.pages import ask, done, show
from portal.web.reader import words

bp = Blueprint("admin_credit", __name__, url_prefix="/admin/credit")
HOME = "admin_credit.listing"


class AdjustForm(Form):
    """How much is added or taken off, and why."""

    amount = StringField()
    reason = StringField()
    workspace = SelectField(validate_choice=False)


@bp.get("/")
@needs(Permission.CREDIT_VIEW)
def listing() -> Response:
    """Every organization that has a ledger, the lowest balance first: 12 a page."""
    q, below = words(), request.args.get("below") == "1"
    number, locale = paging.number(request.args.get("page")), formats.reader_locale()
    found, total = reads.balances(q, below, number)
    if number > 1 and not found:
        raise NotFound()
    turn = paging.turning(HOME, q=q or None, below=1 if below else None)
    return show(
        "admin/credit/list",
        rows=[_row(each, locale) for each in found],
        q=q,
        chips=[
            ("All", None, url_for(HOME, q=q or None), not below),
            ("Below zero", None, url_for(HOME, q=q or None, below=1), below),
        ],
        below=below,
        pager=paging.pager(number, reads.PAGE, total, turn, locale),
    )


@bp.get("/<org>")
@needs(Permission.CREDIT_VIEW)
def page(org: str) -> Response:
    """An organization's balance and ledger, perhaps of one of its workspaces."""
    found, locale, workspace = _balance(org), formats.reader_locale(), words("workspace")
    number = paging.number(request.args.get("page"))
    entries, total = reads.entries(org, workspace, number)
    if number > 1 and not entries:
        raise NotFound()
    turn = paging.turning("admin_credit.page", org=org, workspace=workspace or None)
    return show(
        "admin/credit/page",
        of=found,
        balance=formats.money(found.balance, found.currency, locale),
        entries=[credit_words.entry(each, locale) for each in entries],
        shares=[
            (each, formats.money(each.amount, found.currency, locale), each.workspace and each.workspace == workspace)
            for each in reads.shares(org)
        ],
        workspace=workspace,
        may_adjust=may(Permission.CREDIT_EDIT),
        pager=paging.pager(number, reads.PAGE, total, turn, locale),
    )


@bp.route("/<org>/adjust", methods=["GET", "POST"])
@needs(Permission.CREDIT_EDIT)
def adjust(org: str) -> ResponseReturnValue:
    """Adds to it, or takes off it."""
    found, locale = _balance(org), formats.reader_locale()
    form = AdjustForm()
    if form.validate_on_submit():
        with form.refusals():
            left = credit.adjust(
                org, form.amount.data or "", form.reason.data or "", actor(), form.workspace.data or ""
            )
            flash(f"The credit is {formats.money(left, found.currency, locale)} now.", "good")
            return done(url_for("admin_credit.page", org=org))
    back = url_for("admin_credit.page", org=org)
    chosen = form.workspace.data or ""
    return ask(
        "admin/credit/adjust",
        status=422 if form.is_submitted() else 200,
        form=form,
        of=found,
        balance=formats.money(found.balance, found.currency, locale),
        workspaces=[("", "The whole organization", not chosen)]
        + [(key, name, key == chosen) for key, name in reads.workspaces(org)],
        action=url_for("admin_credit.adjust", org=org),
        back_url=back,
        crumbs=(("Credit", url_for(HOME)), (found.name, back), ("Adjust", None)),
    )


def _balance(org: str) -> Balance:
    found = reads.balance(org)
    if found is None:
        raise NotFound()
    return found


def _row(it: Balance, locale: str) -> dict[str, object]:
    return {
        "it": it,
        "url": url_for("admin_credit.page", org=it.organization),
        "balance": formats.money(it.balance, it.currency, locale),
        "entries": formats.number(it.entries, locale),
        "last": formats.day(it.last_at.date(), locale) if it.last_at else "",
    }
