"""The import's file: which columns it may have, what they mean, and what became of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from portal.rules.errors import Refused

LARGEST_ROWS = 200_000
"""Rows of one file: a trial run remembers each, to find those that are in the file twice."""

REQUIRED = ("name", "owner_email")
YES_NO = ("seed_sample_data", "bill_to_platform_credit", "skip_onboarding_email")

COLUMNS: Mapping[str, str] = {
    "name": "The workspace’s name, up to 200 characters",
    "owner_email": "Whose it is. Somebody who has an account is that user; anybody else gets one, without a password",
    "owner_name": "The owner’s full name, for a new account",
    "owner_mode": "existing or invite. Left empty: whichever fits the address",
    "owner": "An existing user by id (usr_…) or e-mail, in place of owner_email",
    "web_address": "2 to 63 of a–z, 0–9 and hyphens. Left empty: made from the name, such as acme or acme-2",
    "organization": "An existing organization by id (org_…) or address. Left empty: a new one for this workspace",
    "organization_name": "The name of a new organization. Left empty: the workspace’s",
    "custom_domain": "A host name such as chat.acme.example. One that is in use already is left out, with a warning",
    "plan": "The plan by name or id (pln_…). Left empty: the free plan",
    "status": "trial, active or suspended. Left empty: trial",
    "industry": "Any text",
    "country": "Two letters, such as IN",
    "state": "Any text",
    "timezone": "Such as Asia/Kolkata. Left empty: the platform’s default",
    "currency": "Three letters, such as INR, for a new organization. Left empty: the platform’s default",
    "rate_card": "The rate card of a new organization, by name or id (rat_…). Left empty: the default one",
    "billing_cycle": "monthly, quarterly, annual, custom or trial. Left empty: monthly",
    "custom_amount": "What a custom cycle costs, such as 1250.00",
    "custom_months": "How many months a custom cycle has",
    "billing_email": "Where invoices go. Left empty: the organization’s address",
    "trial_ends_at": "A day such as 2026-12-05. Left empty: after the platform’s usual trial",
    "spend_cap": "The most that a month’s usage may cost, such as 5000.00",
    "suspension_behaviour": "At the cap: suspend, block_outbound or notify_only",
    "alert_threshold": "At which per cent of the cap to warn, 1 to 100. Left empty: 80",
    "cap_monthly_messages": "This workspace’s own limit: a number, 0 for none allowed, −1 for unlimited",
    "cap_daily_messages": "As above",
    "cap_numbers": "As above",
    "cap_users": "As above",
    "cnam": "The caller name, up to 15 plain characters",
    "e911_street": "Emergency address: street and number; all of it or none",
    "e911_city": "Emergency address: city",
    "e911_state": "Emergency address: state",
    "e911_postal_code": "Emergency address: postal code",
    "e911_country": "Emergency address: country, two letters",
    "seed_sample_data": "yes for sample contacts, a campaign and a draft broadcast. Left empty: no",
    "bill_to_platform_credit": "yes to bill usage to the platform’s credit. Left empty: no",
    "skip_onboarding_email": "yes to send no welcome mails. Left empty: no",
    "admin_note": "A note that only staff see",
}
"""Every head that a file may have, with its meaning, in the order of the template."""

SYNONYMS: Mapping[str, str] = {
    "email": "owner_email",
    "e_mail": "owner_email",
    "mail": "owner_email",
    "admin_email": "owner_email",
    "contact_email": "owner_email",
    "contact": "owner_name",
    "contact_name": "owner_name",
    "owner_full_name": "owner_name",
    "company": "organization_name",
    "company_name": "organization_name",
    "customer": "organization_name",
    "account": "organization_name",
    "organisation": "organization",
    "workspace": "name",
    "workspace_name": "name",
    "title": "name",
    "slug": "web_address",
    "subdomain": "web_address",
    "address": "web_address",
    "url": "web_address",
    "domain": "custom_domain",
    "website": "custom_domain",
    "hostname": "custom_domain",
    "package": "plan",
    "tier": "plan",
    "subscription": "plan",
    "sector": "industry",
    "region": "state",
    "province": "state",
    "tz": "timezone",
    "time_zone": "timezone",
    "cycle": "billing_cycle",
    "price": "custom_amount",
    "invoice_email": "billing_email",
    "trial_end": "trial_ends_at",
    "caller_id": "cnam",
    "zip": "e911_postal_code",
    "postcode": "e911_postal_code",
    "street": "e911_street",
    "city": "e911_city",
    "note": "admin_note",
    "notes": "admin_note",
    "comment": "admin_note",
}
"""What other files call our columns; a head like these is refused too, naming ours."""

EXAMPLES: tuple[Mapping[str, str], ...] = (
    {"name": "Acme Logistics", "owner_email": "maya@acme.example", "owner_name": "Maya Iyer", "country": "IN"},
    {"name": "Northwind Freight", "owner_email": "tomasz@northwind.example", "web_address": "northwind"},
)
"""Rows of the template that people download."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file of a kind may hold: its heads with their meaning, those that it needs, what other files call them,
    rows to look at, and heads that an export has besides, which an import passes over."""

    columns: Mapping[str, str]
    required: tuple[str, ...]
    synonyms: Mapping[str, str]
    examples: tuple[Mapping[str, str], ...]
    passed_over: tuple[str, ...] = ()


WORKSPACES = Table(COLUMNS, REQUIRED, SYNONYMS, EXAMPLES)

YES = frozenset({"yes", "y", "true", "1", "x", "on"})
NO = frozenset({"", "no", "n", "false", "0", "off"})


class Outcome(StrEnum):
    """What became of a row; in a trial run, what would become of it."""

    CREATED = "created"
    WARNED = "created_with_warning"
    EXISTS = "exists"
    FAILED = "failed"


TRIED: Mapping[str, str] = {
    Outcome.CREATED: "would_be_created",
    Outcome.WARNED: "would_be_created_with_warning",
    Outcome.FAILED: "would_fail",
}
"""What the results of a trial run say instead, where that differs."""


def head_of(cells: Sequence[str], table: Table = WORKSPACES) -> list[str]:
    """The columns by their names. Refused, naming them, for heads that are unknown, twice there, or missing.

    Case, spaces around and hyphens do not matter; empty heads at the end are dropped."""
    names = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        needed = " and ".join(table.required)
        raise Refused(f"The first line is empty. It must name the columns: at least {needed}.")
    wrong = [
        _unknown(cell, name, number, names, table)
        for number, (cell, name) in enumerate(zip(cells, names, strict=False), 1)
    ]
    wrong += [f"“{name}” stands there {count} times." for name, count in Counter(names).items() if name and count > 1]
    wrong += [f"The column “{name}” is missing." for name in table.required if name not in names]
    if any(wrong):
        raise Refused("The first line cannot be used. " + " ".join(filter(None, wrong)))
    return names


def _unknown(cell: str, name: str, number: int, names: Sequence[str], table: Table) -> str:
    if name in table.columns or name in table.passed_over:
        return ""
    if not name:
        return f"Column {number} has no name."
    near = _meant(name, names, table)
    return f"There is no column “{cell.strip()[:60]}”" + (f": did you mean “{near}”?" if near else ".")


def _meant(name: str, names: Sequence[str], table: Table) -> str:
    """The column that this head most likely means, blank for none. What another word means is in the file only once."""
    words = {word: column for word, column in table.synonyms.items() if column not in names}
    near = [name] if name in words else get_close_matches(name, [*table.columns, *words], n=1, cutoff=0.7)
    return words.get(near[0], near[0]) if near else ""


def yes(text: str, field: str) -> bool:
    """A yes or no from a file. Refused for anything else."""
    typed = text.strip().lower()
    if typed not in YES | NO:
        raise Refused(f"Write yes or no, not “{text.strip()[:40]}”.", field)
    return typed in YES


def in_words(errors: Mapping[str, str]) -> str:
    """The faults of a row in one text, each with its column."""
    return " ".join(f"{name}: {message}" for name, message in errors.items())


def summary(counts: Mapping[str, int], *, trial: bool, number: Callable[[int], str] = "{:,}".format) -> str:
    """What became of all rows in a few words: "7,990 created (2 of them with a warning), 8 there already, 2 failed".
    `number` writes a count as the reader's language does."""
    warned = counts.get(Outcome.WARNED, 0)
    parts = (
        (counts.get(Outcome.CREATED, 0) + warned, "would be created" if trial else "created"),
        (counts.get(Outcome.EXISTS, 0), "there already"),
        (counts.get(Outcome.FAILED, 0), "would fail" if trial else "failed"),
    )
    words = [f"{number(count)} {text}" for count, text in parts if count]
    if warned:
        words[0] += f" ({number(warned)} of them with a warning)"
    return ", ".join(words) or "none"
