"""What a workspace has spent this month against its cap, for its own people; and changing the cap."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.base import clock
from portal.models import SuspensionBehaviour, Workspace, scope
from portal.operations import usage_limits
from portal.operations.usage_limits import StaleLimits
from portal.queries.detail import Profile
from portal.queries.spend import monthly, number_price
from portal.queries.usage_limits import Editable, editable, one
from portal.rules.access import Permission
from portal.rules.lifecycle import Status
from portal.rules.spending import blocks, share
from portal.rules.usage_limits import SPEND, standing
from portal.web import formats, invoice_words, tenancy
from portal.web.access import actor, may, needs
from portal.web.attention import Entry
from portal.web.forms import Form
from portal.web.limit_bars import CAP_LEVELS, percent_text
from portal.web.pages import ask, done, tell_saved
from portal.web.spend_words import soon
from portal.web.workspace.side import own_profile, page

bp = page("usage")
HERE, HOME = "workspace_usage.page", "workspace_home.page"
AT_CAP = {
    SuspensionBehaviour.NOTIFY_ONLY: ("Tell me", "It goes on working"),
    SuspensionBehaviour.BLOCK_OUTBOUND: (
        "Stop sending",
        "Nothing goes out till the next month; it receives as before",
    ),
    SuspensionBehaviour.SUSPEND: ("Suspend it", "Nothing works until the cap is raised or the next month begins"),
}
THEN = {
    SuspensionBehaviour.NOTIFY_ONLY: "At the cap you are told, and nothing is stopped.",
    SuspensionBehaviour.BLOCK_OUTBOUND: "At the cap nothing is sent until it is raised or the next month begins.",
    SuspensionBehaviour.SUSPEND: "At the cap the workspace is suspended until it is raised or the next month begins.",
}


class Spend(NamedTuple):
    """The month so far, in minor units and in words. `rows`: what it is made of; `percent` of the cap, None without
    one; `blocked`: nothing is sent now because of it."""

    value: int
    text: str
    currency: str
    rows: tuple[invoice_words.Row, ...]
    cap_value: int | None
    cap: str
    percent: int | None
    percent_text: str
    level: str | None
    then: str
    blocked: bool


class CapForm(Form):
    """The cap, when to warn, and what happens then."""

    spend_cap = StringField()
    alert_threshold = StringField()
    suspension_behaviour = StringField()
    version = StringField()


def of(profile: Profile, locale: str) -> Spend | None:
    """For whom the role shows it."""
    if not may(Permission.TENANT_BILLING_VIEW):
        return None
    with scope.platform():  # of this workspace alone, which the guard has let the person into
        month = monthly(Workspace.id == profile.key, clock.now()).get(profile.key)
    spent, lines = (month.amount, month.lines) if month else (0, ())
    cap, behaviour = profile.spend_cap, profile.suspension_behaviour
    found = standing(spent, cap, profile.alert_threshold)
    percent = share(spent, cap)
    return Spend(
        value=spent,
        text=formats.money(spent, profile.currency, locale),
        currency=profile.currency,
        rows=tuple(invoice_words.row_of(line, profile.currency, locale) for line in lines),
        cap_value=cap,
        cap="" if cap is None else formats.money(cap, profile.currency, locale),
        percent=percent,
        percent_text=percent_text(percent, locale),
        level=CAP_LEVELS.get(found),
        then="" if cap is None else THEN[behaviour],
        blocked=blocks(profile.status, behaviour, cap, lambda: spent),
    )


def price_of_a_number(workspace: int, locale: str) -> str:
    """What one more costs the workspace (integer key), for whom the role shows it; blank where it is free."""
    if not may(Permission.TENANT_BILLING_VIEW):
        return ""
    with scope.platform():  # of this workspace alone, as above
        price, currency = number_price(workspace)
    return f"{formats.one(price, currency, locale)} a month, before tax" if price else ""


def entry(found: Spend | None) -> Entry | None:
    """What needs attention about it."""
    if found is None or found.level is None:
        return None
    title = "Spend cap nearly reached" if found.level == "watch" else "Spend cap reached"
    text = "Nothing is sent" if found.blocked else f"{found.text} of {found.cap}"
    return Entry(found.level, title, text, ("Usage", url_for(HERE)))


def cap_url(found: Spend | None) -> str | None:
    """Where the reader changes the cap."""
    return url_for("workspace_usage.cap") if found and may(Permission.TENANT_BILLING_EDIT) else None


@bp.route("/usage/cap", methods=["GET", "POST"])
@needs(Permission.TENANT_BILLING_EDIT)
def cap() -> ResponseReturnValue:
    """The most that a month's usage may cost, and what happens then."""
    profile, form = own_profile(), CapForm()
    if form.validate_on_submit():
        wanted = {name: form[name].data or "" for name in SPEND}
        try:
            with form.refusals():
                changed = usage_limits.change_cap(profile.public_id, wanted, actor(), version=form.version.data or "")
                tell_saved("Spend cap saved.", changed, soon(one(profile.public_id, clock.now()), changed))
                return done(url_for(HOME if _is_paused() else HERE))
        except StaleLimits as stale:
            form.add_error(None, "Somebody else saved the cap meanwhile. Save again to put yours in its place.")
            return _ask(stale.theirs, form, 409, profile)
        return _ask(editable(profile.public_id), form, 422, profile)
    found = editable(profile.public_id)
    stored = {name: found.texts[name] for name in SPEND}
    return _ask(found, CapForm(formdata=None, version=found.version, **stored), 200, profile)


def _is_paused() -> bool:
    """Suspended for the cap, since nobody comes here else."""
    return tenancy.tenant().status is Status.SUSPENDED


def _ask(found: Editable, form: CapForm, status: int, profile: Profile) -> ResponseReturnValue:
    back, label = (tenancy.SUSPENDED, "Service suspended") if _is_paused() else (HERE, "Usage")
    return ask(
        "workspace/cap",
        status=status,
        form=form,
        found=found,
        version=found.version if status == 409 else form.version.data,
        at_cap=[(value.value, *words) for value, words in AT_CAP.items()],
        action=url_for("workspace_usage.cap"),
        spend=of(profile, formats.reader_locale()),
        is_paused=_is_paused(),
        is_active=profile.status is Status.ACTIVE,
        back_url=url_for(back),
        crumbs=((label, url_for(back)), ("Spend cap", None)),
    )
