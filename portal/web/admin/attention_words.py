"""The attention queue, ready to show: what there is of each kind, in words, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from portal.models import DomainState
from portal.queries.attention import Entry
from portal.rules.access import Permission
from portal.rules.attention import Kind
from portal.rules.health import Code, Level
from portal.rules.lifecycle import days_left, purge_at
from portal.rules.limits import CATALOGUE, UNLIMITED
from portal.rules.periods import local_day
from portal.rules.requests import NAMES
from portal.web import formats, health_words, request_words
from portal.web.access import may
from portal.web.admin.job_words import label_of
from portal.web.admin.workspace_actions import Action, How
from portal.web.reader import Reader

CHIPS: Mapping[Kind, str] = {
    Kind.JOB: "Failed jobs",
    Kind.WEBHOOK: "Webhooks stopped",
    Kind.OVERDUE: "Overdue invoices",
    Kind.CREDIT: "Credit below zero",
    Kind.RISK: "At risk",
    Kind.PURGE: "Purges due",
    Kind.BOUNCED: "Invitations not delivered",
    Kind.TRIAL: "Trials ending",
    Kind.REQUEST: "Requests",
    Kind.NEAR_CAP: "Near a limit",
    Kind.OVERRIDE: "Overrides expiring",
    Kind.DOMAIN: "Domains pending",
    Kind.PORTING: "Numbers porting out",
}
ICONS: Mapping[Kind, tuple[str, str]] = {
    Kind.JOB: ("refresh", "risk"),
    Kind.WEBHOOK: ("bolt", "risk"),
    Kind.OVERDUE: ("alert-octagon-filled", "risk"),
    Kind.CREDIT: ("coins", "watch"),
    Kind.RISK: ("alert-octagon-filled", "risk"),
    Kind.PURGE: ("trash", ""),
    Kind.BOUNCED: ("mail", ""),
    Kind.TRIAL: ("alert-triangle-filled", "watch"),
    Kind.REQUEST: ("note", ""),
    Kind.NEAR_CAP: ("alert-triangle-filled", "watch"),
    Kind.OVERRIDE: ("adjustments", ""),
    Kind.DOMAIN: ("world", ""),
    Kind.PORTING: ("phone", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the queue. `level` colours the icon."""

    kind: str
    workspace: str
    name: str
    url: str
    icon: str
    level: str
    what: str
    when: str
    when_title: str
    action: Action


def line(entry: Entry, reader: Reader) -> Line:
    """The entry for this reader, with the one act that befits it and that the reader may do."""
    icon, level = ICONS[entry.kind]
    what, when, title, action = _WORDS[entry.kind](entry, reader)
    return Line(
        kind=entry.kind.value,
        workspace=entry.workspace,
        name=label_of(entry.name) if entry.kind is Kind.JOB else entry.name,
        url=_url(entry),
        icon=icon,
        level=level,
        what=what,
        when=when,
        when_title=title,
        action=action,
    )


Words = tuple[str, str, str, Action]
"""What there is, when, exactly when, and what to do."""


def _job(entry: Entry, reader: Reader) -> Words:
    return f"Failed: {entry.facts['error']}", *_ago(entry.at, reader), Action("Open", _url(entry), "", How.PAGE)


def _overdue(entry: Entry, reader: Reader) -> Words:
    facts, late = entry.facts, (reader.now.date() - entry.at).days
    amount = formats.money(facts["amount"], facts["currency"], reader.locale)
    what = f"Invoice {facts['number']} over {amount} overdue"
    if facts["organization"] != entry.name:
        what += f", of {formats.isolated(facts['organization'])}"
    if facts["held"]:
        what += ", held for payment"
    action = Action("Invoice", url_for("admin_invoices.page", inv=facts["invoice"]), "", How.PAGE)
    if not facts["held"] and may(Permission.HOLD_PAST_DUE):
        action = Action("Suspend…", _url(entry, "past_due_ask"), "")
    return what, f"{_days(late)} late", f"Due on {formats.day(entry.at, reader.locale)}", action


def _credit(entry: Entry, reader: Reader) -> Words:
    facts = entry.facts
    what = f"Platform credit of {formats.money(facts['credit'], facts['currency'], reader.locale)}"
    if facts["organization"] != entry.name:
        what += f", of {formats.isolated(facts['organization'])}"
    return what, formats.NONE, "", Action("Ledger", url_for("admin_credit.page", org=facts["ledger"]), "", How.PAGE)


def _risk(entry: Entry, reader: Reader) -> Words:
    found = [reason for reason in entry.facts["reasons"] if reason.level is Level.RISK]
    sentences = [f"{rule}: {said}" for _, rule, said in health_words.lines(found, reader.locale)]
    action = Action("See reasons", _url(entry, anchor="health"), "", How.PAGE)
    return "; ".join(sentences) or "At risk", *_ago(entry.at, reader), action


def _purge(entry: Entry, reader: Reader) -> Words:
    left, due = days_left(entry.at, reader.now), purge_at(entry.at)
    since = formats.day(local_day(entry.at, reader.timezone), reader.locale)
    what = f"In the trash since {since}: all of its data is purged"
    action = Action("Review", _url(entry), "", How.PAGE)
    if left and may(Permission.WORKSPACE_RESTORE):
        action = Action("Restore…", _url(entry, "restore_ask"), "")
    return what, f"in {_days(left)}" if left else "due", formats.minute(due, reader.locale, reader.timezone), action


def _bounced(entry: Entry, reader: Reader) -> Words:
    facts = entry.facts
    whose = "Owner’s invitation" if facts["is_owner"] else "Invitation"
    why = f": {facts['error']}" if facts["error"] else ""
    action = Action("Open", _url(entry), "", How.PAGE)
    if facts["is_owner"] and may(Permission.WORKSPACE_INVITE):
        action = Action("Resend", _url(entry, "invitation"), "", How.POST)
    return f"{whose} to {facts['email']} was not delivered{why}", *_ago(entry.at, reader), action


def _trial(entry: Entry, reader: Reader) -> Words:
    ends = entry.at
    action = Action("Open", _url(entry), "", How.PAGE)
    if may(Permission.WORKSPACE_PLAN):
        action = Action("Extend…", _url(entry, "edit", anchor="f-trial_ends_at"), "", How.PAGE)
    what = "Trial ends, no order yet" if ends > reader.now else "Trial is over, no order yet"
    return what, _ahead(ends, reader), formats.minute(ends, reader.locale, reader.timezone), action


def _webhook(entry: Entry, reader: Reader) -> Words:
    action = Action("Open", _url(entry), "", How.PAGE)
    return "Stopped: for three days nothing got through", *_ago(entry.at, reader), action


def _request(entry: Entry, reader: Reader) -> Words:
    facts = entry.facts
    what = f"Asks for {NAMES[facts['asked']]}"
    if facts["organization"] != entry.name:
        what = f"{formats.isolated(facts['organization'])} asks for {NAMES[facts['asked']]}"
    if facts["words"]:
        what += f": “{formats.isolated(request_words.shortened(facts['words']))}”"
    label = "Answer" if may(Permission.REQUEST_DECIDE) else "Open"
    return what, *_ago(entry.at, reader), Action(label, _url(entry), "", How.PAGE)


def _near_cap(entry: Entry, reader: Reader) -> Words:
    near = [reason for reason in entry.facts["reasons"] if reason.code is Code.LIMIT_NEAR]
    action = Action("See limits", _url(entry, anchor="limits"), "", How.PAGE)
    if may(Permission.WORKSPACE_LIMITS):
        action = Action("Override…", _url(entry, "limits_ask"), "")
    what = "; ".join(health_words.sentence(each, reader.locale) for each in near)
    return f"Used: {what}", *_ago(entry.at, reader), action


def _override(entry: Entry, reader: Reader) -> Words:
    value, ends = entry.facts["value"], entry.at
    figure = "unlimited" if value == UNLIMITED else formats.number(value, reader.locale)
    what = f"Override of {CATALOGUE[entry.facts['limit']].label.lower()} ({figure}) expires"
    action = Action("Open", _url(entry), "", How.PAGE)
    if may(Permission.WORKSPACE_LIMITS):
        action = Action("Edit…", _url(entry, "limits_ask"), "")
    return what, _ahead(ends, reader), formats.minute(ends, reader.locale, reader.timezone), action


_STANDS = {DomainState.FAILED: "last check failed", DomainState.FAILING: "its record is missing"}


def _domain(entry: Entry, reader: Reader) -> Words:
    facts = entry.facts
    stands = _STANDS.get(facts["state"], "not verified yet")
    if facts["checked_at"]:
        stands += f", checked {formats.ago(facts['checked_at'], reader.now, reader.locale).lower()}"
    action = Action("Open", _url(entry), "", How.PAGE)
    if facts["is_own"]:
        action = Action("See records", _url(entry, "domain"), "", How.PAGE)
    return f"{facts['host']}: {stands}", *_ago(entry.at, reader), action


def _porting(entry: Entry, reader: Reader) -> Words:
    url = url_for("admin_numbers.page", num=entry.facts["number"])
    what = f"{formats.phone(entry.facts['e164'])} is being ported out"
    return what, *_ago(entry.at, reader), Action("Number", url, "", How.PAGE)


_WORDS: Mapping[Kind, Callable[[Entry, Reader], Words]] = {
    Kind.JOB: _job,
    Kind.WEBHOOK: _webhook,
    Kind.OVERDUE: _overdue,
    Kind.CREDIT: _credit,
    Kind.RISK: _risk,
    Kind.PURGE: _purge,
    Kind.BOUNCED: _bounced,
    Kind.TRIAL: _trial,
    Kind.REQUEST: _request,
    Kind.NEAR_CAP: _near_cap,
    Kind.OVERRIDE: _override,
    Kind.DOMAIN: _domain,
    Kind.PORTING: _porting,
}


# ---------------------------------------------------------------- addresses and times


def _url(entry: Entry, page: str = "detail", anchor: str | None = None) -> str:
    if entry.kind is Kind.WEBHOOK:
        return url_for("admin_webhooks.page", hook=entry.facts["webhook"])
    if entry.kind is Kind.JOB:
        return url_for("admin_jobs.page", job=entry.facts["job"])
    if "request" in entry.facts:
        return url_for("admin_requests.page", req=entry.facts["request"])
    return url_for(f"admin_workspaces.{page}", ws=entry.workspace, _anchor=anchor)


def _days(count: int) -> str:
    return f"{count} d"


def _ago(at: datetime | None, reader: Reader) -> tuple[str, str]:
    if at is None:
        return formats.NONE, ""
    return formats.ago(at, reader.now, reader.locale), formats.minute(at, reader.locale, reader.timezone)


def _ahead(at: datetime, reader: Reader) -> str:
    """How long until then: hours on the last day, else days that have begun."""
    left = at - reader.now
    if left <= timedelta(0):
        return formats.ago(at, reader.now, reader.locale)
    if left < timedelta(days=1):
        return f"in {max(1, int(left / timedelta(hours=1)))} h"
    return f"in {_days(-(-left // timedelta(days=1)))}"
