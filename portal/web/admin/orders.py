"""Orders: every charge of a workspace with what became of it; recording, settling and refunding one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, StringField

from portal.models import OrderState
from portal.operations import orders
from portal.operations.orders import NewOrder
from portal.queries import candidates
from portal.queries import orders as reads
from portal.queries.candidates import Room
from portal.queries.orders import Listed, Wanted
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.web import formats, paging
from portal.web.access import actor, may, needs
from portal.web.admin import workspace_picks as picks
from portal.web.forms import Form
from portal.web.order_words import STATES
from portal.web.pages import ask, done, show, wants_part
from portal.web.reader import words
from portal.web.state_chips import chips

bp = Blueprint("admin_orders", __name__, url_prefix="/admin/orders")
HOME = "admin_orders.listing"
RECORDED = ((OrderState.PAID, "Paid", "It is income of today."), (OrderState.PENDING, "Pending", "It was asked for."))


class OrderForm(Form):
    """An order of a workspace."""

    workspace = StringField()
    amount = StringField()
    description = StringField()
    method = StringField()
    reference = StringField()
    state = RadioField(choices=[state.value for state, _, _ in RECORDED], default=OrderState.PAID.value)
    pays_cycle = BooleanField()


class SettleForm(Form):
    """What became of it."""

    state = RadioField(choices=[state.value for state in orders.SETTLED], default=OrderState.PAID.value)


class RefundForm(Form):
    """Why it is given back."""

    reason = StringField()


@bp.get("/")
@needs(Permission.ORDER_VIEW)
def listing() -> Response:
    """Every order, the latest first: 12 a page."""
    given = request.args.get("state", "")
    state = OrderState(given) if given in set(OrderState) else None
    wanted = Wanted(words(), state, words("organization"))
    number, locale = paging.number(request.args.get("page")), formats.reader_locale()
    found, total = reads.listing(wanted, number)
    if number > 1 and not found:
        raise NotFound()
    values = {"q": wanted.q or None, "organization": wanted.organization or None}
    return show(
        "admin/orders/list",
        rows=[_row(each, locale) for each in found],
        chips=chips(HOME, STATES, reads.by_state(wanted), state, locale, **values),
        q=wanted.q,
        state=state,
        organization=wanted.organization,
        any_set=bool(wanted.q or state or wanted.organization),
        new_url=url_for("admin_orders.new") if may(Permission.ORDER_EDIT) else None,
        pager=paging.pager(number, reads.PAGE, total, paging.turning(HOME, **values, state=state), locale),
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.ORDER_EDIT)
def new() -> ResponseReturnValue:
    """Records one more."""
    form = OrderForm(workspace=words("workspace"))
    if form.validate_on_submit() and request.form.get("find") != "workspace":
        room = candidates.room(form.workspace.data or "")
        if room is None:
            form.add_error("workspace", "Choose the workspace that it is for.")
        else:
            with form.refusals():
                orders.record_order(room.public_id, _draft(form), actor())
                flash(f"Order of {formats.isolated(room.name)} recorded.", "good")
                return done(url_for(HOME))
    return _form(form)


@bp.get("/workspaces")
@needs(Permission.ORDER_EDIT)
def choose() -> ResponseReturnValue:
    """Workspaces that match, for the picker."""
    if not wants_part():
        return redirect(url_for("admin_orders.new"), 303)
    q = words("workspace")
    return show("admin/workspaces/new", "_options", kind="workspace", q=q, picks=_picks(q))


@bp.route("/<order>/settle", methods=["GET", "POST"])
@needs(Permission.ORDER_EDIT)
def settle(order: str) -> ResponseReturnValue:
    """A pending one is paid, or has failed."""
    found, form = _order(order, OrderState.PENDING), SettleForm()
    if form.validate_on_submit():
        with form.refusals():
            orders.settle(order, OrderState(form.state.data), actor())
            flash(f"Order of {formats.isolated(found.workspace_name)} settled.", "good")
            return done(url_for(HOME))
    return _ask("settle", found, form, "Settle")


@bp.route("/<order>/refund", methods=["GET", "POST"])
@needs(Permission.ORDER_EDIT)
def refund(order: str) -> ResponseReturnValue:
    """A paid one was given back."""
    found, form = _order(order, OrderState.PAID), RefundForm()
    if form.validate_on_submit():
        with form.refusals():
            orders.refund(order, form.reason.data or "", actor())
            flash(f"Order of {formats.isolated(found.workspace_name)} refunded.", "good")
            return done(url_for(HOME))
    return _ask("refund", found, form, "Refund")


def _draft(form: OrderForm) -> NewOrder:
    return NewOrder(
        amount=form.amount.data or "",
        description=form.description.data or "",
        method=form.method.data or "",
        reference=form.reference.data or "",
        state=OrderState(form.state.data),
        pays_cycle=bool(form.pays_cycle.data),
    )


def _form(form: OrderForm) -> ResponseReturnValue:
    typed, sought = form.workspace.data or "", request.form.get("find") == "workspace"
    room = candidates.room(typed) if typed and not sought else None
    return show(
        "admin/orders/new",
        status=422 if form.is_submitted() and not sought else 200,
        form=form,
        room=_pick(room) if room else None,
        found=_picks(typed) if sought else None,
        states=[(state.value, label, text) for state, label, text in RECORDED],
        crumbs=(("Orders", url_for(HOME)), ("New", None)),
    )


def _picks(q: str) -> list[picks.Pick]:
    return [_pick(each) for each in candidates.rooms(q)]


def _pick(room: Room) -> picks.Pick:
    return replace(picks.room(room), reason="")  # one that is suspended may pay all the same


def _order(order: str, state: OrderState) -> Listed:
    found = reads.order(order)
    if found is None:
        raise NotFound()
    if found.state is not state:
        raise Conflict(f"This order is {found.state.value}.")
    return found


def _ask(question: str, found: Listed, form: Form, crumb: str) -> ResponseReturnValue:
    back = url_for(HOME)
    return ask(
        f"admin/orders/{question}",
        status=422 if form.is_submitted() else 200,
        form=form,
        order=found,
        amount=formats.money(found.amount_minor, found.currency, formats.reader_locale()),
        action=url_for(f"admin_orders.{question}", order=found.public_id),
        back_url=back,
        crumbs=(("Orders", back), (found.workspace_name, None), (crumb, None)),
    )


def _row(it: Listed, locale: str) -> dict[str, object]:
    badge, state = STATES[it.state]
    edits = may(Permission.ORDER_EDIT)
    return {
        "it": it,
        "badge": badge,
        "state": state,
        "for_": formats.dated(it.description, locale, "UTC"),
        "when": formats.day(formats.day_of(it.at, formats.reader_timezone()), locale),
        "title": formats.minute(it.at, locale, formats.reader_timezone()),
        "amount": formats.money(it.amount_minor, it.currency, locale),
        "settle": edits and it.state is OrderState.PENDING,
        "refund": edits and it.state is OrderState.PAID and it.invoice is None,
    }
