"""Mails in words: kinds, states, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask import url_for

from portal.gateways.mail import gateway
from portal.models import OutboxState
from portal.operations.outbox import DEAD_LINK, DUE
from portal.queries.letters import LetterView
from portal.web import formats

STATES: Mapping[OutboxState, tuple[str, str]] = {
    OutboxState.WAITING: ("pending", "Waiting"),
    OutboxState.SENT: ("active", "Sent"),
    OutboxState.FAILED: ("overdue", "Failed, tried again"),
    OutboxState.BOUNCED: ("failed", "Not delivered"),
}
"""The badge's look and word of a state."""

WITHDRAWN = ("draft", "Withdrawn")
KINDS: Mapping[str, str] = {
    "domain_failing": "Domain without proof",
    "email_change": "New address",
    "email_changed": "Address changed",
    "first_steps": "First steps",
    "impersonated": "Entered as owner",
    "invitation": "Invitation",
    "invoice": "Invoice",
    "notice": "Notice to owners",
    "password_changed": "Password changed",
    "password_reset": "New password",
    "past_due": "Suspended for overdue invoices",
    "request_answered": "Request answered",
    "second_factor": "Two-factor",
    "spend_alert": "Spend nears its cap",
    "spend_cap": "Spend cap reached",
    "staff_invitation": "Invitation to the staff",
    "trial_ended": "Trial has ended",
    "trial_ending": "Trial ends soon",
    "welcome": "Welcome",
}


class Row(NamedTuple):
    """A mail in the list. `when` says when it was written; `tries` how often it was handed over."""

    url: str
    subject: str
    recipient: str
    kind: str
    badge: str
    state: str
    error: str
    tries: str
    workspace: str
    when: str
    when_title: str


def kind_of(template: str) -> str:
    """What sort of mail it is."""
    return KINDS.get(template) or template.replace("_", " ").capitalize()


def state_of(letter: LetterView) -> tuple[str, str]:
    """The badge's look and word. What was not sent since its link was used up did not fail."""
    return WITHDRAWN if letter.error == DEAD_LINK else STATES[letter.state]


def row(letter: LetterView, now: datetime, locale: str) -> Row:
    """The mail as a line of the list."""
    badge, state = state_of(letter)
    return Row(
        url_for("admin_mail.page", mail=letter.public_id),
        letter.subject,
        letter.recipient,
        kind_of(letter.template),
        badge,
        state,
        letter.error,
        formats.number(letter.attempts, locale),
        letter.workspace_name,
        formats.ago(letter.created_at, now, locale),
        formats.minute(letter.created_at, locale, formats.reader_timezone()),
    )


def facts(letter: LetterView, now: datetime) -> list[tuple[str, str, str | None, str | None]]:
    """What there is to know of it, as `components/facts.html` draws it."""
    locale, timezone = formats.reader_locale(), formats.reader_timezone()
    tries = formats.number(letter.attempts, locale)
    found = [
        ("Kind", kind_of(letter.template)),
        ("Written", formats.moment(letter.created_at, now, locale, timezone)),
        ("Sent", formats.moment(letter.sent_at, now, locale, timezone) if letter.sent_at else ""),
        ("Tries", tries),
        ("Next try", _next(letter, now, locale, timezone)),
        ("Workspace", letter.workspace_name),
        ("Message-ID", letter.public_id),
    ]
    return [(label, text, None, None) for label, text in found if text]


def _next(letter: LetterView, now: datetime, locale: str, timezone: str) -> str:
    if letter.state not in DUE or letter.next_attempt_at is None or not gateway().ready:
        return ""
    if letter.next_attempt_at <= now:
        return "Within a minute"
    return formats.minute(letter.next_attempt_at, locale, timezone)


def no_text(letter: LetterView) -> str:
    """Why there is no text to be read."""
    if letter.state is OutboxState.SENT:
        return "The text of a mail is not kept once it was sent."
    if letter.has_link:
        return "Its text held a link that opens something by itself, and is not kept."
    return "Its text is kept no longer."
