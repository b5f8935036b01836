"""Requests: what organizations ask the platform for, and the answers."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import requests as operations
from portal.queries import catalogue
from portal.queries import requests as reads
from portal.queries.listing import PAGE as PER_PAGE
from portal.queries.requests import RequestView, Wanted
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.rules.requests import GRANT_NEEDS, NAMES, RequestKind, RequestState
from portal.web import formats, paging
from portal.web.access import actor, may, needs, opens, permissions
from portal.web.admin import workspace_choices as choices
from portal.web.admin.workspace_facts import Fact
from portal.web.forms import Form
from portal.web.pages import ask, done, show
from portal.web.reader import Reader, reader, words
from portal.web.request_words import GRANTING, KINDS, STATES, shortened
from portal.web.state_chips import chips

bp = Blueprint("admin_requests", __name__, url_prefix="/admin/requests")

LISTING, PAGE, ORGANIZATION = "admin_requests.listing", "admin_requests.page", "admin_organizations.detail"


class GrantForm(Form):
    """A word to the asker, and the plan where several workspaces are asked for."""

    plan = StringField()
    word = StringField()


class DeclineForm(Form):
    """A word to the asker."""

    word = StringField()


class Row(NamedTuple):
    """A request as a line of the list."""

    id: str
    url: str
    kind: str
    words: str
    organization: str
    asked_by: str
    badge: str
    state: str
    answer: str
    when: str
    when_title: str


@bp.get("/")
@needs(Permission.REQUEST_VIEW)
def listing() -> Response:
    """Every request, 12 a page: what waits for an answer first."""
    kind = next((each for each in RequestKind if each.value == request.args.get("kind")), None)
    state = next((each for each in RequestState if each.value == request.args.get("state")), None)
    wanted = Wanted(kind, state, words("organization"))
    number, by = paging.number(request.args.get("page")), reader()
    found, total = reads.listing(wanted, number)
    if number > 1 and not found:
        raise NotFound()
    values = {"kind": kind, "organization": wanted.organization or None}
    return show(
        "admin/requests/list",
        rows=[row(each, by) for each in found],
        chips=chips(LISTING, STATES, reads.by_state(wanted), state, by.locale, **values),
        kinds=[(each.value, label, each is kind) for each, label in KINDS.items()],
        state=state,
        organization=wanted.organization,
        of=found[0].organization_name if found and wanted.organization else "",
        any_set=wanted != Wanted(),
        pager=paging.pager(number, PER_PAGE, total, paging.turning(LISTING, **values, state=state), by.locale),
    )


@bp.get("/<req>")
@needs(Permission.REQUEST_VIEW)
def page(req: str) -> Response:
    """One request, and its answer."""
    found, by = reads.request(req), reader()
    badge, state = STATES[found.state]
    return show(
        "admin/requests/page",
        found=found,
        kind=KINDS[found.kind],
        badge=badge,
        state=state,
        crumbs=_crumbs(found),
        facts=_facts(found, by),
        organization_url=_organization_url(found),
        decides=found.state is RequestState.OPEN and may(Permission.REQUEST_DECIDE),
        may_grant=_may_grant(found),
    )


@bp.route("/<req>/grant", methods=["GET", "POST"])
@needs(Permission.REQUEST_DECIDE)
def grant(req: str) -> ResponseReturnValue:
    """They have it."""
    found, form = _open(req), GrantForm()
    if form.validate_on_submit():
        with form.refusals():
            plan = form.plan.data or ""
            operations.grant(req, form.word.data or "", actor(), permissions(), plan=plan, wait=True)
            return _answered(found, "Granted")
    return ask(
        "admin/requests/grant",
        status=422 if form.is_submitted() else 200,
        form=form,
        found=found,
        kind=KINDS[found.kind],
        lead=GRANTING[found.kind],
        plans=_plans(found, form.plan.data or "") if found.kind is RequestKind.MULTI_WORKSPACE else None,
        action=url_for("admin_requests.grant", req=req),
        back_url=url_for(PAGE, req=req),
        crumbs=_crumbs(found, "Grant"),
    )


@bp.route("/<req>/decline", methods=["GET", "POST"])
@needs(Permission.REQUEST_DECIDE)
def decline(req: str) -> ResponseReturnValue:
    """They do not, and read why."""
    found, form = _open(req), DeclineForm()
    if form.validate_on_submit():
        with form.refusals():
            operations.decline(req, form.word.data or "", actor(), wait=True)
            return _answered(found, "Declined")
    return ask(
        "admin/requests/decline",
        status=422 if form.is_submitted() else 200,
        form=form,
        found=found,
        kind=KINDS[found.kind],
        action=url_for("admin_requests.decline", req=req),
        back_url=url_for(PAGE, req=req),
        crumbs=_crumbs(found, "Decline"),
    )


def row(found: RequestView, by: Reader) -> Row:
    """The request as a line."""
    badge, state = STATES[found.state]
    at = found.decided_at or found.asked_at
    return Row(
        id=found.public_id,
        url=url_for(PAGE, req=found.public_id),
        kind=KINDS[found.kind],
        words=shortened(found.words),
        organization=found.organization_name,
        asked_by=found.asked_by,
        badge=badge,
        state=state,
        answer=f"by {formats.isolated(found.decided_by)}" if found.decided_by else "",
        when=formats.ago(at, by.now, by.locale),
        when_title=formats.minute(at, by.locale, by.timezone),
    )


def _open(req: str) -> RequestView:
    """The request, if it waits for an answer."""
    found = reads.request(req)
    if found.state is not RequestState.OPEN:
        raise Conflict(f"{found.decided_by} has {found.state.value} this request already.")
    return found


def _answered(found: RequestView, word: str) -> ResponseReturnValue:
    flash(f"{word}: {NAMES[found.kind]} for {formats.isolated(found.organization_name)}.", "good")
    return done(url_for(PAGE, req=found.public_id))


def _may_grant(found: RequestView) -> bool:
    needed = GRANT_NEEDS.get(found.kind)
    return needed is None or may(needed)


def _plans(found: RequestView, chosen: str) -> list[choices.PlanOption]:
    """Multi-workspace plans, each with its price for the primary's cycle; one without a price cannot be chosen."""
    terms = reads.primary_terms(found.organization_key)
    if terms is None:
        return []
    known = [each for each in catalogue.plan_choices() if each.is_multi]
    options = choices.plans(known, chosen, terms.cycle, terms.currency, formats.reader_locale())
    return [each for each in options if each.value]


def _crumbs(found: RequestView, *more: str) -> list[tuple[str, str | None]]:
    own = url_for(PAGE, req=found.public_id) if more else None
    name = f"{KINDS[found.kind]}, {found.organization_name}"
    return [("Requests", url_for(LISTING)), (name, own), *((text, None) for text in more)]


def _organization_url(found: RequestView) -> str | None:
    return url_for(ORGANIZATION, org=found.organization) if opens(ORGANIZATION) else None


def _facts(found: RequestView, by: Reader) -> list[Fact]:
    person = url_for("admin_users.detail", usr=found.asker) if found.asker and may(Permission.USER_VIEW) else None
    facts = [
        Fact("Organization", found.organization_name, url=_organization_url(found)),
        Fact("Asked by", found.asked_by, url=person),
        Fact("Asked", formats.moment(found.asked_at, by.now, by.locale, by.timezone)),
    ]
    if found.decided_at:
        label = "Withdrawn" if found.state is RequestState.WITHDRAWN else "Answered"
        when = formats.moment(found.decided_at, by.now, by.locale, by.timezone)
        facts.append(Fact(label, when, f"by {formats.isolated(found.decided_by or '')}"))
    return [*facts, Fact("Id", found.public_id)]
