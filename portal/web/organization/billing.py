"""An organization's billing: the running month as a draft, its invoices and orders, and whom they are made out to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.models import InvoiceState
from portal.operations import billing_details as operations
from portal.operations.billing_details import FIELDS
from portal.operations.organization_changes import Stale
from portal.queries import billing_details, invoices, saves
from portal.queries import fees as fee_reads
from portal.queries import orders as order_reads
from portal.queries.billing_details import Details
from portal.queries.fees import Fees
from portal.queries.invoices import Expected, InvoiceView, Listed, Wanted
from portal.rules.access import Permission
from portal.rules.editing import Value
from portal.rules.errors import NotFound
from portal.rules.requests import RequestKind
from portal.web import formats, invoice_papers, invoice_words, organizations, paging
from portal.web.access import actor, may, needs
from portal.web.order_words import STATES
from portal.web.organization import fee_words
from portal.web.organization.forms import BillingForm
from portal.web.organization.requests import Way, way
from portal.web.organization.side import page
from portal.web.pages import ask, done, show, tell_saved
from portal.web.versions import differing, marks, touched

bp = page("billing")

HERE = "organization_billing.page"
LATEST = 3  # invoices in the rail
LABELS = {
    "company_name": "Company",
    "address": "Address",
    "country": "Country",
    "tax_id": "Tax id",
    "billing_email": "Billing e-mail",
}


@bp.get("/billing", endpoint="page")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def billing() -> Response:
    """What the running month comes to so far, the latest invoices, whom they go to."""
    here, locale, now = organizations.organization(), formats.reader_locale(), clock.now()
    drafted, found = invoices.draft(here.key, now), billing_details.details(here.key)
    paid_by, ahead = fee_reads.fees(here.key), drafted.coming
    latest, total = invoices.listing(Wanted(organization=here.public_id), 1, now)
    return show(
        "organization/billing",
        currency=here.currency,
        workspaces=here.workspaces,
        table=invoice_words.table(drafted.sheet, locale),
        month=invoice_words.month_of(drafted.sheet, locale),
        closes=formats.day(drafted.closes_on, locale),
        issued=formats.day(drafted.issued_on, locale),
        due=formats.day(drafted.sheet.due_on, locale),
        coming=[_coming(each, here.currency, locale) for each in ahead],
        with_coming=formats.money(drafted.sheet.net + sum(each.amount for each in ahead), here.currency, locale),
        on_credit=invoice_words.blocks(drafted.credit, here.currency, locale),
        rows=[_row(each, locale) for each in latest[:LATEST]],
        invoices=total,
        facts=_facts(found, locale),
        credit=None if found.credit is None else formats.money(found.credit, here.currency, locale),
        credit_minor=found.credit,
        edits=may(Permission.ACCOUNT_BILLING_EDIT),
        fees=fee_words.rows(paid_by, locale),
        ask=_ask(paid_by),
    )


@bp.get("/billing/draft.pdf")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def draft_pdf() -> Response:
    """The draft as a PDF file."""
    here, now = organizations.organization(), clock.now()
    drafted, to = invoices.draft(here.key, now), billing_details.details(here.key).to
    return invoice_papers.draft_file(here.key, drafted, to, now, formats.reader_locale())


@bp.get("/billing/invoices", endpoint="invoices")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def invoice_list() -> Response:
    """All of its invoices, the latest first: 12 a page."""
    here, locale = organizations.organization(), formats.reader_locale()
    number = paging.number(request.args.get("page"))
    found, total = invoices.listing(Wanted(organization=here.public_id), number, clock.now())
    if number > 1 and not found:
        raise NotFound()
    turn = paging.turning("organization_billing.invoices")
    return show(
        "organization/invoices",
        rows=[_row(each, locale) for each in found],
        pager=paging.pager(number, invoices.PAGE, total, turn, locale),
    )


@bp.get("/billing/invoices/<inv>", endpoint="invoice")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def invoice_page(inv: str) -> Response:
    """One of its invoices, with its lines."""
    found, locale = _invoice(inv), formats.reader_locale()
    listed = found.listed
    badge, state = invoice_words.state_of(listed)
    return show(
        "organization/invoice",
        invoice=listed,
        badge=badge,
        state=state,
        became=invoice_words.what_became(listed, clock.now().date(), locale),
        month=invoice_words.month_of(listed, locale),
        table=invoice_words.table(found.sheet, locale),
        total=formats.money(listed.total, listed.currency, locale),
        to=invoice_papers.addressee(found.to, locale),
        facts=[
            ("Month", invoice_words.month_of(listed, locale), None, None),
            ("Issued", formats.day(listed.issued_at.date(), locale), None, None),
            ("Due", formats.day(listed.due_on, locale), None, None),
            *(
                [("Paid", formats.day(invoice_words.paid_on(listed.paid_at), locale), None, None)]
                if listed.paid_at
                else []
            ),
        ],
        is_void=listed.state is InvoiceState.VOID,
    )


@bp.get("/billing/invoices/<inv>/pdf")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def pdf(inv: str) -> Response:
    """The invoice as a PDF file."""
    return invoice_papers.invoice_file(_invoice(inv), formats.reader_locale())


@bp.get("/billing/orders")
@needs(Permission.ACCOUNT_BILLING_VIEW)
def orders() -> Response:
    """What its workspaces paid, the latest first: 12 a page."""
    here, locale, timezone = organizations.organization(), formats.reader_locale(), formats.reader_timezone()
    number = paging.number(request.args.get("page"))
    found, total = order_reads.listing(order_reads.Wanted(organization=here.public_id), number)
    if number > 1 and not found:
        raise NotFound()
    return show(
        "organization/orders",
        rows=[
            {
                "it": it,
                "badge": STATES[it.state][0],
                "state": STATES[it.state][1],
                "for_": formats.dated(it.description, locale, "UTC"),
                "when": formats.day(formats.day_of(it.at, timezone), locale),
                "amount": formats.money(it.amount_minor, it.currency, locale),
            }
            for it in found
        ],
        pager=paging.pager(number, order_reads.PAGE, total, paging.turning("organization_billing.orders"), locale),
    )


@bp.route("/billing/details", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_BILLING_EDIT)
def details() -> ResponseReturnValue:
    """Whom invoices are made out to, and where they are sent."""
    here = organizations.organization()
    there = _texts(billing_details.details(here.key))
    form = BillingForm(**there, seen=marks(there))
    if form.validate_on_submit():
        version, mine = form.version.data or "", touched(_given(form), form.seen.data or "")
        try:
            with form.refusals():
                operations.change(here.public_id, mine, actor(), int(version) if version.isdecimal() else 0)
                tell_saved("Billing details saved. Invoices that were issued stay as they are.", mine)
                return done(url_for(HERE))
        except Stale:
            return _versions(mine)
    return ask(
        "organization/billing_details",
        422 if form.is_submitted() else 200,
        form=form,
        name=here.name,
        action=url_for("organization_billing.details"),
        back_url=url_for(HERE),
        crumbs=_trail(),
    )


def _ask(found: Fees) -> Way | None:
    """Where the volume discount is asked for, where there is one that is not approved."""
    if found.discount_approved or not found.tiers:
        return None
    return way(RequestKind.VOLUME_DISCOUNT)


def _trail() -> tuple[tuple[str, str | None], ...]:
    return ("Billing", url_for(HERE)), ("Billing details", None)


def _versions(mine: Mapping[str, Value]) -> Response:
    """Both versions; what the person did not touch stays as it is now."""
    here, now, locale = organizations.organization(), clock.now(), formats.reader_locale()
    there, saved = _texts(billing_details.details(here.key)), saves.organization_saved(here.key)
    rows = differing(there, mine, LABELS.__getitem__, _said)
    chosen = {row.name for row in rows}
    return ask(
        "organization/billing_versions",
        409,
        who=saved.actor if saved else "Somebody else",
        when=formats.ago(saved.at, now, locale).lower() if saved else "meanwhile",
        rows=rows,
        kept={name: value for name, value in there.items() if name not in chosen} | {"seen": marks(there)},
        action=url_for("organization_billing.details"),
        back_url=url_for(HERE),
        crumbs=_trail(),
    )


def _said(name: str, value: Value) -> str:
    return str(value) or formats.NONE


def _texts(stored: Details) -> dict[str, str]:
    """The details as the form has them, with the version that they are of."""
    to = stored.to
    country = formats.country(to.country, formats.reader_locale()) if to.country else ""
    found = dict(zip(FIELDS, (stored.name, to.address, country, to.tax_id, to.email), strict=True))
    return found | {"version": str(stored.version)}


def _given(form: BillingForm) -> dict[str, Value]:
    return {name: form[name].data or "" for name in FIELDS}


def _invoice(inv: str) -> InvoiceView:
    found = invoices.invoice(inv, clock.now(), organizations.organization().key)
    if found is None:
        raise NotFound()
    return found


def _row(it: Listed, locale: str) -> dict[str, object]:
    badge, state = invoice_words.state_of(it)
    return {
        "it": it,
        "badge": badge,
        "state": state,
        "became": invoice_words.what_became(it, clock.now().date(), locale),
        "month": invoice_words.month_of(it, locale),
        "issued": formats.day(it.issued_at.date(), locale),
        "total": formats.money(it.total, it.currency, locale),
    }


def _coming(it: Expected, currency: str, locale: str) -> dict[str, object]:
    return {
        "name": it.name,
        "what": formats.dated(it.detail, locale, "UTC"),
        "amount": invoice_words.cell(it.amount, currency, locale),
    }


def _facts(found: Details, locale: str) -> list[tuple[str, str, str | None, str | None]]:
    to = found.to
    country = formats.country(to.country, locale) if to.country else ""
    rows = [
        ("Company", to.name),
        ("Address", ", ".join(filter(None, (*(each.strip() for each in to.address.splitlines()), country)))),
        ("Tax id", to.tax_id),
        ("E-mail", to.email),
        ("Terms", f"{found.payment_days} days"),
    ]
    return [(label, text or "Not given", None, None) for label, text in rows]
