"""The page of one workspace: every figure where scripts and people look for it, at the edges too."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.models import Hold, LimitOverride, Workspace
from portal.operations.unit import unit
from portal.rules.health import Code, Level, Reason, Rule
from portal.rules.lifecycle import HoldKind, Stage
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle
from tests.support import tenants
from tests.support.clocks import NOW
from tests.support.pages import figures, get, words

TODAY = date(2026, 11, 21)
Make = Callable[..., Workspace]


def sent(of: Workspace, **counts: int) -> None:
    with unit() as session:
        tenants.usage(session, of, TODAY, **counts)


# ---------------------------------------------------------------- figures


def test_every_figure_has_its_name_and_its_raw_value(staff: FlaskClient, make: Make) -> None:
    counts = {"number_count": 6, "campaign_count": 20, "broadcast_count": 31}
    counts |= {"contact_count": 48_210, "user_count": 23, "extension_count": 18}
    found = make(**counts)
    with unit() as session:
        for n in range(60):
            day = TODAY - timedelta(days=n)
            tenants.usage(session, found, day, sent=1_000 if n < 30 else 2_000, delivered=943, read=471)
    shown = figures(get(staff, found))
    assert {name: each.value for name, each in shown.items() if not name.startswith("limit.")} == {
        "sent_30d": "30000",
        "delivered_30d": str(943 * 30),
        "delivered_rate": "94.3",
        "read_rate": "49.9",  # 471 of 943 is 49.947 %
        "numbers": "6",
        "campaigns": "20",
        "broadcasts": "31",
        "contacts": "48210",
        "team": "23",
        "extensions": "18",
        "mrr": "1240500",
        "ltv": str(1_240_500 * 25),
    }
    assert shown["sent_30d"].text == "30,000"
    assert shown["delivered_rate"].text == "94.3\u202f%"
    assert shown["mrr"] == ("1240500", "INR", "₹12,405")
    assert "₹310,125 MRR × 25 months begun" in words(get(staff, found))
    names = {f"limit.{limit.value}.{column}" for limit in Limit for column in ("plan", "override", "effective", "used")}
    assert names <= shown.keys()


@pytest.mark.parametrize(
    ("currency", "text"), [("KWD", "KWD 1,240.500"), ("JPY", "¥1,240,500"), ("INR", "₹12,405"), ("USD", "USD 12,405")]
)
def test_money_in_the_decimals_of_its_currency(staff: FlaskClient, make: Make, currency: str, text: str) -> None:
    assert figures(get(staff, make(currency=currency)))["mrr"] == ("1240500", currency, text)


def test_a_workspace_that_sent_nothing_reads_well(staff: FlaskClient, make: Make) -> None:
    page = get(staff, make(activated_on=TODAY, created_at=NOW))
    shown = figures(page)
    assert shown["sent_30d"] == ("0", None, "0")
    assert shown["delivered_rate"] == shown["read_rate"] == ("", None, "—")
    assert 'title="Nothing was sent">—' in page
    assert "No messages in these 30 days" in page
    assert "<svg role" not in page and 'class="chart"' not in page
    assert "too new to compare" in page
    assert shown["ltv"].value == shown["mrr"].value, "the month of activation counts as one"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"stage": Stage.TRIAL, "activated_on": None}, "not while on trial"),
        ({"cancelled_at": NOW}, "not after closing"),
        ({"billing_cycle": Cycle.TRIAL}, "in the trial cycle"),
        ({"on_plan": False}, "on the free plan"),
    ],
)
def test_where_no_mrr_is_counted_the_page_says_why(
    staff: FlaskClient, make: Make, values: dict[str, Any], why: str
) -> None:
    page = get(staff, make(**values))
    shown = figures(page)
    assert shown["mrr"] == ("0", "INR", "—")
    assert shown["ltv"] == ("0", "INR", "—")
    assert why in words(page)


@pytest.mark.parametrize(
    ("before", "after", "text", "kind"),
    [
        (100, 150, "+50\u202f%, was 100", "good"),
        (100, 82, "−18\u202f%, was 100", "risk"),
        (1_000, 995, "−0.5\u202f%, was 1,000", "risk"),
        (100, 100, "as before, 100", None),
        (0, 5, "none in the 30 days before", None),
        (3, 0, "−100\u202f%, was 3", "risk"),
    ],
)
def test_the_change_is_coloured_only_where_it_is_certain(
    staff: FlaskClient, make: Make, before: int, after: int, text: str, kind: str | None
) -> None:
    found = make()
    with unit() as session:
        tenants.usage(session, found, TODAY - timedelta(days=30), sent=before)
        tenants.usage(session, found, TODAY - timedelta(days=29), sent=after)
    note = f'class="note{f" {kind}" if kind else ""}">{text}</span>'
    assert note in get(staff, found)


def test_a_workspace_too_young_is_not_compared(staff: FlaskClient, make: Make) -> None:
    young, old = NOW - timedelta(days=58), NOW - timedelta(days=59)
    found = make(created_at=young)
    with unit() as session:
        tenants.usage(session, found, TODAY - timedelta(days=30), sent=10)
        tenants.usage(session, found, TODAY, sent=5)
    assert "10 in the 30 days before" in get(staff, found)
    with unit() as session:
        session.merge(found).created_at = old
    assert "−50\u202f%, was 10" in get(staff, found)


# ---------------------------------------------------------------- limits


def row(page: str, limit: Limit) -> str:
    lines: list[str] = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.S)
    return next(line for line in lines if f'"limit.{limit.value}.plan"' in line)


def limit_values(page: str, limit: Limit) -> tuple[str, ...]:
    shown = figures(page)
    return tuple(shown[f"limit.{limit.value}.{column}"].value for column in ("plan", "override", "effective", "used"))


def test_limits_in_words_and_bars(staff: FlaskClient, make: Make) -> None:
    found = make(extension_count=2)
    sent(found, sent=271_709)
    with unit() as session:
        tenants.override(
            session, found, Limit.MONTHLY_MESSAGES, 330_000, reason="peak", expires_at=NOW + timedelta(days=40)
        )
    page = get(staff, found)
    assert limit_values(page, Limit.MONTHLY_MESSAGES) == ("250000", "330000", "330000", "271709")
    line = row(page, Limit.MONTHLY_MESSAGES)
    assert "until 31 Dec 2026 · peak" in line and 'class="bar watch"' in line and "82\u202f%" in line
    assert limit_values(page, Limit.BROADCASTS) == ("-1", "", "-1", "0")
    assert "Unlimited" in row(page, Limit.BROADCASTS) and "No limit" in row(page, Limit.BROADCASTS)
    assert limit_values(page, Limit.EXTENSIONS) == ("0", "", "0", "2")
    assert "None allowed" in row(page, Limit.EXTENSIONS)
    assert limit_values(page, Limit.NUMBERS) == ("", "", "0", "0")
    assert "free plan’s" in row(page, Limit.NUMBERS)
    assert limit_values(page, Limit.CONTACTS) == ("", "", "-1", "0")
    assert "not set anywhere" in row(page, Limit.CONTACTS)


@pytest.mark.parametrize(
    ("used", "percent", "level"),
    [(199_999, "79", "bar"), (200_000, "80", "bar watch"), (249_999, "99", "bar watch")]
    + [(250_000, "100", "bar risk"), (2_600_000, "&gt; 999", "bar risk")],
)
def test_a_bar_is_full_only_when_the_limit_is(
    staff: FlaskClient, make: Make, used: int, percent: str, level: str
) -> None:
    found = make()
    sent(found, sent=used)
    line = row(get(staff, found), Limit.MONTHLY_MESSAGES)
    assert f">{percent}\u202f%<" in line
    assert f'class="{level}"' in line


def test_an_override_that_expires_now_is_shown_as_expired(staff: FlaskClient, make: Make) -> None:
    found = make()
    with unit() as session:
        tenants.override(session, found, Limit.MONTHLY_MESSAGES, 5, expires_at=NOW)
    page = get(staff, found)
    assert limit_values(page, Limit.MONTHLY_MESSAGES) == ("250000", "", "250000", "0")
    assert "5 expired 21 Nov 2026" in row(page, Limit.MONTHLY_MESSAGES)


def test_without_a_plan_the_table_says_whose_limits_hold(staff: FlaskClient, make: Make) -> None:
    page = get(staff, make(on_plan=False))
    assert "No plan is chosen: the free plan’s limits hold" in page
    assert limit_values(page, Limit.MONTHLY_MESSAGES) == ("", "", "1000", "0")


def test_others_that_override_the_same_limit_are_counted(staff: FlaskClient, make: Make) -> None:
    found = make()
    with unit() as session:
        other = tenants.workspace(session, tenants.organization(session, "Other"), "Other")
        other.plan_id = found.plan_id
        for each in (found, other):
            session.add(LimitOverride(workspace_id=each.id, name=Limit.MONTHLY_MESSAGES, value=9, created_at=NOW))
    assert "2 workspaces on Scale override messages per month" in words(get(staff, found))


def test_pooled_contacts_say_whose_limit_it_is(staff: FlaskClient, make: Make) -> None:
    primary = make("Head Office", contact_count=30)
    with unit() as session:
        big = tenants.plan(session, "Big", {Limit.CONTACTS: 100}, multi_workspace=True)
        session.merge(primary).plan_id = big.id
        owned_by = primary.organization_id
        child = Workspace(
            organization_id=owned_by,
            currency="INR",
            name="Child",
            web_address="child",
            sip_prefix="chld",
            timezone="Asia/Kolkata",
            created_at=NOW,
            contact_count=55,
        )
        tenants.add(session, child)
    page = get(staff, child)
    assert limit_values(page, Limit.CONTACTS) == ("", "", "100", "85")
    assert figures(page)["contacts"].value == "55"
    assert "Contacts are counted over the 2 workspaces of Acme Corporation, against the limit of its primary, Head" in (
        words(page)
    )


# ---------------------------------------------------------------- states


def test_open_holds_stand_above_the_page(staff: FlaskClient, make: Make) -> None:
    found = make()
    with unit() as session:
        when = {"opened_by": "job dunning", "opened_at": NOW - timedelta(days=3)}
        session.add(
            Hold(
                organization_id=found.organization_id, kind=HoldKind.PAST_DUE, note="INV-7", public_reason="Pay", **when
            )
        )
        session.add(Hold(workspace_id=found.id, kind=HoldKind.MANUAL, opened_by="Bob", opened_at=NOW))
        tenants.settled(session, session.merge(found))
    page = get(staff, found)
    text = words(page)
    assert "Suspended by 2 open holds since 18 Nov 2026" in text
    assert "Past due “ Pay ” Private: INV-7. On the whole organization. Opened by job dunning, 18 Nov, 11:00." in text
    assert "By staff Opened by Bob, Today 11:00." in text
    assert "Health is not rated while a workspace is suspended." in text
    assert figures(page)["mrr"].value == "0"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "All of its data is purged on 19 Feb 2027, in 90 days."),
        (timedelta(days=89, hours=1), "in 1 day."),
        (timedelta(days=90), "In the trash since 23 Aug 2026. It has been due for purging since 21 Nov 2026."),
    ],
)
def test_a_closed_workspace_says_when_it_is_purged(staff: FlaskClient, make: Make, ago: timedelta, text: str) -> None:
    assert text in words(get(staff, make(cancelled_at=NOW - ago)))


def test_closing_and_a_closed_workspace_name_the_same_day(staff: FlaskClient, make: Make) -> None:
    """In the time zone of whoever reads, wherever the workspace is."""
    found = make(timezone="Pacific/Kiritimati")  # where it is the day after
    assert "Purged for good 19 Feb 2027" in words(staff.get(f"/admin/workspaces/{found.public_id}/trash").text)
    with unit() as session:
        gone = session.merge(found)
        gone.cancelled_at = NOW
        tenants.settled(session, gone)
    assert "In the trash since 21 Nov 2026. All of its data is purged on 19 Feb 2027" in words(get(staff, found))


@pytest.mark.parametrize(
    ("values", "way"), [({"cancelled_at": NOW}, ["Workspaces", "Trash", "Acme"]), ({}, ["Workspaces", "Acme"])]
)
def test_a_closed_workspace_stands_in_the_trash(
    staff: FlaskClient, make: Make, values: dict[str, Any], way: list[str]
) -> None:
    crumbs = re.findall(r'<ol class="crumbs">.*?</ol>', get(staff, make("Acme", **values)), re.S)[0]
    assert words(crumbs).split() == way
    assert ('href="/admin/workspaces/trash"' in crumbs) is ("Trash" in way)


def test_health_with_all_its_reasons(staff: FlaskClient, make: Make) -> None:
    reasons = [
        Reason(Rule.LAST_SEEN, Level.RISK, Code.NEVER_SEEN, {"days": 40}),
        Reason(Rule.PAYMENT, Level.GOOD, Code.PAYMENT_FINE),
    ]
    found = make(health=Level.RISK, health_at=NOW, health_reasons=[each.as_json() for each in reasons])
    text = words(get(staff, found))
    assert "Last seen (risk) Never, and created 40 days ago" in text
    assert "Payment (good) Nothing overdue, no failed charge" in text


@pytest.mark.parametrize(("hours", "words_of_it"), [(1, False), (30, True)])
def test_health_says_when_it_was_worked_out_and_what_renews_it(
    staff: FlaskClient, make: Make, hours: int, words_of_it: bool
) -> None:
    reasons = [Reason(Rule.PAYMENT, Level.GOOD, Code.PAYMENT_FINE).as_json()]
    found = make(health=Level.GOOD, health_at=NOW - timedelta(hours=hours), health_reasons=reasons)
    text = words(get(staff, found))
    assert f"worst of five rules, as of {'yesterday 05:00' if hours == 30 else 'today 10:00'}" in text
    assert ("portal doctor --repair" in text) is words_of_it


def test_health_that_was_never_worked_out_says_so(staff: FlaskClient, make: Make) -> None:
    found = make(health=None, health_at=None, health_reasons=[])
    text = words(get(staff, found))
    assert "Health has not been worked out yet. The command portal doctor --repair does it." in text


def test_what_is_known_of_it(staff: FlaskClient, make: Make) -> None:
    found = make(spend_cap=40_000_000, country="IN", industry="Freight", admin_note="Call <b>Zoe</b>", last_seen_at=NOW)
    page = get(staff, found)
    text = words(page)
    assert "SIP prefix " + found.sip_prefix in text
    assert "Billing Monthly, INR next cycle 2 Dec 2026" in text
    assert "Spend cap ₹400,000 only notifies at the cap, alert at 80\u202f%" in text.replace("80 %", "80\u202f%")
    assert "Country India Industry Freight" in text
    assert "Last seen Just now" in text
    assert "Call &lt;b&gt;Zoe&lt;/b&gt;" in page


def test_a_place_reads_in_the_direction_of_the_page(staff: FlaskClient, make: Make) -> None:
    page = get(staff, make(country="KW", state="العاصمة"))
    assert "<bdi>\u200e\u2068العاصمة\u2069, \u2068Kuwait\u2069</bdi>" in page


def test_names_of_customers_are_escaped_everywhere(staff: FlaskClient, make: Make) -> None:
    found = make("<script>alert(1)</script>")
    for tab in ("", "/orders", "/audit"):
        page = get(staff, found, tab)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
