"""Webhooks: which programs are told of what changed, and whether it reached them."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, StringField

from portal.base import clock
from portal.models import DeliveryState, WebhookState
from portal.operations import webhooks
from portal.operations.webhooks import Wanted
from portal.queries import webhooks as reads
from portal.queries.webhooks import HookView
from portal.rules.access import Permission
from portal.rules.changes import CHANGES
from portal.rules.errors import NotFound
from portal.rules.periods import zone
from portal.web import paging
from portal.web.access import actor, may, needs
from portal.web.admin import webhook_words
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import ask, done, show
from portal.web.reader import reader
from portal.web.state_chips import chips

bp = Blueprint("admin_webhooks", __name__, url_prefix="/admin/webhooks")
HOME, PAGE = "admin_webhooks.listing", "admin_webhooks.page"
DAY = timedelta(days=1)


class HookForm(Form):
    """Where to, of which changes, and of which workspace."""

    address = StringField()
    types = SelectMultipleField(validate_choice=False)
    workspace = StringField()

    def asked(self) -> Wanted:
        """As the operation takes it."""
        return Wanted(self.address.data or "", self.types.data or (), self.workspace.data or "")


class SinceForm(Form):
    """Since when, in the reader's time zone."""

    since = StringField()


@bp.get("/")
@needs(Permission.WEBHOOK_VIEW)
def listing() -> Response:
    """All webhooks, the newest first."""
    counts, by = reads.by_state(), reader()
    rows = [webhook_words.hook_row(each, counts, by) for each in reads.hooks()]
    return show("admin/webhooks/list", rows=rows, may_edit=may(Permission.WEBHOOK_EDIT))


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.WEBHOOK_EDIT)
@fresh(HOME)
def new() -> ResponseReturnValue:
    """A new webhook. Its secret is on the page that answers, and nowhere else."""
    form = HookForm()
    if form.validate_on_submit():
        with form.refusals():
            made = webhooks.create(form.asked(), actor())
            return _secret(reads.hook(made.public_id), made.secret, is_new=True)
    crumbs = [("Webhooks", url_for(HOME)), ("New webhook", None)]
    return _form(form, "New webhook", url_for("admin_webhooks.new"), url_for(HOME), crumbs)


@bp.get("/<hook>")
@needs(Permission.WEBHOOK_VIEW)
def page(hook: str) -> Response:
    """One webhook, and the log of what went to it."""
    found, by = reads.hook(hook), reader()
    given = request.args.get("state", "")
    state = DeliveryState(given) if given in map(str, DeliveryState) else None
    number, counts = paging.number(request.args.get("page")), reads.by_state()
    own = {each: counts.get((found.key, each), 0) for each in DeliveryState}
    rows = reads.deliveries(found.key, state, number)
    if number > 1 and not rows:
        raise NotFound()
    total = own[state] if state else sum(own.values())
    turn = paging.turning(PAGE, hook=hook, state=state)
    return show(
        "admin/webhooks/page",
        hook=webhook_words.hook_row(found, counts, by),
        rows=[webhook_words.delivery_row(each, hook, by) for each in rows],
        chips=chips(PAGE, webhook_words.STATES, own, state, by.locale, hook=hook),
        state=state,
        is_active=found.state is WebhookState.ACTIVE,
        is_stopped=found.state is WebhookState.STOPPED,
        has_failed=own[DeliveryState.FAILED] > 0,
        may_edit=may(Permission.WEBHOOK_EDIT),
        pager=paging.pager(number, reads.PAGE, total, turn, by.locale),
        crumbs=[("Webhooks", url_for(HOME)), (found.address, None)],
    )


@bp.route("/<hook>/edit", methods=["GET", "POST"])
@needs(Permission.WEBHOOK_EDIT)
@fresh(PAGE, "hook")
def edit(hook: str) -> ResponseReturnValue:
    """Address, kinds of change and workspace."""
    found = reads.hook(hook)
    form = HookForm(data={"address": found.address, "types": list(found.types), "workspace": found.workspace})
    if form.validate_on_submit():
        with form.refusals():
            webhooks.change(hook, form.asked(), actor())
            flash("The webhook was changed", "good")
            return done(_url(found))
    return _form(form, "Edit webhook", url_for("admin_webhooks.edit", hook=hook), _url(found), _crumbs(found, "Edit"))


@bp.route("/<hook>/secret", methods=["GET", "POST"])
@needs(Permission.WEBHOOK_EDIT)
@fresh(PAGE, "hook")
def rotate(hook: str) -> ResponseReturnValue:
    """A new secret. It is on the page that answers, and nowhere else."""
    found = reads.hook(hook)
    form = Form()
    if form.validate_on_submit():
        return _secret(found, webhooks.rotate(hook, actor()).secret, is_new=False)
    return _question("rotate", "New secret", found, form)


@bp.post("/<hook>/pause")
@needs(Permission.WEBHOOK_EDIT)
def pause(hook: str) -> ResponseReturnValue:
    """Nothing is sent until it is resumed."""
    webhooks.pause(hook, actor())
    flash("Paused: what changes now waits", "info")
    return done(url_for(PAGE, hook=hook))


@bp.post("/<hook>/resume")
@needs(Permission.WEBHOOK_EDIT)
def resume(hook: str) -> ResponseReturnValue:
    """What waits is sent."""
    webhooks.resume(hook, actor())
    flash("Resumed: what waited is sent now", "good")
    return done(url_for(PAGE, hook=hook))


@bp.post("/<hook>/test")
@needs(Permission.WEBHOOK_EDIT)
def test(hook: str) -> ResponseReturnValue:
    """Sends a test at once; the page of that delivery shows what was answered."""
    name = webhooks.test(hook, actor(), clock.now)
    return done(url_for("admin_webhooks.delivery", hook=hook, delivery=name))


@bp.route("/<hook>/replay", methods=["GET", "POST"])
@needs(Permission.WEBHOOK_EDIT)
def replay_failed(hook: str) -> ResponseReturnValue:
    """Sends what failed since an instant once more."""
    found, by = reads.hook(hook), reader()
    since = (found.failing_since or by.now - DAY).astimezone(zone(by.timezone))
    form = SinceForm(data={"since": since.strftime("%Y-%m-%dT%H:%M")})
    if form.validate_on_submit():
        with form.refusals():
            count = webhooks.replay_failed(hook, form.since.data or "", by.timezone, actor())
            flash(f"Sent again: {count}", "good")
            return done(_url(found))
    return _question("replay", "Send again", found, form, timezone=by.timezone)


@bp.route("/<hook>/remove", methods=["GET", "POST"])
@needs(Permission.WEBHOOK_EDIT)
@fresh(PAGE, "hook")
def remove(hook: str) -> ResponseReturnValue:
    """It is called no more, and its log is gone."""
    found = reads.hook(hook)
    form = Form()
    if form.validate_on_submit():
        webhooks.remove(hook, actor())
        flash(f"The webhook {found.address} was removed", "good")
        return done(url_for(HOME))
    return _question("remove", "Remove", found, form)


@bp.get("/<hook>/deliveries/<delivery>")
@needs(Permission.WEBHOOK_VIEW)
def delivery(hook: str, delivery: str) -> Response:
    """One delivery: what is sent, and what was answered."""
    found, by = reads.hook(hook), reader()
    it, change = reads.delivery(found.key, delivery)
    return show(
        "admin/webhooks/delivery",
        hook=found,
        it=it,
        badge=webhook_words.STATES[it.state],
        facts=webhook_words.facts(it, by),
        body=webhook_words.body(it, change, found),
        can_replay=may(Permission.WEBHOOK_EDIT) and change is not None and it.state is not DeliveryState.WAITING,
        crumbs=_crumbs(found, it.type),
    )


@bp.post("/<hook>/deliveries/<delivery>/replay")
@needs(Permission.WEBHOOK_EDIT)
def replay(hook: str, delivery: str) -> ResponseReturnValue:
    """Sends it once more."""
    webhooks.replay(hook, delivery, actor())
    flash("It is sent again within a minute", "good")
    return done(url_for("admin_webhooks.delivery", hook=hook, delivery=delivery))


def _form(form: HookForm, title: str, action: str, back_url: str, crumbs: list[tuple[str, str | None]]) -> Response:
    return show(
        "admin/webhooks/form",
        status=422 if form.is_submitted() else 200,
        form=form,
        title=title,
        types=[(kind, words, kind in (form.types.data or ())) for kind, words in CHANGES.items()],
        action=action,
        back_url=back_url,
        crumbs=crumbs,
    )


def _secret(found: HookView, secret: str, is_new: bool) -> Response:
    return show(
        "admin/webhooks/secret",
        hook=found,
        url=_url(found),
        secret=secret,
        is_new=is_new,
        crumbs=_crumbs(found, "Secret"),
    )


def _question(name: str, here: str, found: HookView, form: Form, **context: object) -> Response:
    return ask(
        f"admin/webhooks/{name}",
        status=422 if form.is_submitted() else 200,
        form=form,
        hook=found,
        action=url_for(f"admin_webhooks.{'replay_failed' if name == 'replay' else name}", hook=found.public_id),
        back_url=_url(found),
        crumbs=_crumbs(found, here),
        **context,
    )


def _url(found: HookView) -> str:
    return url_for(PAGE, hook=found.public_id)


def _crumbs(found: HookView, here: str) -> list[tuple[str, str | None]]:
    return [("Webhooks", url_for(HOME)), (found.address, _url(found)), (here, None)]
