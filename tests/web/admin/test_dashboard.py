"""The dashboard: its figures and changes against the raw rows, and its charts."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from portal.base.db import db
from portal.models import (
    DailyUsage,
    Hold,
    Membership,
    Order,
    OrderState,
    PlatformSettings,
    User,
    Workspace,
    scope,
)
from portal.operations import closing, platform_days
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.queries.platform_days import Standing
from portal.rules.access import StaffRole, WorkspaceRole
from portal.rules.health import Level
from portal.rules.lifecycle import HoldKind, Stage, Status
from portal.rules.platform import Platform
from portal.rules.pricing import percent, percent_change
from tests.conftest import MakeApp
from tests.factories import acting, staff
from tests.support import tenants
from tests.support.clocks import NOW, Clock
from tests.support.lists import Given, fill
from tests.support.pages import figures, words
from tests.support.people import log_in

HOME = "/admin/"
RATES = {"USD": "83.5"}
WINDOWS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90, "1y": 365}


@pytest.fixture
def alice(client: FlaskClient) -> FlaskClient:
    """A platform owner's browser."""
    log_in(client, staff())
    return client


def make(name: str, **values: Any) -> Workspace:
    """A paying workspace of an organization of its own, owned by Zoe."""
    with unit() as session:
        zoe = session.scalars(select(User).where(User.name == "Zoe Owner")).one_or_none()
        owner = zoe or tenants.person(session, "Zoe Owner")
        made = tenants.workspace(
            session, tenants.organization(session, f"{name} Group"), name, owner_id=owner.id, **values
        )
        session.add(Membership(workspace_id=made.id, user_id=owner.id, role=WorkspaceRole.OWNER, created_at=NOW))
        with scope.platform():
            tenants.settled(session, made)
    return made


@pytest.fixture
def lively(app: Flask) -> None:
    """Workspaces of two years with orders in three currencies, one of them without a rate, usage and trials: also at
    the very edges of the windows and of days."""
    rng = Random(11)
    edges = [NOW, *(NOW - timedelta(days=days) * times for days in WINDOWS.values() for times in (1, 2))]
    edges += [each + timedelta(microseconds=way) for each in edges[1:] for way in (-1, 1)]
    edges += [datetime(2026, 11, day, tzinfo=UTC) for day in (14, 20, 21)]
    instants = [NOW - timedelta(days=730 * rng.random() ** 2) for _ in range(150)] + edges
    given = [
        Given(
            f"Workspace {number}",
            created_at=at,
            status=Status.CANCELLED if number % 9 == 0 else Status.ACTIVE,
            cancelled_at=NOW if number % 9 == 0 else None,
            sent={NOW.date() - timedelta(days=rng.randrange(760)): rng.randrange(500) for _ in range(4)},
        )
        for number, at in enumerate(instants)
    ]
    fill(given)
    with scope.platform(), unit() as session:
        session.execute(insert(PlatformSettings).values(id=1, settings=Platform(exchange_rates=RATES).stored()))
        for each in given:
            ends = rng.choice(instants)
            paying = {"trial_ends_at": ends, "stage": Stage.ACTIVE if rng.random() < 0.4 else Stage.TRIAL}
            session.execute(update(Workspace).where(Workspace.id == each.key).values(paying))
        session.execute(insert(Order), [_order(rng, number, at) for number, at in enumerate(instants * 3)])
        recount(session)


def _order(rng: Random, number: int, at: datetime) -> dict[str, Any]:
    state = rng.choice([OrderState.PAID] * 5 + [OrderState.REFUNDED, OrderState.FAILED, OrderState.PENDING])
    return {
        "public_id": f"ord_{number:016d}",
        "organization_id": 1,
        "workspace_name": "Workspace",
        "description": "Scale",
        "amount_minor": rng.randrange(10**6),
        "currency": rng.choice(["INR", "USD", "KWD"]),
        "state": state,
        "created_at": at,
        "paid_at": at if state in (OrderState.PAID, OrderState.REFUNDED) else None,
    }


# ---------------------------------------------------------------- figures, from the raw rows


def income(since: datetime, until: datetime) -> tuple[int, dict[str, int]]:
    """In rupees, and what has no rate; after `since` and up to `until`."""
    sums: dict[str, int] = {}
    for row in db.session.scalars(select(Order)):
        if row.state is OrderState.PAID and row.paid_at and since < row.paid_at <= until:
            sums[row.currency] = sums.get(row.currency, 0) + row.amount_minor
    dollars = (Decimal(sums.pop("USD", 0)) * Decimal(RATES["USD"])).quantize(Decimal(1), ROUND_HALF_UP)
    return sums.pop("INR", 0) + int(dollars), sums


def sent(last: date, days: int) -> int:
    """On so many days, this being the last."""
    with scope.platform():
        rows = db.session.scalars(select(DailyUsage)).all()
    return sum(row.sent for row in rows if last - timedelta(days=days) < row.day <= last)


def new(since: datetime, until: datetime) -> int:
    rows = db.session.scalars(select(Workspace))
    return sum(row.cancelled_at is None and since < row.created_at <= until for row in rows)


def conversion(since: datetime, until: datetime) -> Decimal | None:
    rows = [row for row in db.session.scalars(select(Workspace)) if row.trial_ends_at]
    ended = [row for row in rows if row.trial_ends_at and since < row.trial_ends_at <= until]
    return percent(sum(row.stage is Stage.ACTIVE for row in ended), len(ended))


@pytest.mark.parametrize(("window", "days"), WINDOWS.items())
def test_figures_and_changes_are_those_of_the_raw_rows(
    alice: FlaskClient, lively: None, window: str, days: int
) -> None:
    shown = figures(alice.get(HOME, query_string={"window": window}).text)
    length, today = timedelta(days=days), date(2026, 11, 21)  # 16:30 in Kolkata
    (paid, unrated), (paid_before, _) = income(NOW - length, NOW), income(NOW - 2 * length, NOW - length)
    assert shown["income"].value == str(paid)
    assert shown["income"].currency == "INR"
    assert shown["income_change"].value == str(percent_change(paid, paid_before))
    assert ("KWD" in unrated) == ("without a rate" in alice.get(HOME, query_string={"window": window}).text)

    messages, messages_before = sent(today, days), sent(today - length, days)
    assert shown["sent"].value == str(messages)
    change = percent_change(messages, messages_before)
    assert change is None or shown["sent_change"].value == str(change)

    made, made_before = new(NOW - length, NOW), new(NOW - 2 * length, NOW - length)
    assert shown["new"].value == str(made)
    assert Decimal(shown["new_change"].value) == made - made_before

    rate, rate_before = conversion(NOW - length, NOW), conversion(NOW - 2 * length, NOW - length)
    assert rate is not None
    assert rate_before is not None
    assert shown["conversion"].value == str(rate)
    assert Decimal(shown["conversion_change"].value) == rate - rate_before


def test_a_fall_of_messages_counts_only_once_it_is_more_than_the_rest_of_today(alice: FlaskClient) -> None:
    week = [date(2026, 11, 14) - timedelta(days=n) for n in range(7)]
    fill([Given("Acme", sent=dict.fromkeys(week, 100) | {day + timedelta(days=7): 100 for day in week[1:]})])
    answer = alice.get(HOME, query_string={"window": "7d"}).text
    assert figures(answer)["sent_change"].text == "−14.3\u202f%"
    assert not re.search(r'class="change risk"><data[^>]*sent_change', answer)
    with scope.platform(), unit() as session:
        session.execute(update(DailyUsage).where(DailyUsage.day == date(2026, 11, 20)).values(sent=90))
        recount(session)
    answer = alice.get(HOME, query_string={"window": "7d"}).text
    assert re.search(r'class="change risk"><data[^>]*sent_change', answer)


def test_a_window_that_does_not_exist_is_30_days(alice: FlaskClient) -> None:
    assert 'aria-current="true">30 d</a>' in alice.get(HOME, query_string={"window": "3 weeks"}).text


def test_the_page_is_the_first_of_staff_and_the_part_is_what_a_window_changes(alice: FlaskClient) -> None:
    assert alice.get("/").headers["Location"] == HOME
    part = alice.get(HOME, query_string={"window": "7d"}, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="board"')
    assert "HX-Request" in part.headers["Vary"]


def test_an_empty_platform_says_what_to_begin_with(alice: FlaskClient) -> None:
    page = alice.get(HOME).text
    assert figures(page)["income"].value == "0"
    assert "Nothing needs you" in page
    assert 'href="/admin/workspaces/new"' in page
    assert "no trial ended" in words(page)


@pytest.mark.parametrize("size", [10, 300])
def test_it_costs_the_same_queries_at_any_number_of_workspaces(make_app: MakeApp, clock: Clock, size: int) -> None:
    app = make_app(count_queries=True, now=NOW.isoformat())
    risk = [Given(f"W{n}", sent={NOW.date(): 1}, created_at=NOW, mrr=n, health=Level.RISK) for n in range(size)]
    with app.app_context():
        fill(risk)
        browser = app.test_client()
        log_in(browser, staff(StaffRole.AUDITOR))
    for window in WINDOWS:
        answer = browser.get(HOME, query_string={"window": window})
        assert answer.headers["X-Bench-Queries"] == "9", window


# ---------------------------------------------------------------- charts


def bars(page: str, chart: str) -> dict[str, str]:
    """What each bar of a chart says, by its step."""
    drawing = page[page.index(f'id="{chart}-chart"') :].partition("</svg>")[0]
    return dict(each.split(": ") for each in re.findall(r'"bar-of"><title>([^<]*)', unescape(drawing)))


def table(page: str, chart: str) -> list[list[str]]:
    """The rows of a chart's table."""
    section = page[page.index(f'id="{chart}-title"') :].partition("</section>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", section)
    return [re.sub(r"<[^>]+>", "|", row).strip("|").replace("||", "|").split("|") for row in rows]


def test_mrr_is_a_line_over_the_days_that_are_written_down(alice: FlaskClient, clock: Clock) -> None:
    fill([Given("Acme", mrr=240_000)])
    page = alice.get(HOME).text
    assert "The line begins tomorrow" in words(page)
    with unit() as session:
        platform_days.close_days(session, NOW)
    with unit() as session:
        platform_days.write_days(session, {date(2026, 11, 18): Standing(mrr=100_000)})
    page = alice.get(HOME).text
    assert table(page, "mrr") == [["21 Nov 2026", "₹2,400"], ["20 Nov 2026", "₹2,400"], ["18 Nov 2026", "₹1,000"]]
    assert "Kept since 18 Nov 2026." in page
    assert "From ₹1,000 on 18 Nov 2026 to ₹2,400 on 21 Nov 2026." in page
    assert "style=" not in page.partition("<main")[2]


def test_churn_counts_closings_that_were_not_undone_in_the_weeks_of_the_platform(
    client: FlaskClient, clock: Clock
) -> None:
    alice = staff()
    log_in(client, alice)
    week = {"sunday": datetime(2026, 11, 8, 18, 29, tzinfo=UTC), "monday": datetime(2026, 11, 8, 18, 30, tzinfo=UTC)}
    for name, at in week.items():  # midnight in Kolkata lies between
        closing.close(make(name).public_id, name, acting(alice, at))
    back = make("back")
    closing.close(back.public_id, "back", acting(alice, NOW - timedelta(days=1)))
    closing.restore(back.public_id, acting(alice, NOW))
    shown = bars(client.get(HOME).text, "churn")
    assert {step: said for step, said in shown.items() if not said.startswith("0 closed")} == {
        "W45, 2 Nov – 8 Nov": "1 closed, 0 suspended > 30 d",
        "W46, 9 Nov – 15 Nov": "1 closed, 0 suspended > 30 d",
    }


def test_churn_counts_the_thirtieth_day_under_a_hold_once(alice: FlaskClient) -> None:
    acme, beta, gamma = make("Acme"), make("Beta"), make("Gamma")
    with unit() as session:
        sibling = {"is_primary": False, "currency": "INR", "timezone": "UTC", "created_at": NOW - timedelta(days=40)}
        names = {"name": "Sibling", "web_address": "sibling", "sip_prefix": "sib"}
        session.add(Workspace(organization_id=acme.organization_id, **names, **sibling))
    day = timedelta(days=1)
    with unit() as session:
        for of, kind, opened, lifted in (
            (acme, HoldKind.MANUAL, 31 * day, None),
            (acme, HoldKind.ABUSE, 30 * day, None),
            (beta, HoldKind.MANUAL, 40 * day, 11 * day),  # lifted before
            (gamma, HoldKind.MANUAL, 29 * day, None),  # not yet
        ):
            at = NOW - lifted if lifted else None
            session.add(Hold(workspace_id=of.id, kind=kind, opened_at=NOW - opened, opened_by="Alice", lifted_at=at))
        past_due = Hold(organization_id=acme.organization_id, kind=HoldKind.PAST_DUE, opened_at=NOW - 50 * day)
        past_due.opened_by = "job dunning"
        session.add(past_due)
    shown = bars(alice.get(HOME).text, "churn")
    assert {step: said for step, said in shown.items() if "0 suspended" not in said} == {
        "W44, 26 Oct – 1 Nov": "0 closed, 1 suspended > 30 d",
        "W46, 9 Nov – 15 Nov": "0 closed, 1 suspended > 30 d",  # the sibling came when the hold was open already
    }


def test_health_is_that_of_the_end_of_each_step(alice: FlaskClient) -> None:
    fill([Given("Acme", health=Level.RISK), Given("Beta"), Given("Trial", status=Status.TRIAL, health=Level.WATCH)])
    with unit() as session:
        days = {date(2026, 11, 15): (4, 2, 1), date(2026, 11, 13): (9, 9, 9), date(2026, 11, 6): (None, None, None)}
        stood = {day: Standing(good=good, watch=watch, risk=risk) for day, (good, watch, risk) in days.items()}
        platform_days.write_days(session, stood)
    page = alice.get(HOME).text
    assert bars(page, "health") == {
        "W47, 16 Nov – 21 Nov": "1 risk, 1 watch, 1 good",
        "W46, 9 Nov – 15 Nov": "1 risk, 2 watch, 4 good",
    }
    assert table(page, "health") == [["W47, 16 Nov – 21 Nov", "1", "1", "1"], ["W46, 9 Nov – 15 Nov", "4", "2", "1"]]
    assert "Kept since 13 Nov 2026." in page
