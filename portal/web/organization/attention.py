"""What needs the attention of an organization's people, each with the page where it is seen to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from portal.queries import account_attention, account_users
from portal.queries.account_attention import Held, Standing, Trial
from portal.queries.own_organizations import OwnOrganization
from portal.rules.access import Permission
from portal.rules.lifecycle import HoldKind
from portal.rules.periods import local_day
from portal.web import formats, hold_words
from portal.web.access import may
from portal.web.attention import SOON, Entry, ranked
from portal.web.platform import brand

NAMED = 3  # workspaces of one reason; more are counted
Action = tuple[str, str] | None


def entries(here: OwnOrganization, now: datetime, locale: str) -> tuple[Entry, ...]:
    """Why something is suspended, once for each reason; what is owed; trials; invitations that did not arrive; that
    there is no workspace."""
    workspaces = _way(Permission.ACCOUNT_WORKSPACE_VIEW, "Workspaces", "organization_workspaces.listing")
    billing = _way(Permission.ACCOUNT_BILLING_VIEW, "Billing", "organization_billing.page")
    holds, standing = account_attention.held(here.key), account_attention.standing(here.key, now)
    found = list(_suspensions(here, holds, billing, workspaces, locale))
    if billing:
        found += _money(here, standing, any(hold.kind is HoldKind.PAST_DUE for hold in holds), billing, locale)
    found += [_trial(here, row, now, locale, workspaces) for row in account_attention.trials(here.key)]
    users = _way(Permission.ACCOUNT_USER_VIEW, "Users", "organization_users.listing")
    lost = account_users.bounced(here.key) if users else 0
    if lost:
        them = "An invitation" if lost == 1 else f"{formats.number(lost, locale)} invitations"
        found.append(Entry("watch", f"{them} did not arrive", "The mail came back: correct the address", users))
    if not here.workspaces:
        found.append(Entry("info", "No workspace", "All workspaces of this organization are closed", workspaces))
    return ranked(found)


def _way(permission: Permission, label: str, endpoint: str) -> Action:
    return (label, url_for(endpoint)) if may(permission) else None


def _suspensions(
    here: OwnOrganization, holds: tuple[Held, ...], billing: Action, workspaces: Action, locale: str
) -> Iterator[Entry]:
    reasons: dict[tuple[HoldKind, str], list[str | None]] = {}
    for hold in holds:
        reasons.setdefault((hold.kind, hold.public_reason), []).append(hold.workspace)
    for (kind, reason), names in reasons.items():
        why = hold_words.why(kind, reason, brand(), here.name)
        next_step = hold_words.to_go_on(kind, brand(), here.name, here.public_id)
        yield Entry(
            "risk", _whom(names, locale), f"{why} {next_step}", billing if kind is HoldKind.PAST_DUE else workspaces
        )


def _whom(names: list[str | None], locale: str) -> str:
    """Which are suspended; None among them is the whole organization."""
    if None in names:
        return "All workspaces are suspended"
    known = [formats.isolated(name) for name in names[:NAMED] if name]
    if len(names) > NAMED:
        known.append(f"{formats.number(len(names) - NAMED, locale)} more")
    return f"{' and '.join(filter(None, (', '.join(known[:-1]), known[-1])))} {_verb(names)} suspended"


def _verb(names: list[str | None]) -> str:
    return "is" if len(names) == 1 else "are"


def _money(here: OwnOrganization, found: Standing, said: bool, billing: Action, locale: str) -> Iterator[Entry]:
    """What is overdue, unless the suspension has said so (`said`), and credit below nothing."""
    if found.overdue and not said:
        them = "An invoice is" if found.overdue == 1 else f"{formats.number(found.overdue, locale)} invoices are"
        yield Entry("risk", f"{them} overdue", "Unpaid, it suspends all workspaces in the end", billing)
    if found.credit < 0:
        owed = formats.money(found.credit, here.currency, locale)
        yield Entry("watch", f"Platform credit is {owed}", "It is used up: top it up", billing)


def _trial(here: OwnOrganization, row: Trial, now: datetime, locale: str, action: Action) -> Entry:
    when = formats.day(local_day(row.trial_ends_at, here.timezone), locale)
    over = row.trial_ends_at <= now
    level = "risk" if over else "watch" if row.trial_ends_at - now <= SOON else "info"
    return Entry(level, row.name, f"Trial {'ended' if over else 'ends'} {when}", action)
