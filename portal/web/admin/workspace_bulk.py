"""One thing done to many workspaces: what it would come to, and then a task that does it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import AnyOf, Optional

from portal.base import background, clock
from portal.gateways.mail import gateway
from portal.operations import bulk, task_workers
from portal.queries import bulk as reads
from portal.queries.bulk import Preview, Selection
from portal.rules.access import Permission
from portal.rules.bulk import Act, Order, Outcome
from portal.web import formats
from portal.web.access import actor, needs, permissions
from portal.web.admin import bulk_words, workspace_addresses
from portal.web.admin.blueprints import workspaces as bp
from portal.web.forms import Form
from portal.web.pages import ask, done
from portal.web.platform import platform

MOST_PICKED = 500  # an address holds no more; whoever wants more chooses all that match
WORKSPACE, TASK = re.compile(r"ws_[0-9A-Za-z]{1,20}"), re.compile(r"tsk_[0-9A-Za-z]{1,20}")
LOOK = "look"  # what the form sends where only the preview is asked for
FILTERS = frozenset({"status", "plan", "health", "organization"})


class BulkForm(Form):
    """What every act's form has. `mark`: which workspaces the person has been shown."""

    mark = StringField()
    go = StringField()


class PlanForm(BulkForm):
    """Which plan, and which cycle."""

    plan = StringField()
    billing_cycle = StringField(validators=[Optional(), AnyOf(list(dict(bulk_words.CYCLES)), "Choose one of these.")])


class NotifyForm(BulkForm):
    """What is written."""

    subject = StringField()
    text = StringField()


class SuspendForm(BulkForm):
    """Why."""

    public_reason = StringField()
    note = StringField()


class ReactivateForm(BulkForm):
    """Nothing more."""


FORMS: dict[Act, type[BulkForm]] = {
    Act.PLAN: PlanForm,
    Act.NOTIFY: NotifyForm,
    Act.SUSPEND: SuspendForm,
    Act.REACTIVATE: ReactivateForm,
}


@bp.get("/bulk/plan")
@needs(Permission.WORKSPACE_PLAN)
def bulk_plan_ask() -> ResponseReturnValue:
    """Which plan, and where it fits."""
    return _asked(Act.PLAN)


@bp.post("/bulk/plan")
@needs(Permission.WORKSPACE_PLAN)
def bulk_plan() -> ResponseReturnValue:
    """Begins to change it."""
    return _begun(Act.PLAN)


@bp.get("/bulk/notify")
@needs(Permission.WORKSPACE_NOTIFY)
def bulk_notify_ask() -> ResponseReturnValue:
    """What to write, and to how many."""
    return _asked(Act.NOTIFY)


@bp.post("/bulk/notify")
@needs(Permission.WORKSPACE_NOTIFY)
def bulk_notify() -> ResponseReturnValue:
    """Begins to write."""
    return _begun(Act.NOTIFY)


@bp.get("/bulk/suspend")
@needs(Permission.WORKSPACE_SUSPEND)
def bulk_suspend_ask() -> ResponseReturnValue:
    """Why, and whom it will hit."""
    return _asked(Act.SUSPEND)


@bp.post("/bulk/suspend")
@needs(Permission.WORKSPACE_SUSPEND)
def bulk_suspend() -> ResponseReturnValue:
    """Begins to suspend."""
    return _begun(Act.SUSPEND)


@bp.get("/bulk/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def bulk_reactivate_ask() -> ResponseReturnValue:
    """Which of them will work again."""
    return _asked(Act.REACTIVATE)


@bp.post("/bulk/reactivate")
@needs(Permission.WORKSPACE_REACTIVATE)
def bulk_reactivate() -> ResponseReturnValue:
    """Begins to reactivate."""
    return _begun(Act.REACTIVATE)


def picked() -> tuple[str, ...]:
    """The workspaces that were ticked, as the address names them; none where all that match are meant."""
    if request.args.get("all"):
        return ()
    named = dict.fromkeys(filter(WORKSPACE.fullmatch, request.args.getlist("rows")))
    return tuple(named)[:MOST_PICKED]


def _selection() -> Selection | None:
    """Which workspaces the address means; None where it names none."""
    rows, task = picked(), request.args.get("task", "")
    if not TASK.fullmatch(task):
        task = ""
    if not (rows or task or request.args.get("all")):
        return None
    asked = workspace_addresses.read(request.args, None)
    if not (rows or task) and any(name in FILTERS for name, _ in asked.ignored):
        return None  # what filters nothing would mean everything
    return Selection(asked.filters, rows, task)


def _asked(act: Act) -> Response:
    return _question(act, FORMS[act](formdata=None), _looked(Order(act)))


def _begun(act: Act) -> ResponseReturnValue:
    form = FORMS[act]()
    order = _order(act, form)
    found = _looked(order)
    if not form.validate() or found is None or not found.total:
        return _question(act, form, found, 422)
    if form.go.data == LOOK:
        return _question(act, form, found)
    if form.mark.data != found.mark:
        return _question(act, form, found, 409, moved=True)
    with form.refusals():
        title = bulk_words.title(act, found.total)
        task = bulk.start(bulk.check(order), found, title, actor(), permissions())
        background.run(partial(task_workers.work, task, clock.now))
        return done(url_for("admin_tasks.page", task=task))
    return _question(act, form, found, 422)


def _order(act: Act, form: BulkForm) -> Order:
    """What the form asks for, as it was typed."""
    values = {name: text or "" for name, text in form.data.items() if name not in ("mark", "go", "csrf_token")}
    cycle = values.pop("billing_cycle", "")
    return Order(act, cycle=cycle if cycle in dict(bulk_words.CYCLES) else "", **values)


def _looked(order: Order) -> Preview | None:
    selection = _selection()
    return reads.preview(order, selection, permissions(), platform(), clock.now()) if selection else None


def _question(act: Act, form: BulkForm, found: Preview | None, status: int = 200, *, moved: bool = False) -> Response:
    """The dry run, with what else there is to be said before it begins."""
    locale, home = formats.reader_locale(), url_for("admin_workspaces.listing")
    any_chosen = found is not None and found.total > 0
    words, decided = bulk_words.WORDS[act], act is not Act.PLAN or bool(form["plan"].data)
    title = bulk_words.title(act, found.total, locale) if found and any_chosen else ""
    given: dict[str, Any] = {
        "act": act.value,
        "title": title,
        "words": words,
        "form": form,
        "moved": moved,
        "mark": found.mark if found else "",
        "decided": decided,
        "any_chosen": any_chosen,
        "crumbs": (("Workspaces", home), (title or "No workspace chosen", None)),
        "back_url": home,
    }
    if found is not None and any_chosen:
        can_begin = decided and bool(found.counts[Outcome.DONE])
        given |= {
            "action": request.full_path.rstrip("?"),
            "figures": bulk_words.figures(act, found, platform(), locale) if decided else [],
            "reasons": bulk_words.reasons(found, locale) if decided else [],
            "button_label": bulk_words.button(act, found, locale) if can_begin else "",
            "plans": bulk_words.plan_options(reads.plans()) if act is Act.PLAN else [],
            "cycles": bulk_words.CYCLES,
        }
    return ask("admin/workspaces/bulk", status, mail_waits=not gateway().ready, **given)
