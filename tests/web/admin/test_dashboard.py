"""The dashboard: its figures and changes against the raw rows, its charts, its queue and what can be done there."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from portal.base.db import db
from portal.models import DailyUsage, Order, OrderState, PlatformSettings, Workspace, scope
from portal.operations.tally import recount
from portal.operations.unit import unit
from portal.rules.access import StaffRole
from portal.rules.health import Level
from portal.rules.lifecycle import Stage, Status
from portal.rules.platform import Platform
from portal.rules.pricing import percent, percent_change
from tests.conftest import MakeApp
from tests.factories import staff
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


@pytest.fixture
def lively(app: Flask) -> None:
    """Workspaces of two years with orders in three currencies, one of them without a rate, usage and trials: also at the
    very edges of the windows and of days."""
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
