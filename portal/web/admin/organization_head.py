"""What stands above every tab of an organization's page, and the facts of its rail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.queries.detail import OpenHold
from portal.queries.organization_detail import Account
from portal.rules.access import Permission
from portal.rules.lifecycle import HoldKind, Status, may_lift, may_open
from portal.rules.text import initials
from portal.web import formats
from portal.web.access import may, opens, permissions
from portal.web.admin.organization_addresses import HOME
from portal.web.admin.organization_list import STANDINGS
from portal.web.admin.workspace_actions import QUIET, Action, Actions, How
from portal.web.admin.workspace_facts import Fact, Hold
from portal.web.reader import Reader
from portal.web.workspace_words import HOLDS

TABS = (
    ("overview", "Overview", "admin_organizations.detail", Permission.ORGANIZATION_VIEW),
    ("people", "People", "admin_organizations.people", Permission.ORGANIZATION_VIEW),
    ("audit", "Audit", "admin_organizations.audit", Permission.AUDIT_VIEW),
)
EDIT, LIFT = "admin_organizations.edit", "admin_organizations.reactivate_ask"


@dataclass(frozen=True, slots=True)
class Head:
    """`crumbs`: label, address; `line`: icon, text; `tabs`: label, address, current; `actions`: see
    `workspace_actions`; `holds`: open ones in words."""

    name: str
    initials: str
    badge: str
    status: str
    tag: str
    plan: str | None
    plan_colour: str | None
    crumbs: tuple[tuple[str, str | None], ...]
    line: tuple[tuple[str, str], ...]
    tabs: tuple[tuple[str, str, bool], ...]
    holds_title: str
    holds: tuple[Hold, ...]
    actions: Actions


def head(found: Account, tab: str, by: Reader) -> Head:
    """The head of the page of which `tab` is shown."""
    badge, status = STANDINGS[found.standing]
    return Head(
        name=found.name,
        initials=initials(found.name),
        badge=badge,
        status=status,
        tag="Multi" if found.is_multi else "Single",
        plan=found.plan,
        plan_colour=found.plan_colour.value if found.plan_colour else None,
        crumbs=crumbs(found),
        line=_line(found),
        tabs=tuple(
            (label, url_for(endpoint, org=found.public_id), name == tab)
            for name, label, endpoint, permission in TABS
            if may(permission)
        ),
        holds_title=_holds_title(found, by),
        holds=tuple(_hold(each, found, by) for each in found.holds),
        actions=_actions(found),
    )


def crumbs(found: Account, *more: str) -> tuple[tuple[str, str | None], ...]:
    """The way to the organization's page, or to a question about it."""
    own = url_for("admin_organizations.detail", org=found.public_id) if more else None
    return (("Organizations", HOME), (found.name, own), *((text, None) for text in more))


def _card(found: Account) -> str | None:
    """Where its rate card is read, for whom that opens."""
    opened = found.rate_card_id and may(Permission.RATE_CARD_VIEW)
    return url_for("admin_rate_cards.page", card=found.rate_card_id) if opened else None


def about(found: Account, by: Reader) -> tuple[Fact, ...]:
    """The facts of the rail; those that are not given are left out where nobody would miss them."""
    locale = by.locale
    facts = [
        Fact("Company", found.company_name),
        Fact("Address", ", ".join(found.address.split("\n"))),
        Fact("Country", formats.country(found.country, locale) if found.country else ""),
        Fact("Tax id", found.tax_id),
        Fact("Billing e-mail", found.billing_email or formats.NONE, None if found.billing_email else "none given"),
        Fact("Currency", found.currency, "fixed by its invoices" if found.invoiced else None),
        Fact("Rate card", found.rate_card or "None", url=_card(found)),
        Fact("Volume discount", "Approved" if found.volume_discount else "Not approved"),
        Fact("Branding", "Live" if found.branding_granted else "Not granted"),
        Fact("Address of its pages", f"/o/{found.slug}/"),
        Fact("Created", formats.day(formats.day_of(found.created_at, by.timezone), locale)),
        Fact("Id", found.public_id),
    ]
    return tuple(fact for fact in facts if fact.text)


def open_workspace(found: Account) -> str | None:
    """The workspace (public id) by which a hold of the whole organization is opened and lifted: its primary, as long as
    that is not closed."""
    return found.primary if found.primary_status not in (None, Status.CANCELLED) else None


def _line(found: Account) -> tuple[tuple[str, str], ...]:
    items = [("world", found.slug)]
    if found.billing_email:
        items.append(("mail", found.billing_email))
    return (*items, ("coins", found.currency))


def _actions(found: Account) -> Actions:
    org, held = found.public_id, permissions()
    buttons: list[Action] = []
    menu: list[Action] = []
    if opens(EDIT):
        buttons.append(Action("Edit", url_for(EDIT, org=org), "pencil", How.PAGE))
    if open_workspace(found):
        if any(may_lift(each.kind, held) for each in found.holds) and opens(LIFT):
            url = url_for(LIFT, org=org)
            buttons.append(Action("Reactivate…", url, "refresh", kind=QUIET))
        if opens("admin_organizations.suspend_ask"):
            label = "Open another hold…" if found.holds else "Suspend…"
            (menu if found.holds else buttons).append(
                Action(label, url_for("admin_organizations.suspend_ask", org=org), "ban")
            )
        if may_open(HoldKind.PAST_DUE, held):
            menu.append(Action("Mark past due…", url_for("admin_organizations.past_due_ask", org=org), "coins"))
    return Actions(tuple(buttons), tuple(menu))


def _holds_title(found: Account, by: Reader) -> str:
    if not found.holds:
        return ""
    since = formats.day(formats.day_of(found.holds[0].opened_at, by.timezone), by.locale)
    count = len(found.holds)
    return f"Suspended by {'an open hold' if count == 1 else f'{count} open holds'} since {since}"


def _hold(hold: OpenHold, found: Account, by: Reader) -> Hold:
    when = _when(hold.opened_at, by)
    private = f"Private: {hold.note.rstrip('.')}. " if hold.note else ""
    liftable = may_lift(hold.kind, permissions()) and opens(LIFT) and open_workspace(found)
    url = url_for(LIFT, org=found.public_id, hold=hold.public_id) if liftable else None
    return Hold(HOLDS[hold.kind], hold.public_reason, f"{private}Opened by {hold.opened_by}, {when}.", url)


def _when(at: datetime, by: Reader) -> str:
    return formats.moment(at, by.now, by.locale, by.timezone)
