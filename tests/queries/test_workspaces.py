"""The list's query against a plain reading of what the list promises, on both databases."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g

from portal.models import scope
from portal.queries import workspaces
from portal.queries.listing import PAGE, Filters, Sort
from portal.queries.trash import trash
from portal.queries.workspaces import Listing, week
from portal.rules.health import Level
from portal.rules.lifecycle import Status
from portal.rules.listing import HEALTH_RANK
from portal.rules.platform import Platform
from portal.rules.text import search_patterns, search_text, sort_key
from tests.support.clocks import NOW
from tests.support.lists import Given, fill


@pytest.fixture(autouse=True)
def _platform_scope(app: Flask) -> Iterator[None]:
    with scope.platform():
        yield


def ask(**filters: Any) -> Listing:
    return workspaces.listing(Filters(**filters), Platform(), NOW)


def names(**filters: Any) -> list[str]:
    return [row.name for row in ask(**filters).rows]


# ---------------------------------------------------------------- an oracle in plain Python


def value_of(sort: Sort) -> Callable[[Given], Any]:
    return {
        Sort.MRR: lambda each: each.mrr,
        Sort.CREATED: lambda each: each.created_at,
        Sort.LAST_SEEN: lambda each: each.last_seen_at,
        Sort.NAME: lambda each: sort_key(each.name),
        Sort.STATUS: lambda each: each.status.value,
        Sort.PLAN: lambda each: sort_key(each.plan) or None,
        Sort.HEALTH: lambda each: HEALTH_RANK[each.health] if rated(each) else None,
        Sort.ORGANIZATION: lambda each: sort_key(each.organization),
        Sort.OWNER: lambda each: sort_key(each.owner) or None,
        Sort.USERS: lambda each: each.users,
        Sort.NUMBERS: lambda each: each.numbers,
        Sort.EXTENSIONS: lambda each: each.extensions,
        Sort.SIP_PREFIX: lambda each: each.sip_prefix,
    }[sort]


def rated(each: Given) -> bool:
    return each.health is not None and each.status in (Status.ACTIVE, Status.TRIAL)


def passes(each: Given, asked: dict[str, Any]) -> bool:
    text = search_text(each.name, each.address, each.sip_prefix, each.owner, each.owner_email, each.billing_email)
    return (
        each.cancelled_at is None
        and asked.get("status") in (None, each.status)
        and asked.get("plan_name", "") in ("", each.plan)
        and (asked.get("health") is None or (rated(each) and asked["health"] is each.health))
        and asked.get("organization_name", "") in ("", each.organization)
        and all(pattern in text for pattern in search_patterns(asked.get("q", "")))
    )


def expected(every: list[Given], asked: dict[str, Any]) -> list[int]:
    sort, reverse = asked.get("sort", Sort.MRR), asked.get("reverse", False)
    value = value_of(sort)
    found = [each for each in every if passes(each, asked)]
    full = [each for each in found if value(each) is not None]
    blank = [each for each in found if value(each) is None]
    for part in (full, blank):
        part.sort(key=lambda each: each.key, reverse=reverse)
    full.sort(key=value, reverse=sort.descending is not reverse)  # stable: ties stay by key
    return [each.key for each in full + blank]


def some(count: int, seed: int) -> list[Given]:
    """Random workspaces with many ties and blanks."""
    draw = random.Random(seed)
    words = ["Acme", "Técnica", "Клиника", "النور", "A&M", "Süd", "Łódź", "100%", "a_b", "O'Neil", "gmail"]
    made = []
    for _ in range(count):
        status = draw.choices(list(Status), [3, 10, 2, 2])[0]
        made.append(
            Given(
                name=" ".join(draw.sample(words, draw.randint(1, 3))),
                status=status,
                plan=draw.choice(["", "Free", "Growth", "Scale"]),
                organization=draw.choice(["Acme Group", "Ärzte", "Zeta"]),
                owner=draw.choice(["Olive", "Zoë", "Ann", ""]),
                owner_email=draw.choice(["a@gmail.test", "b@firm.test", "c@firm.test"]),
                health=draw.choice(list(Level)),
                mrr=draw.choice([0, 0, 100, 200, 300, None]) if status is Status.ACTIVE else 0,
                created_at=NOW - timedelta(days=draw.randrange(90)),
                last_seen_at=draw.choice([None, NOW - timedelta(hours=draw.randrange(5))]),
                cancelled_at=NOW - timedelta(days=3) if status is Status.CANCELLED else None,
                users=draw.randrange(4),
                numbers=draw.randrange(3),
                extensions=draw.randrange(3),
            )
        )
    return made


def walked(**filters: Any) -> list[int]:
    """The keys of all pages, one after the other."""
    keys: list[int] = []
    page = 1
    while True:
        found = ask(**filters, page=page)
        assert found.filters.page == page
        keys += [row.key for row in found.rows]
        if page * PAGE >= found.total:
            assert len(keys) == found.total
            return keys
        page += 1


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("reverse", [False, True])
def test_every_order_has_ties_by_key_and_blanks_last(app: Flask, sort: Sort, reverse: bool) -> None:
    every = fill(some(60, seed=1))
    assert walked(sort=sort, reverse=reverse) == expected(every, {"sort": sort, "reverse": reverse})


def test_random_filters_answer_as_plain_python_does(app: Flask) -> None:
    every = fill(some(100, seed=2))
    draw = random.Random(3)
    plans = {"": "", "Free": "pln_0000000000000001", "Scale": "pln_0000000000000003"}
    organizations = {"": "", "Ärzte": "org_0000000000000003", "Zeta": "org_0000000000000002"}
    for _ in range(60):
        plan, organization = draw.choice(list(plans)), draw.choice(["", "", *organizations])
        q = draw.choice(["", "", "tecnica", "ac", "a", "&m", "100%", "gmail", "султан", "клин", "o'neil a", "النور"])
        shared: dict[str, Any] = {
            "status": draw.choice([None, None, Status.ACTIVE, Status.TRIAL, Status.SUSPENDED]),
            "health": draw.choice([None, None, *Level]),
            "sort": draw.choice(list(Sort)),
            "reverse": draw.random() < 0.5,
            "q": q,
        }
        want = expected(every, {**shared, "plan_name": plan, "organization_name": organization})
        got = walked(**shared, plan=plans[plan], organization=organizations[organization])
        assert got == want, (shared, plan, organization)


# ---------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Técnica", ["Tecnica Sur", "Técnica Norte"]),
        ("tecnica", ["Tecnica Sur", "Técnica Norte"]),
        ("A&M", ["Texas A&M"]),
        ("клиника", ["Клиника Здоровье"]),
        ("النور", ["شركة النور"]),
        ("%", ["% Discount"]),
        ("100%", ["100% Cotton"]),
        ("a_b", ["a_b testing"]),
        ("\\", ["\\ backslash"]),
        ("te", ["Tecnica Sur", "Texas A&M", "Técnica Norte", "a_b testing"]),
        ("t", ["Tecnica Sur", "Texas A&M", "Técnica Norte", "a_b testing"]),
        ("exas", ["Texas A&M"]),
        ("ex", ["a_b testing"]),  # bills@example.test
        ('say "hi"', ['Say "Hi" Ltd']),
        ('"hi" OR tecnica', []),
        ("texas sur", []),
        ("sur tec", ["Tecnica Sur"]),
        ("tecnica " + "word " * 200, []),
        ("tec\x00nica", ["Tecnica Sur", "Técnica Norte"]),
        ("owner@gmail", ["Texas A&M"]),
        ("zq9", ["100% Cotton"]),
        ("bills@", ["a_b testing"]),
        ("Norma", ["Tecnica Sur"]),
    ],
)
def test_search(app: Flask, q: str, found: list[str]) -> None:
    fill(
        [
            Given("Técnica Norte"),
            Given("Tecnica Sur", owner="Norma"),
            Given("Texas A&M", owner_email="owner@gmail.test"),
            Given("Клиника Здоровье"),
            Given("شركة النور"),
            Given("% Discount"),
            Given("100% Cotton", sip_prefix="zq9x"),
            Given("a_b testing", billing_email="bills@example.test"),
            Given("\\ backslash"),
            Given('Say "Hi" Ltd'),
            Given("Tecnica Closed", status=Status.CANCELLED, cancelled_at=NOW),
        ]
    )
    assert sorted(names(q=q)) == sorted(found)
    assert ask(q=q).total == len(found)


def test_two_hundred_words_are_read_as_ten(app: Flask) -> None:
    fill([Given("one two three four five six seven eight nine ten")])
    assert names(q="one two three four five six seven eight nine ten " + "zzz " * 200)


def test_nothing_but_blanks_is_no_search(app: Flask) -> None:
    fill([Given("Acme"), Given("Zeta")])
    assert ask(q=" \x00\t ").total == 2


def test_above_a_thousand_hits_there_is_no_total_and_the_order_still_holds(app: Flask) -> None:
    every = fill([Given(f"Shop {number % 50}", users=number % 7) for number in range(1100)])
    found = ask(q="shop", sort=Sort.USERS)
    assert (found.total, found.exact, len(found.rows)) == (1000, False, 12)
    assert [row.key for row in found.rows] == expected(every, {"q": "shop", "sort": Sort.USERS})[:12]
    # Far behind, the exact number is worth its price: it tells which page is the last.
    last = ask(q="shop", sort=Sort.USERS, page=5000)
    assert (last.total, last.exact, last.filters.page) == (1100, True, 92)
    assert [row.key for row in last.rows] == expected(every, {"q": "shop", "sort": Sort.USERS})[91 * 12 :]


@pytest.mark.parametrize("count", [1000, 1001, 1008])
def test_around_a_thousand_hits(app: Flask, count: int) -> None:
    closed = [Given("Shop", status=Status.CANCELLED, cancelled_at=NOW) for _ in range(3)]  # in the index too
    fill([*(Given(f"Shop {number}") for number in range(count)), *closed])
    first, last = ask(q="shop"), ask(q="shop", page=84)
    assert first.exact is (count == 1000)
    assert (last.total, last.exact, last.filters.page) == (count, True, 84)
    assert len(last.rows) == count - 83 * 12


# ---------------------------------------------------------------- pages, totals, strip


def test_a_page_behind_the_last_is_the_last(app: Flask) -> None:
    fill([Given(f"Shop {number:02}") for number in range(30)])
    for q in ("", "shop"):
        found = ask(page=99, sort=Sort.NAME, q=q)
        assert (found.filters.page, [row.name for row in found.rows][-1], len(found.rows)) == (3, "Shop 29", 6)


def test_an_empty_platform(app: Flask) -> None:
    fill([])
    found = ask(page=7)
    assert (found.total, found.rows, found.filters.page) == (0, (), 1)
    assert found.surroundings.strip.retention is None


def test_the_strip_counts_the_platform_whatever_the_filter(app: Flask) -> None:
    kolkata_month = datetime(2026, 10, 31, 18, 30, tzinfo=UTC)  # 1 November there
    fill(
        [
            Given("Active", mrr=1000, created_at=kolkata_month),
            Given("Unrated", mrr=None, currency="KWD", created_at=kolkata_month - timedelta(seconds=1)),
            Given("Trial", status=Status.TRIAL),
            Given("Suspended", status=Status.SUSPENDED),
            Given("Closed", status=Status.CANCELLED, cancelled_at=NOW, created_at=NOW, mrr=500),
        ]
    )
    for filters in ({}, {"status": Status.TRIAL}, {"q": "nothing"}):
        strip = ask(**filters).surroundings.strip
        assert (strip.total, strip.active, strip.suspended, strip.trial) == (4, 2, 1, 1)
        assert (strip.new_this_month, strip.mrr, strip.unrated) == (1, 1000, (("KWD", 100),))
        assert (strip.retention, strip.closed) == (Decimal("50.0"), 1)


@pytest.mark.parametrize("timezone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_new_this_month_begins_at_the_platforms_midnight(app: Flask, timezone: str) -> None:
    month = datetime(2026, 11, 1, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    day = timedelta(days=1)
    made = [month - timedelta(seconds=1), month, month + day / 8, month + day, month + 12 * day]
    closed = Given("Closed", status=Status.CANCELLED, cancelled_at=NOW, created_at=month + day)
    fill([*(Given(f"Made {at}", created_at=at) for at in made), closed])
    found = workspaces.listing(Filters(), Platform(timezone=timezone), NOW)
    assert found.surroundings.strip.new_this_month == 4


def test_what_does_not_exist_filters_nothing_and_is_named(app: Flask) -> None:
    fill([Given("Acme"), Given("Zeta", plan="Scale")])
    found = ask(plan="pln_unknown", organization="org_unknown", q="")
    assert (found.total, found.ignored) == (2, ("plan", "organization"))
    assert (found.filters.plan, found.filters.organization) == ("", "")


@pytest.mark.parametrize("count", [10, 1000])
@pytest.mark.parametrize(
    ("filters", "most"),
    [({}, 2), ({"q": "shop"}, 3), ({"q": "shop 7"}, 3), ({"status": Status.ACTIVE, "health": Level.GOOD}, 2)],
)
def test_a_page_costs_the_same_queries_however_many_there_are(
    app: Flask, count: int, filters: dict[str, Any], most: int
) -> None:
    fill([Given(f"Shop {number}", plan="Scale") for number in range(count)])
    before = g.queries
    assert ask(**filters).rows
    assert g.queries - before == most


# ---------------------------------------------------------------- seven days, trash


@pytest.mark.parametrize(
    ("timezone", "last"),
    [("Asia/Kolkata", 21), ("Pacific/Kiritimati", 22), ("Pacific/Niue", 21), ("Etc/GMT+12", 20)],
)
def test_seven_days_are_those_of_the_workspace(app: Flask, timezone: str, last: int) -> None:
    now = NOW.replace(hour=11)
    days = {date(2026, 11, 10) + timedelta(days=number): 2**number for number in range(13)}
    fill([Given("Acme", timezone=timezone, sent=days)])
    [row] = ask().rows
    today, sent = week(row.usage, row.timezone, now)
    assert today == date(2026, 11, last)
    assert sent == tuple(days[today - timedelta(days=back)] for back in range(6, -1, -1))


def test_a_week_without_a_row_is_zeros() -> None:
    assert week(None, "UTC", NOW) == (date(2026, 11, 21), (0,) * 7)


def test_the_trash_holds_the_closed_alone_those_purged_next_first(app: Flask) -> None:
    closed = [
        Given(f"Shop {number}", status=Status.CANCELLED, cancelled_at=NOW - timedelta(days=number))
        for number in range(15)
    ]
    fill([Given("Shop open"), *closed])
    first, second = trash("", 1), trash("", 9)
    assert (first.total, first.rows[0].name, second.page, len(second.rows)) == (15, "Shop 14", 2, 3)
    assert [row.name for row in trash("shop 14", 1).rows] == ["Shop 14"]
    assert trash("open", 1).total == 0
