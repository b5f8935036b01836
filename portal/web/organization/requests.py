"""What an organization asks the platform for: asking, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.operations import requests
from portal.queries import requests as reads
from portal.queries.own_organizations import OwnOrganization
from portal.queries.requests import RequestView
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.rules.requests import LONGEST, NAMES, RequestKind, RequestState, check_wanting
from portal.web import formats, organizations
from portal.web.access import actor, may, needs
from portal.web.organization.forms import RequestForm
from portal.web.organization.side import page
from portal.web.pages import ask, done
from portal.web.request_words import KINDS, STATES

bp = page("requests")

# What it is, and what the staff would like to know.
ABOUT: Mapping[RequestKind, tuple[str, str]] = {
    RequestKind.MULTI_WORKSPACE: (
        "Several workspaces with their own numbers, contacts and teams, on one invoice. Contacts are then counted over "
        "all of them, and the primary workspace has no free ones.",
        "How many workspaces, and what for",
    ),
    RequestKind.CONSOLIDATION: (
        "Workspaces of another account of yours come into this organization, and onto its invoice.",
        "Which accounts and workspaces",
    ),
    RequestKind.VOLUME_DISCOUNT: (
        "The price of active contacts falls once there are more of them in a month than the plan’s threshold.",
        "How many contacts you expect a month",
    ),
    RequestKind.BRANDING: (
        "Your logo and colours on the pages of the organization and its workspaces, and on its own domain.",
        "Anything that we should know",
    ),
}
BACK: Mapping[RequestKind, str] = {
    RequestKind.MULTI_WORKSPACE: "organization_workspaces.listing",
    RequestKind.CONSOLIDATION: "organization_workspaces.listing",
    RequestKind.BRANDING: "organization_branding.page",
}
OVERVIEW = "organization_overview.page"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, ready to show. `withdraw_url` while it has no answer."""

    what: str
    when: str
    badge: str
    state: str
    word: str
    withdraw_url: str | None


def asked(found: RequestView, now: datetime) -> Asked:
    """The request as its organization sees it."""
    locale, (badge, state) = formats.reader_locale(), STATES[found.state]
    is_open = found.state is RequestState.OPEN and may(Permission.ACCOUNT_REQUEST)
    return Asked(
        what=KINDS[found.kind],
        when=f"Asked by {formats.isolated(found.asked_by)}, {formats.ago(found.asked_at, now, locale)}",
        badge=badge,
        state=state,
        word=found.word,
        withdraw_url=url_for("organization_requests.withdraw", request=found.public_id) if is_open else None,
    )


class Way(NamedTuple):
    """The way to ask for something; `waits`: it is asked for and has no answer yet."""

    url: str
    waits: bool


def way(kind: RequestKind) -> Way | None:
    """That of this kind, for whoever may ask."""
    if not may(Permission.ACCOUNT_REQUEST):
        return None
    waits = kind in reads.open_of(organizations.organization().key)
    return Way(url_for("organization_requests.new", kind=kind.value), waits)


@bp.route("/requests/<kind>", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_REQUEST)
def new(kind: str) -> ResponseReturnValue:
    """Asks the platform for something of this kind."""
    if kind not in set(RequestKind):
        raise NotFound()
    here, wanted, form = organizations.organization(), RequestKind(kind), RequestForm()
    back = url_for(BACK.get(wanted, OVERVIEW))
    if form.validate_on_submit():
        with form.refusals():
            try:
                requests.ask(here.key, wanted, form.words.data or "", actor())
                flash(f"Asked for: {NAMES[wanted]}. The answer comes by mail, and stands on the overview.", "good")
            except Conflict as conflict:
                flash(conflict.message, "watch")
            return done(back)
    what, question = ABOUT[wanted]
    answered = _answered(wanted, here)
    return ask(
        "organization/request",
        422 if form.is_submitted() else 200,
        form=form,
        name=here.name,
        kind=KINDS[wanted],
        what=what,
        question=question,
        longest=LONGEST,
        answered=answered,
        action=None if answered else url_for("organization_requests.new", kind=kind),
        needs_words=wanted is RequestKind.CONSOLIDATION,
        back_url=back,
        crumbs=(("Overview", url_for(OVERVIEW)), (KINDS[wanted], None)),
    )


def _answered(kind: RequestKind, here: OwnOrganization) -> str:
    """Why there is nothing to ask for; blank where there is."""
    try:
        check_wanting(kind, kind in reads.has(here.key), here.name)
    except Conflict as conflict:
        return conflict.message
    waiting = reads.open_of(here.key).get(kind)
    if waiting is None:
        return ""
    when = formats.ago(waiting.asked_at, clock.now(), formats.reader_locale()).lower()
    return f"{formats.isolated(waiting.asked_by)} asked for it {when}: the answer comes by mail."


@bp.post("/requests/<request>/withdraw")
@needs(Permission.ACCOUNT_REQUEST)
def withdraw(request: str) -> ResponseReturnValue:
    """Asks for it no more."""
    try:
        requests.withdraw(organizations.organization().key, request, actor())
        flash("The request was taken back.", "good")
    except Conflict as conflict:
        flash(conflict.message, "watch")
    return done(url_for(OVERVIEW))
