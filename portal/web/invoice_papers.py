"""Invoices and drafts on paper: what the PDF says beside the lines."""

from __future__ import annotations

from datetime import datetime

from flask import Response

from portal.models import InvoiceState
from portal.queries.brands import letterhead
from portal.queries.invoices import BillTo, Draft, InvoiceView
from portal.web import formats, invoice_words
from portal.web.invoice_pdf import Paper, render
from portal.web.platform import brand


def invoice_file(found: InvoiceView, locale: str) -> Response:
    """The invoice as a PDF file, named by its number."""
    listed = found.listed
    facts = [
        ("Month", invoice_words.month_of(listed, locale)),
        ("Issued", formats.day(listed.issued_at.date(), locale)),
        ("Due", formats.day(listed.due_on, locale)),
    ]
    if listed.paid_at:
        facts.append(("Paid", formats.day(invoice_words.paid_on(listed.paid_at), locale)))
    paper = Paper(
        issuer=brand(),
        letterhead=letterhead(found.organization_key),
        title="Invoice",
        number=listed.number,
        to=addressee(found.to, locale),
        facts=tuple(facts),
        table=invoice_words.table(found.sheet, locale),
        at=listed.issued_at,
        stamp="VOID" if listed.state is InvoiceState.VOID else "",
    )
    return _file(paper, f"{listed.number}.pdf")


def draft_file(organization: int, found: Draft, to: BillTo, now: datetime, locale: str) -> Response:
    """The running month of the organization (integer key) so far as a PDF file."""
    paper = Paper(
        issuer=brand(),
        letterhead=letterhead(organization),
        title="Draft",
        number="",
        to=addressee(to, locale),
        facts=(
            ("Month", invoice_words.month_of(found.sheet, locale)),
            ("Closes", formats.day(found.closes_on, locale)),
            ("Due", formats.day(found.sheet.due_on, locale)),
        ),
        table=invoice_words.table(found.sheet, locale),
        at=now,
        stamp="DRAFT, not an invoice",
        note=f"As of {formats.minute(now, locale, 'UTC')} UTC. The invoice is issued on "
        f"{formats.day(found.issued_on, locale)}.",
    )
    return _file(paper, f"draft-{found.sheet.month:%Y-%m}.pdf")


def addressee(to: BillTo, locale: str) -> tuple[str, ...]:
    """Whom it goes to, line by line."""
    lines = [to.name, *(line.strip() for line in to.address.splitlines())]
    lines.append(formats.country(to.country, locale) if to.country else "")
    lines.append(f"Tax id {to.tax_id}" if to.tax_id else "")
    return tuple(line for line in lines if line)


def _file(paper: Paper, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(render(paper), mimetype="application/pdf", headers=headers)
