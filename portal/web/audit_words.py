"""The audit log in words: who did what, as a sentence, with what was before and what is now."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for

from portal.operations.audit_events import FOR_CUSTOMERS
from portal.queries.audit import Event
from portal.rules import bulk
from portal.rules.actors import ActorKind
from portal.rules.imports import summary
from portal.rules.lifecycle import HoldKind
from portal.rules.limits import UNLIMITED
from portal.rules.plans import figure
from portal.rules.requests import NAMES, RequestKind
from portal.rules.text import initials
from portal.web import formats
from portal.web.platform import brand
from portal.web.workspace_words import HOLDS

# What follows the name of who did it. A fact stands in braces; changes are added behind.
SENTENCES: Mapping[str, str] = {
    "platform.initialised": "set up the platform",
    "platform.settings_changed": "changed the platform's settings:",
    "platform.defaults_changed": "changed what new workspaces start with:",
    "platform.example_loaded": "loaded the example platform, {workspaces} workspaces in {organizations} organizations",
    "platform.derived_repaired": "repaired stored figures of {workspaces} workspaces",
    "platform.backed_up": "made a backup, {file}: {rows} rows",
    "platform.restored": "restored the backup of {made_at}; {sessions} sessions ended",
    "user.created": "created the account of {email}",
    "user.logged_in": "logged in from {address}",
    "user.logged_out": "logged out",
    "user.session_ended": "ended a session",
    "user.sessions_ended": "ended {sessions} sessions",
    "user.password_reset_requested": "asked for a new password",
    "user.password_changed": "changed the password",
    "user.email_change_requested": "asked to log in with {email} from now on",
    "user.email_changed": "changed the account's",
    "user.second_factor_enabled": "switched two-factor log-in on",
    "user.second_factor_disabled": "switched two-factor log-in off",
    "user.second_factor_reset": "took two-factor log-in off the account of {email} and ended {sessions} sessions",
    "user.recovery_codes_renewed": "made new recovery codes",
    "user.recovery_code_used": "used a recovery code, {left} left",
    "user.profile_changed": "changed the profile:",
    "user.changed": "changed the account of {account}:",
    "user.verified": "marked {email} as verified",
    "user.suspended": "suspended {email}",
    "user.let_in": "let {email} in again",
    "user.logged_out_everywhere": "ended {sessions} sessions of {email}",
    "user.password_reset_sent": "sent {email} a link to set a new password",
    "user.trashed": "moved {email} to the trash",
    "user.restored": "restored {email} from the trash",
    "user.organization_role_changed": "changed what {email} may do in the organization:",
    "user.organization_joined": "made {email} {role} of the organization",
    "user.organization_left": "removed {email}, {role}, from the organization; workspaces left: {workspaces}",
    "user.staff_invited": "invited {email} into the staff as {staff_role}",
    "user.staff_link_made": "made a new link for {email} to join the staff as {staff_role}",
    "user.staff_role_changed": "changed what {email} may do on the platform:",
    "organization.created": "created the organization {name}",
    "organization.changed": "changed the organization:",
    "organization.workspace_left": "transferred the workspace {name} to {to}",
    "organization.branding_changed": "changed the branding:",
    "organization.domain_added": "added the domain {host}",
    "organization.domain_checked": "had the domain {host} checked:",
    "organization.domain_removed": "removed the domain {host}",
    "request.asked": "asked for {kind}",
    "request.granted": "granted the request for {kind}",
    "request.declined": "declined the request for {kind}",
    "request.withdrawn": "withdrew the request for {kind}",
    "plan.created": "created the plan {name}",
    "plan.changed": "changed the plan {plan}:",
    "plan.archived": "archived the plan {plan}, which {workspaces} workspaces keep",
    "plan.restored": "took the plan {plan} out of the archive",
    "rate_card.created": "created the rate card {name} in {currency}",
    "rate_card.changed": "changed the rate card {rate_card}, which {organizations} organizations have:",
    "rate_card.archived": "archived the rate card {rate_card}, which {organizations} organizations keep",
    "rate_card.restored": "took the rate card {rate_card} out of the archive",
    "workspace.created": "created the workspace {name}",
    "workspace.changed": "changed",
    "workspace.owner_changed": "handed the workspace over:",
    "workspace.suspended": "suspended the workspace ({hold}):",
    "workspace.reactivated": "reactivated the workspace:",
    "workspace.activated": "made the workspace a paying customer:",
    "workspace.cancelled": "moved the workspace to the trash:",
    "workspace.restored": "restored the workspace from the trash:",
    "workspace.purged": "purged {purged}: {rows} rows are gone",
    "workspace.made_primary": "made the workspace its organization's primary:",
    "workspace.transferred": "transferred the workspace:",
    "hold.opened": "opened a further hold ({hold})",
    "hold.lifted": "lifted a hold ({hold})",
    "workspace.plan_changed": "changed",
    "workspace.sample_data_removed": "removed the sample data: {contacts} contacts",
    "workspace.limit_overridden": "overrode the limit {limit}:",
    "workspace.override_expired": "ended the override of {limit}, whose time was over:",
    "workspace.spend_cap_changed": "changed what a month may cost:",
    "workspace.health_changed": "changed",
    "workspace.settings_changed": "changed the settings:",
    "number.added": "added {number} to the inventory",
    "number.imported": "imported {numbers} into the inventory",
    "number.removed": "removed {number} from the inventory",
    "number.assigned": "connected the number {number}",
    "number.released": "released the number {number}",
    "number.port_out_begun": "began to port {number} out",
    "number.port_out_cancelled": "cancelled porting {number} out",
    "number.ported_out": "finished porting {number} out",
    "extension.created": "created the extension {number}, {display_name}",
    "extension.secret_renewed": "gave the extension {number} a new secret",
    "extension.unregistered": "unregistered the extension {number}",
    "extension.provisioned": "provisioned the extension {number} again",
    "recording.begun": "began to record a {kind}",
    "recording.completed": "said more about the recording of a {kind}",
    "recording.finished": "finished recording a {kind}",
    "recording.transcribed": "reported the transcript of a {kind}",
    "recording.exported": "exported {rows} recordings",
    "workspace.notified": "wrote to the owner, {email}: {subject}",
    "job.asked": "had the job {job} run",
    "api_key.created": "made the API key {name}",
    "api_key.revoked": "revoked the API key {name}",
    "webhook.created": "set up the webhook {address}",
    "webhook.changed": "changed the webhook:",
    "webhook.secret_rotated": "made a new secret for the webhook {address}",
    "webhook.paused": "paused the webhook {address}",
    "webhook.resumed": "resumed the webhook {address}",
    "webhook.stopped": "stopped the webhook {address}, which nothing gets through to: {error}",
    "webhook.removed": "removed the webhook {address}",
    "webhook.tested": "sent a test to the webhook {address}",
    "webhook.replayed": "had {deliveries} deliveries sent again to the webhook {address}",
    "mail.resent": "sent a mail to {email} again: {subject}",
    "access.started": "entered the workspace {kind} {mode}, until {until} at the latest",
    "access.ended": "left the workspace, {how}",
    "member.added": "added {email} to the team as {role}",
    "member.role_changed": "changed {email}:",
    "member.removed": "removed {email}, {role}, from the team",
    "invitation.sent": "invited {email} as {workspace_role}",
    "invitation.prepared": "prepared an invitation for {email} as {workspace_role}",
    "invitation.renewed": "sent the invitation to {email} again",
    "invitation.link_made": "made a new link for the invitation to {email}",
    "invitation.revoked": "revoked the invitation to {email}",
    "invitation.accepted": "accepted the invitation to {email}",
    "invoice.issued": "issued the invoice {number} for {month}: {total}, due on {due_on}",
    "invoice.paid": "recorded the payment of {number}: {total} by {method}, over {orders} workspaces",
    "invoice.voided": "made the invoice {number} void: {total}",
    "invoice.sent": "sent the invoice {number} to {email} again",
    "invoice.overdue": "noted that {number} is overdue since {due_on}: {total}",
    "order.recorded": "recorded an order of {amount}, {state}: {description}",
    "order.settled": "settled an order of {amount}:",
    "order.refunded": "gave an order of {amount} back",
    "credit.adjusted": "adjusted the platform credit by {amount} to {balance}",
    "credit.charged": "took usage of {month} from the platform credit: {amount}, which leaves {balance}",
    "import.started": "started an import of {rows} rows from {file}",
    "import.finished": "finished an import: {counts}",
    "import.stopped": "stopped an import after {done} rows",
    "bulk.started": "began a bulk action: {what}",
    "bulk.finished": "finished a bulk action: {counts}",
    "bulk.stopped": "stopped a bulk action after {done} workspaces",
    "list.exported": "exported {rows} workspaces",
    "contacts.exported": "exported {rows} contacts",
    "list.users_exported": "exported {rows} users",
    "list.numbers_exported": "exported {rows} numbers",
}
# What its own people read differently.
TO_CUSTOMERS: Mapping[str, str] = {
    "workspace.suspended": "suspended the workspace:",
    "workspace.cancelled": "closed the workspace:",
    "workspace.restored": "restored the workspace:",
}
ISO = re.compile(r"\d{4}-\d\d(-\d\d(T\S+)?)?")  # a day, a month or an instant as it is stored, and nothing else
E164 = re.compile(r"\+\d{7,15}")
# What an access session's facts are called.
VISITS: Mapping[str, Mapping[str, str]] = {
    "kind": {"impersonate": "as its owner", "manage": "as themself"},
    "mode": {"act": "with full access", "look": "to look only"},
    "how": {
        "stopped": "by stopping",
        "expired": "after 60 minutes",
        "logged_out": "by logging out",
        "role_lost": "having lost the role",
        "owner_changed": "because its owner changed",
        "workspace_gone": "because it is gone",
    },
}
# What a workspace does at its spend cap.
AT_CAP: Mapping[str, str] = {
    "suspend": "it is suspended",
    "block_outbound": "nothing is sent",
    "notify_only": "its people are told",
}
AMOUNTS = frozenset({"amount", "balance", "total", "spend_cap", "custom_amount", "prices", "child_fees"})
LABELS = {"alert_threshold": "told from", "suspension_behaviour": "at the cap"}
ICONS = {ActorKind.JOB: "history", ActorKind.CLI: "settings", ActorKind.API: "key"}
GROUPS = {
    "platform": "Platform",
    "user": "Users",
    "organization": "Organizations",
    "request": "Requests",
    "plan": "Plans",
    "rate_card": "Rate cards",
    "workspace": "Workspaces",
    "hold": "Holds",
    "access": "Access sessions",
    "member": "Teams",
    "contacts": "Contacts",
    "number": "Numbers",
    "extension": "Extensions",
    "recording": "Recordings",
    "invitation": "Invitations",
    "import": "Imports",
    "bulk": "Bulk actions",
    "mail": "Mail",
    "job": "Jobs",
    "list": "Exports",
    "invoice": "Invoices",
    "order": "Orders",
    "credit": "Platform credit",
    "api_key": "API keys",
    "webhook": "Webhooks",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, ready to show. `icon` instead of `initials` where no person did it; `when` may name the reason;
    `details`: label and text of all that the event holds; `by_staff`: inside an access session."""

    id: str
    initials: str
    icon: str | None
    who: str
    text: str
    when: str
    when_title: str
    reason: str
    action: str
    workspace: str
    workspace_url: str | None
    details: tuple[tuple[str, str], ...]
    by_staff: bool


def entry(event: Event, now: datetime, words: Mapping[str, str] = SENTENCES) -> Entry:
    """The event in the reader's language and time zone; `words`: of each action."""
    locale, timezone = formats.reader_locale(), formats.reader_timezone()
    return Entry(
        id=event.public_id,
        initials=initials(event.actor),
        icon=ICONS.get(event.actor_kind),
        who=_who(event),
        text=sentence(event, locale, words=words),
        when=formats.moment(event.at, now, locale, timezone),
        when_title=formats.minute(event.at, locale, timezone),
        reason=event.reason,
        action=event.action,
        workspace=event.workspace_name,
        workspace_url=url_for("admin_workspaces.detail", ws=event.workspace) if event.workspace else None,
        details=_details(event),
        by_staff=bool(event.access),
    )


def sentence(event: Event, locale: str, isolate: bool = True, words: Mapping[str, str] = SENTENCES) -> str:
    """What was done, without who did it. `isolate` keeps values of either direction from mixing on a screen."""
    if event.erased:
        return f"did something whose content was erased by a purge ({event.action})"
    values = {key: _fact(key, value, locale, isolate) for key, value in event.facts.items()}
    template = words.get(event.action)
    said = template.format_map(defaultdict(lambda: "—", values)) if template else _label(event.action)
    changes = ", ".join(
        f"{_label(key)} {_change(key, before, locale, isolate)} → {_change(key, after, locale, isolate)}"
        for key, (before, after) in event.changes.items()
    )
    return f"{said} {changes}" if changes else said.removesuffix(":")


def grouped(actions: Iterable[str]) -> list[tuple[str, str]]:
    """Values and labels to filter by: each group, and below it its actions."""
    found: dict[str, list[str]] = {}
    for action in actions:
        found.setdefault(action.partition(".")[0], []).append(action)
    options: list[tuple[str, str]] = []
    for group, members in found.items():
        name = GROUPS.get(group, group.capitalize())
        options.append((group, f"{name}: all"))
        options += [(action, f"{name}: {_label(action.partition('.')[2])}") for action in members]
    return options


def for_customers(event: Event, now: datetime) -> Entry:
    """The same for the workspace's own people: with what they may know of it (`audit_events.FOR_CUSTOMERS`) alone."""
    keys = FOR_CUSTOMERS.get(event.action, frozenset())
    reason = event.reason if "reason" in keys else ""
    known = replace(
        event,
        reason=str(event.facts.get("public_reason", "")) if "public_reason" in keys else reason,
        facts={key: value for key, value in event.facts.items() if key in keys},
        changes={key: pair for key, pair in event.changes.items() if key in keys},
    )
    who = _who(event) if event.actor_kind is ActorKind.USER else brand()
    return replace(entry(known, now, {**SENTENCES, **TO_CUSTOMERS}), who=who, workspace_url=None, details=())


def _who(event: Event) -> str:
    if event.actor_kind is ActorKind.JOB:
        return "Portal"
    who = event.actor or "Somebody"
    return f"{who} as {formats.isolated(event.on_behalf_of)}" if event.on_behalf_of else who


def _label(key: str) -> str:
    return LABELS.get(key) or key.replace(".", ": ").replace("_", " ")


def _fact(key: str, value: Any, locale: str, isolate: bool) -> str:
    if key in VISITS and value in VISITS[key]:
        return VISITS[key][value]
    if key == "limit" or key.endswith("role"):
        return _label(str(value))
    if key == "kind" and value in set(RequestKind):
        return NAMES[RequestKind(value)]
    if key == "hold" and value in set(HoldKind):
        return HOLDS[HoldKind(value)].lower()
    if key == "counts" and isinstance(value, dict):
        number = partial(formats.number, locale=locale)
        if value.keys() <= set(bulk.Outcome):
            return bulk.summary(value, number)
        return summary(value, trial=False, number=number)
    return formats.priced(str(value), locale) if key in AMOUNTS and value else _value(value, locale, isolate)


def _change(key: str, value: Any, locale: str, isolate: bool) -> str:
    """Words of Portal's own stand as they do elsewhere on the page: Good → Watch."""
    if key in {"status", "health", "stage"} and value:
        return str(value).capitalize()
    if key.endswith("role") and value:
        return _label(str(value))
    if key == "value" and value in (None, UNLIMITED):  # of a limit
        return figure(value)
    if key == "spend_cap" and not value:
        return "no cap"
    if key == "suspension_behaviour" and value in AT_CAP:
        return AT_CAP[value]
    if key in AMOUNTS and value:
        return formats.priced(str(value), locale)
    return f"{value}\u202f%" if key == "alert_threshold" else _value(value, locale, isolate)


def _value(value: Any, locale: str, isolate: bool) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return formats.number(value, locale)
    if isinstance(value, list):
        named = [_value(each, locale, isolate) for each in value[: formats.MOST_NAMED]]
        return formats.several(named, len(value), locale) or "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if ISO.fullmatch(text):
        return formats.dated(text, locale, formats.reader_timezone())
    if isolate and E164.fullmatch(text):
        return formats.phone(text)
    return formats.isolated(text) if isolate else text


def _details(event: Event) -> tuple[tuple[str, str], ...]:
    pairs = [("Event", f"{event.public_id}, number {event.sequence}"), ("Action", event.action)]
    pairs.append(("By", f"{event.actor or '—'} ({event.actor_kind.value})"))
    if event.access:
        pairs.append(("Access session", event.access))
    if event.on_behalf_of:
        pairs.append(("On behalf of", event.on_behalf_of))
    if event.reason:
        pairs.append(("Reason", event.reason))
    pairs += [(_label(key), json.dumps(value, ensure_ascii=False)) for key, value in event.facts.items()]
    pairs += [
        (_label(key), f"{json.dumps(before, ensure_ascii=False)} → {json.dumps(after, ensure_ascii=False)}")
        for key, (before, after) in event.changes.items()
    ]
    if event.request_id:
        pairs.append(("Request", event.request_id))
    return tuple(pairs)
