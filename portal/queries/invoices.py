"""Invoices: lists in pages, one with its lines by workspace, and the running month's draft, which is only ever read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from portal.base.db import db
from portal.models import Invoice, InvoiceLine, InvoiceState, Order, Organization, Workspace, scope
from portal.models.invoices import UNPAID
from portal.queries.account_usage import running_month
from portal.queries.bills import Basis, basis
from portal.queries.words import holding
from portal.rules.cycles import in_words
from portal.rules.invoice_lines import LineKind
from portal.rules.invoicing import bill, due_on, issued_at
from portal.rules.periods import local_day, month_end, utc_day

PAGE = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """An invoice in a list; `total` in minor units of `currency`. `is_late`: unpaid after the day it was due."""

    public_id: str
    number: str
    month: date
    currency: str
    total: int
    state: InvoiceState
    issued_at: datetime
    due_on: date
    paid_at: datetime | None
    organization: str
    organization_name: str
    organization_slug: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """A line: see `portal.rules.invoice_lines.Line`. `amount` in minor units."""

    kind: LineKind
    detail: str
    quantity: Decimal
    unit_price: Decimal
    amount: int


@dataclass(frozen=True, slots=True)
class Group:
    """A workspace's lines. `workspace`: public id and web address, None once it is purged; `name` as issued."""

    name: str
    workspace: str | None
    is_primary: bool
    lines: tuple[LineView, ...]

    @property
    def subtotal(self) -> int:
        """Their sum, in minor units."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an invoice and a draft have in common: lines by workspace, then those of the whole account, the tax last.
    Amounts are minor units of `currency`."""

    month: date
    currency: str
    due_on: date
    groups: tuple[Group, ...]
    account: tuple[LineView, ...]

    @property
    def total(self) -> int:
        """The sum of the lines."""
        return sum(group.subtotal for group in self.groups) + sum(line.amount for line in self.account)

    @property
    def net(self) -> int:
        """Without the tax."""
        return self.total - sum(line.amount for line in self.account if line.kind is LineKind.TAX)


@dataclass(frozen=True, slots=True)
class BillTo:
    """Whom an invoice is made out to, as issued."""

    name: str
    address: str
    country: str
    tax_id: str
    email: str


@dataclass(frozen=True, slots=True)
class OrderOf:
    """A workspace's share of a paid invoice."""

    public_id: str
    workspace_name: str
    amount: int
    method: str
    reference: str


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice. One from before there were lines has a total alone (`listed.total`). `organization_key`: integer
    key; `billing_email`: where it is sent to today."""

    organization_key: int
    listed: Listed
    sheet: Sheet
    to: BillTo
    voided_at: datetime | None
    void_reason: str
    orders: tuple[OrderOf, ...]
    billing_email: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A cycle that begins later in the running month: the workspace's name, the words of its line, its first day, and
    minor units."""

    name: str
    detail: str
    begins_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What the running month comes to so far, and what of it platform credit pays instead. `closes_on`: its last day;
    `issued_on`: when the invoice is; `coming`: what it will still be charged for, if nothing changes."""

    sheet: Sheet
    credit: tuple[Group, ...]
    closes_on: date
    issued_on: date
    coming: tuple[Expected, ...]


# ---------------------------------------------------------------- lists

_LISTED = (
    Invoice.public_id,
    Invoice.number,
    Invoice.month,
    Invoice.currency,
    Invoice.total_minor,
    Invoice.state,
    Invoice.issued_at,
    Invoice.due_on,
    Invoice.paid_at,
    Organization.public_id,
    Organization.name,
    Organization.slug,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices. `q`: words of the number or of the organization's name; `state`: as shown, so that an open one
    that is late is overdue; `organization`: public id."""

    q: str = ""
    state: InvoiceState | None = None
    organization: str = ""


def listing(wanted: Wanted, page: int, now: datetime) -> tuple[list[Listed], int]:
    """Page `page` (from 1) of the invoices wanted, the latest first, and how many there are on all pages."""
    today = utc_day(now)
    where = _where(wanted, today)
    query = select(*_LISTED).join(Organization, Organization.id == Invoice.organization_id).where(*where)
    rows = db.session.execute(
        query.order_by(Invoice.issued_at.desc(), Invoice.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    )
    counted = _counted(select(func.count(Invoice.id)), wanted)
    return [_listed(row, today) for row in rows], db.session.scalar(counted.where(*where)) or 0


def by_state(wanted: Wanted, now: datetime) -> dict[InvoiceState, int]:
    """How many invoices there are of each state, as shown, whatever state is wanted."""
    today = utc_day(now)
    late = and_(Invoice.state == InvoiceState.OPEN, Invoice.due_on < today)
    rows = db.session.execute(
        _counted(select(Invoice.state, late, func.count(Invoice.id)), wanted)
        .where(*_where(replace(wanted, state=None), today))
        .group_by(Invoice.state, late)
    )
    found: dict[InvoiceState, int] = {}
    for state, is_late, count in rows:
        shown = InvoiceState.OVERDUE if is_late else state
        found[shown] = found.get(shown, 0) + count
    return found


def is_late(today: date) -> ColumnElement[bool]:
    """That an invoice is unpaid after the day it was due, whether it says so yet or not."""
    return Invoice.state.in_(UNPAID) & or_(Invoice.state == InvoiceState.OVERDUE, Invoice.due_on < today)


def _counted(query: Any, wanted: Wanted) -> Any:
    """With the organizations only where they have a say: counting all of a platform's invoices is long enough."""
    if not wanted.q and not wanted.organization:
        return query
    return query.join(Organization, Organization.id == Invoice.organization_id)


def _where(wanted: Wanted, today: date) -> list[Any]:
    found: list[Any] = []
    if wanted.organization:
        found.append(Organization.public_id == wanted.organization)
    if wanted.state is InvoiceState.OVERDUE:
        found.append(is_late(today))
    elif wanted.state is InvoiceState.OPEN:
        found += [Invoice.state == InvoiceState.OPEN, Invoice.due_on >= today]
    elif wanted.state:
        found.append(Invoice.state == wanted.state)
    return [*found, *holding(wanted.q, func.lower(Invoice.number), Organization.name_key)]


def _listed(row: Any, today: date) -> Listed:
    values: list[Any] = list(row)
    state, due = values[5], values[7]
    late = state is InvoiceState.OVERDUE or (state is InvoiceState.OPEN and due < today)
    return Listed(*(*values, late))


# ---------------------------------------------------------------- one


def invoice(public_id: str, now: datetime, organization: int | None = None) -> InvoiceView | None:
    """The invoice, None if there is none, or none of this organization (its integer key)."""
    mine = Invoice.organization_id == organization if organization is not None else Invoice.id.is_not(None)
    query = select(*_LISTED, Invoice, Organization.billing_email).join(
        Organization, Organization.id == Invoice.organization_id
    )
    row: Any = db.session.execute(query.where(Invoice.public_id == public_id, mine)).one_or_none()
    if row is None:
        return None
    *listed, stored, billing_email = row
    lines = db.session.execute(
        select(InvoiceLine, Workspace.public_id, func.coalesce(Workspace.is_primary, false()))
        .outerjoin(Workspace, Workspace.id == InvoiceLine.workspace_id)
        .where(InvoiceLine.invoice_id == stored.id)
        .order_by(InvoiceLine.position)
    ).all()
    groups, account = _grouped(lines)
    return InvoiceView(
        organization_key=stored.organization_id,
        listed=_listed(listed, utc_day(now)),
        sheet=Sheet(stored.month, stored.currency, stored.due_on, groups, account),
        to=BillTo(stored.bill_name, stored.bill_address, stored.bill_country, stored.bill_tax_id, stored.bill_email),
        voided_at=stored.voided_at,
        void_reason=stored.void_reason,
        orders=_orders(stored.id),
        billing_email=billing_email,
    )


def _grouped(rows: Sequence[Any]) -> tuple[tuple[Group, ...], tuple[LineView, ...]]:
    groups: dict[tuple[str | None, str], tuple[bool, list[LineView]]] = {}
    account = []
    for stored, workspace, is_primary in rows:
        line = LineView(stored.kind, stored.detail, stored.quantity, stored.unit_price, stored.amount_minor)
        if not stored.workspace_name:
            account.append(line)
        else:
            groups.setdefault((workspace, stored.workspace_name), (bool(is_primary), []))[1].append(line)
    found = (Group(name, key, primary, tuple(lines)) for (key, name), (primary, lines) in groups.items())
    return tuple(found), tuple(account)


def _orders(invoice: int) -> tuple[OrderOf, ...]:
    rows = db.session.execute(
        select(Order.public_id, Order.workspace_name, Order.amount_minor, Order.method, Order.reference)
        .where(Order.invoice_id == invoice)
        .order_by(Order.id)
    )
    return tuple(OrderOf(*row) for row in rows)


# ---------------------------------------------------------------- the draft


def draft(organization: int, now: datetime) -> Draft:
    """The running month of the organization (its integer key) as an invoice, as far as it went."""
    with scope.platform():
        month = running_month(organization, now)
        found = basis(organization, month, now)
    worked_out, issued = bill(found.account), issued_at(month)
    groups, account = _of_lines(worked_out.lines, found.tenants)
    sheet = Sheet(month, found.account.currency, due_on(issued, found.payment_days), groups, account)
    credit, coming = _of_lines(worked_out.credit, found.tenants)[0], _coming(found, month, now)
    return Draft(sheet, credit, month_end(month), issued.date(), coming)


def _coming(found: Basis, month: date, now: datetime) -> tuple[Expected, ...]:
    """The cycles that begin by the month's end and are not paid ahead, as they begin."""
    coming = (
        Expected(
            found.tenants[each.workspace].name,
            in_words(each.cycle, each.plan_name, each.is_child, each.span),
            each.span.began_on,
            each.amount,
        )
        for each in found.subscriptions.due(issued_at(month))
        if each.amount
        and each.order is None
        and local_day(now, found.tenants[each.workspace].timezone) < each.span.began_on <= month_end(month)
    )
    return tuple(sorted(coming, key=lambda each: (each.begins_on, each.name)))


def _of_lines(lines: Sequence[Any], tenants: Any) -> tuple[tuple[Group, ...], tuple[LineView, ...]]:
    groups: dict[int, list[LineView]] = {}
    account = []
    for each in lines:
        line = LineView(each.kind, each.detail, each.quantity, each.unit_price, each.amount)
        if each.workspace is None:
            account.append(line)
        else:
            groups.setdefault(each.workspace[0], []).append(line)
    known = ((tenants[key], tuple(found)) for key, found in groups.items())
    return tuple(Group(of.name, of.public_id, of.is_primary, found) for of, found in known), tuple(account)
