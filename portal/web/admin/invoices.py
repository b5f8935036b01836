"""Invoices: every one with what became of it, its lines by workspace, as PDF, and what staff do to it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.base import clock
from portal.models import InvoiceState
from portal.models.invoices import UNPAID
from portal.operations import payments
from portal.queries import invoices as reads
from portal.queries.invoices import InvoiceView, Listed, Wanted
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.web import formats, invoice_papers, invoice_words, paging
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.pages import ask, done, show
from portal.web.reader import words
from portal.web.state_chips import chips

bp = Blueprint("admin_invoices", __name__, url_prefix="/admin/invoices")
HOME = "admin_invoices.listing"


class PayForm(Form):
    """How it was paid."""

    method = StringField()
    reference = StringField()


class VoidForm(Form):
    """Why it is void."""

    reason = StringField()


@bp.get("/")
@needs(Permission.INVOICE_VIEW)
def listing() -> Response:
    """Every invoice, the latest first: 12 a page."""
    given = request.args.get("state", "")
    state = InvoiceState(given) if given in set(InvoiceState) else None
    wanted = Wanted(words(), state, words("organization"))
    number, locale, now = paging.number(request.args.get("page")), formats.reader_locale(), clock.now()
    found, total = reads.listing(wanted, number, now)
    if number > 1 and not found:
        raise NotFound()
    values = {"q": wanted.q or None, "organization": wanted.organization or None}
    return show(
        "admin/invoices/list",
        rows=[_row(each, locale) for each in found],
        chips=chips(HOME, invoice_words.STATES, reads.by_state(wanted, now), state, locale, **values),
        q=wanted.q,
        state=state,
        organization=wanted.organization,
        of=found[0].organization_name if found and wanted.organization else "",
        any_set=bool(wanted.q or state or wanted.organization),
        pager=paging.pager(number, reads.PAGE, total, paging.turning(HOME, **values, state=state), locale),
    )


@bp.get("/<inv>")
@needs(Permission.INVOICE_VIEW)
def page(inv: str) -> Response:
    """One invoice: whom it is for, its lines, what became of it."""
    found, locale, now = _invoice(inv), formats.reader_locale(), clock.now()
    listed, timezone = found.listed, formats.reader_timezone()
    badge, state = invoice_words.state_of(listed)
    is_unpaid = listed.state in UNPAID
    return show(
        "admin/invoices/page",
        invoice=listed,
        badge=badge,
        state=state,
        became=invoice_words.what_became(listed, now.date(), locale),
        month=invoice_words.month_of(listed, locale),
        table=invoice_words.table(found.sheet, locale),
        total=formats.money(listed.total, listed.currency, locale),
        to=invoice_papers.addressee(found.to, locale),
        facts=[
            ("Month", invoice_words.month_of(listed, locale), None, None),
            ("Issued", formats.minute(listed.issued_at, locale, timezone), None, None),
            ("Due", formats.day(listed.due_on, locale), None, None),
            *([("Paid", formats.minute(listed.paid_at, locale, timezone), None, None)] if listed.paid_at else []),
            *(
                [("Void since", formats.minute(found.voided_at, locale, timezone), None, None)]
                if found.voided_at
                else []
            ),
            ("Sent to", found.billing_email or "No billing e-mail", None, None),
        ],
        void_reason=found.void_reason,
        orders=[(each, formats.money(each.amount, listed.currency, locale)) for each in found.orders],
        can_settle=may(Permission.INVOICE_EDIT) and is_unpaid,
        can_send=may(Permission.INVOICE_EDIT) and listed.state is not InvoiceState.VOID and bool(found.billing_email),
    )


@bp.get("/<inv>/pdf")
@needs(Permission.INVOICE_VIEW)
def pdf(inv: str) -> Response:
    """The invoice as a PDF file."""
    return invoice_papers.invoice_file(_invoice(inv), formats.reader_locale())


@bp.route("/<inv>/pay", methods=["GET", "POST"])
@needs(Permission.INVOICE_EDIT)
def pay(inv: str) -> ResponseReturnValue:
    """Records that all of it was paid."""
    found, form = _unpaid(inv), PayForm()
    if form.validate_on_submit():
        with form.refusals():
            paid = payments.pay(inv, form.method.data or "", form.reference.data or "", actor())
            also = " What was suspended for it works again." if paid.reactivated else ""
            flash(f"Payment of {found.listed.number} recorded.{also}", "good")
            return done(url_for("admin_invoices.page", inv=inv))
    return _ask("pay", found, form, "Record a payment")


@bp.route("/<inv>/void", methods=["GET", "POST"])
@needs(Permission.INVOICE_EDIT)
def void(inv: str) -> ResponseReturnValue:
    """Nothing is owed for it any more."""
    found, form = _unpaid(inv), VoidForm()
    if form.validate_on_submit():
        with form.refusals():
            payments.void(inv, form.reason.data or "", actor())
            flash(f"{found.listed.number} is void.", "good")
            return done(url_for("admin_invoices.page", inv=inv))
    return _ask("void", found, form, "Void")


@bp.post("/<inv>/send")
@needs(Permission.INVOICE_EDIT)
def send(inv: str) -> ResponseReturnValue:
    """Sends it again."""
    flash(f"{_invoice(inv).listed.number} is on its way to {payments.send(inv, actor())}.", "good")
    return done(url_for("admin_invoices.page", inv=inv))


def _invoice(inv: str) -> InvoiceView:
    found = reads.invoice(inv, clock.now())
    if found is None:
        raise NotFound()
    return found


def _unpaid(inv: str) -> InvoiceView:
    found = _invoice(inv)
    if found.listed.state not in UNPAID:
        raise Conflict(f"{found.listed.number} is {found.listed.state.value} already.")
    return found


def _ask(question: str, found: InvoiceView, form: Form, crumb: str) -> ResponseReturnValue:
    locale, listed = formats.reader_locale(), found.listed
    back = url_for("admin_invoices.page", inv=listed.public_id)
    return ask(
        f"admin/invoices/{question}",
        status=422 if form.is_submitted() else 200,
        form=form,
        invoice=listed,
        total=formats.money(listed.total, listed.currency, locale),
        workspaces=[group.name for group in found.sheet.groups],
        action=url_for(f"admin_invoices.{question}", inv=listed.public_id),
        back_url=back,
        crumbs=(("Invoices", url_for(HOME)), (listed.number, back), (crumb, None)),
    )


def _row(it: Listed, locale: str) -> dict[str, object]:
    badge, state = invoice_words.state_of(it)
    return {
        "it": it,
        "url": url_for("admin_invoices.page", inv=it.public_id),
        "badge": badge,
        "state": state,
        "became": invoice_words.what_became(it, clock.now().date(), locale),
        "month": invoice_words.month_of(it, locale),
        "issued": formats.day(it.issued_at.date(), locale),
        "total": formats.money(it.total, it.currency, locale),
    }
