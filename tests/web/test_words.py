"""Health and audit in words, pages, and texts for spreadsheets."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from babel import Locale, numbers
from flask import Flask

from portal.base.languages import LOCALES
from portal.operations.audit_events import EVENTS, FOR_CUSTOMERS
from portal.queries.audit import Event
from portal.rules.actors import ActorKind
from portal.rules.health import Code, Figures, Level, Reason, Rule
from portal.web import audit_words, formats, health_words, paging
from portal.web.spreadsheets import guarded, line

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)

SENTENCES: list[tuple[Code, Figures, str]] = [
    (Code.PAYMENT_OVERDUE, {"days": 1}, "An invoice is 1 day overdue"),
    (Code.PAYMENT_OVERDUE, {"days": 15}, "An invoice is 15 days overdue"),
    (Code.PAYMENT_FAILED, {"failed": 1}, "1 charge failed in 30 days"),
    (Code.PAYMENT_FAILED, {"failed": 2}, "2 charges failed in 30 days"),
    (Code.TRIAL_ENDING, {"ends_at": "", "days": 2}, "The trial ends in 2 days, and there is no order"),
    (Code.TRIAL_ENDING, {"ends_at": "", "days": 0}, "The trial is over, and there is no order"),
    (Code.PAYMENT_FINE, {}, "Nothing overdue, no failed charge"),
    (
        Code.USAGE_DOWN,
        {"sent": 61204, "mean": "105524.0", "drop": "42.0"},
        "61,204 sent in 7 full days, 42\u202f% below the 4-week mean of 105,524",
    ),
    (
        Code.USAGE_STEADY,
        {"sent": 112, "mean": "100.0", "drop": "-12.0"},
        "112 sent in 7 full days, 12\u202f% above the 4-week mean of 100",
    ),
    (Code.USAGE_STEADY, {"sent": 5, "mean": "5.0", "drop": "0.4"}, "5 sent in 7 full days, as the 4-week mean of 5"),
    (
        Code.USAGE_TOO_LITTLE,
        {"mean": "12.3", "least": 50},
        "Too little to compare: 12 sent a week in the 4 weeks before",
    ),
    (Code.USAGE_TOO_NEW, {"age": 3, "least": 35}, "Too new to compare: 3 days of 35"),
    (Code.SEEN, {"days": 0}, "Within the last day"),
    (Code.SEEN, {"days": 1}, "1 day ago"),
    (Code.NOT_SEEN, {"days": 31}, "Nobody for 31 days"),
    (Code.NEVER_SEEN, {"days": 0}, "Never, and created today"),
    (Code.NEVER_SEEN, {"days": 9}, "Never, and created 9 days ago"),
    (Code.DELIVERY_LOW, {"sent": 1000, "delivered": 712, "rate": "71.2"}, "71.2\u202f% of 1,000 sent in 7 days"),
    (Code.DELIVERY_FINE, {"sent": 1000, "delivered": 918, "rate": "91.8"}, "91.8\u202f% over 7 days"),
    (Code.DELIVERY_TOO_LITTLE, {"sent": 12, "least": 100}, "Too few to rate: 12 in 7 days"),
    (
        Code.LIMIT_NEAR,
        {"limit": "monthly_messages", "used": 271709, "value": 330000, "share": "82.3"},
        "271,709 of 330,000 monthly messages, 82\u202f%",
    ),
    (
        Code.LIMIT_REACHED,
        {"limit": "broadcasts", "used": 3, "value": 2, "share": "150.0"},
        "3 of 2 broadcasts this month, 150\u202f%",
    ),
    (
        Code.LIMITS_FINE,
        {"limit": "monthly_minutes", "used": 0, "value": 10, "share": "0.0"},
        "0 of 10 call minutes this month, 0\u202f%",
    ),
    (Code.LIMITS_NONE, {}, "No monthly limit is set"),
]


@pytest.mark.parametrize(("code", "figures", "words"), SENTENCES)
def test_a_reason_reads_as_a_sentence(code: Code, figures: Figures, words: str) -> None:
    assert health_words.sentence(Reason(Rule.USAGE, Level.GOOD, code, figures), "en") == words


def test_every_reason_has_a_sentence() -> None:
    assert {code for code, *_ in SENTENCES} == set(Code)


# ---------------------------------------------------------------- audit


def event(action: str = "workspace.reactivated", **values: Any) -> Event:
    given: dict[str, Any] = {
        "public_id": "evt_1",
        "sequence": 7,
        "at": NOW,
        "action": action,
        "actor_kind": ActorKind.USER,
        "actor": "Alice Owner",
        "workspace": "",
        "workspace_name": "",
        "organization": "",
        "organization_name": "",
        "request_id": "req_1",
        "reason": "",
        "facts": {},
        "changes": {},
        "erased": False,
    }
    return Event(**(given | values))


def said(each: Event) -> str:
    return audit_words.sentence(each, "en", isolate=False)


def test_every_declared_event_has_words() -> None:
    assert set(audit_words.SENTENCES) == set(EVENTS)
    for action, keys in EVENTS.items():
        text = said(event(action, facts={key: f"<{key}>" for key in keys}))
        assert "—" not in text, f"the sentence of {action} names a fact that the event does not carry"
        assert action.partition(".")[0] in audit_words.GROUPS


def test_a_change_says_what_was_before_and_what_is_now() -> None:
    assert said(event(changes={"status": ("trial", "active")})) == "reactivated the workspace: status Trial → Active"
    text = said(event("user.profile_changed", changes={"locale": ("en", "de"), "shortcuts": (True, False)}))
    assert text == "changed the profile: locale en → de, shortcuts yes → no"


def test_a_limit_is_named_in_words() -> None:
    facts, changes = {"limit": "monthly_messages", "expires_at": ""}, {"value": (None, 330_000)}
    shown = event("workspace.limit_overridden", facts=facts, changes=changes)
    assert said(shown) == "overrode the limit monthly messages: value not set → 330,000"
    changes = {"value": (0, -1)}
    shown = event("workspace.limit_overridden", facts=facts, changes=changes)
    assert said(shown) == "overrode the limit monthly messages: value 0 → unlimited"


def test_a_spend_cap_is_told_in_plain_words(app: Flask) -> None:
    changes = {
        "spend_cap": ("", "INR 1798800.00"),
        "alert_threshold": ("80", "90"),
        "suspension_behaviour": ("suspend", "block_outbound"),
    }
    with app.test_request_context():
        text = audit_words.for_customers(event("workspace.spend_cap_changed", changes=changes), NOW).text
    plain = text.translate({0x2068: None, 0x2069: None, 0x202F: " "})
    assert plain == (
        "changed what a month may cost: spend cap no cap → ₹1,798,800.00, told from 80 % → 90 %, "
        "at the cap it is suspended → nothing is sent"
    )


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert said(event("plan.created", facts={"name": "{rows} {0}"})) == "created the plan {rows} {0}"
    assert said(event("{facts.x}")) == "{facts: x}"


def test_an_erased_event_says_so() -> None:
    assert said(event(erased=True)) == "did something whose content was erased by a purge (workspace.reactivated)"


SECRET = "for the staff alone"
TO_CUSTOMERS = {  # action, and what it carries: what its own people read of it
    ("workspace.suspended", "public_reason=Unpaid hold=abuse reason"): "suspended the workspace “Unpaid”",
    ("workspace.suspended", "hold=manual reason"): "suspended the workspace",
    ("workspace.reactivated", "reason"): "reactivated the workspace",
    ("workspace.cancelled", "numbers=3 reason"): "closed the workspace",
    ("workspace.restored", "numbers=3 reason"): "restored the workspace",
    ("workspace.activated", "activated_on=2026-01-01 reason"): "made the workspace a paying customer",
    ("organization.changed", "reason"): "changed the organization",
    ("request.asked", "kind=volume_discount request=req_1"): "asked for a volume discount",
    ("request.granted", "kind=multi_workspace request=req_1"): "granted the request for multi-workspace billing",
    ("user.organization_joined", "user=usr_1 email=ann role=user_admin"): "made ann user admin of the organization",
}


@pytest.mark.parametrize(("action", "carries"), TO_CUSTOMERS)
def test_customers_read_what_is_theirs_to_know(app: Flask, action: str, carries: str) -> None:
    facts = dict(each.split("=") for each in carries.split() if "=" in each)
    reason = SECRET if "reason" in carries.split() else ""
    with app.test_request_context():
        shown = audit_words.for_customers(event(action, facts=facts, reason=reason), NOW)
    read = shown.text.translate({0x2068: None, 0x2069: None}) + (f" “{shown.reason}”" if shown.reason else "")
    assert read == TO_CUSTOMERS[action, carries]
    assert not shown.details and shown.workspace_url is None


@pytest.mark.parametrize("action", sorted(FOR_CUSTOMERS))
def test_nothing_else_of_an_event_comes_to_customers(app: Flask, action: str) -> None:
    known = FOR_CUSTOMERS[action]
    facts = {key: "known" if key in known else SECRET for key in EVENTS[action]}
    changes = {key: (value, value) for key, value in facts.items()}
    reason = "known" if "reason" in known else SECRET
    with app.test_request_context():
        for values in ({"facts": facts}, {"changes": changes}):
            shown = audit_words.for_customers(event(action, reason=reason, **values), NOW)
            assert SECRET not in f"{shown.text} {shown.reason} {shown.details} {shown.who}"


@pytest.mark.parametrize("kind", [ActorKind.JOB, ActorKind.CLI])
def test_programs_are_the_platform_to_customers(app: Flask, kind: ActorKind) -> None:
    with app.test_request_context():
        shown = audit_words.for_customers(event(actor_kind=kind, actor="portal restore 7"), NOW)
    assert shown.who == "Portal"


def test_a_job_is_portal_itself(app: Flask) -> None:
    shown = audit_words.entry(event(actor_kind=ActorKind.JOB, actor="job usage_rollup"), NOW)
    assert (shown.who, shown.icon) == ("Portal", "history")
    assert ("By", "job usage_rollup (job)") in shown.details


# ---------------------------------------------------------------- pages, texts, days


@pytest.mark.parametrize(
    ("text", "page"),
    [(None, 1), ("", 1), ("0", 1), ("1", 1), ("7", 7), ("-3", 1), ("x", 1), ("²", 1), ("9" * 5000, paging.LARGEST)],
)
def test_the_page_that_an_address_asks_for(text: str | None, page: int) -> None:
    assert paging.number(text) == page


@pytest.mark.parametrize(("text", "total", "page"), [("9", 0, 1), ("9", 50, 1), ("9", 51, 2), ("2", 151, 2)])
def test_beyond_the_last_page_comes_the_last(text: str, total: int, page: int) -> None:
    assert paging.asked(text, total, 50) == page


@pytest.mark.parametrize(
    ("page", "total", "more", "text", "labels", "neighbours"),
    [
        (1, 0, False, "0 of 0", ["1"], (False, False)),
        (1, 4, False, "1–4 of 4", ["1"], (False, False)),
        (2, 101, False, "51–100 of 101", ["1", "2", "3"], (True, True)),
        (3, 101, False, "101–101 of 101", ["1", "2", "3"], (True, False)),
        (5, 1000, False, "201–250 of 1,000", ["1", "…", "4", "5", "6", "…", "20"], (True, True)),
        (3, 1000, False, "101–150 of 1,000", ["1", "2", "3", "4", "…", "20"], (True, True)),
        (2, 1000, True, "51–100 of 1,000+", [], (True, True)),
    ],
)
def test_a_pager(
    page: int, total: int, more: bool, text: str, labels: list[str], neighbours: tuple[bool, bool]
) -> None:
    found = paging.pager(page, 50, total, lambda n: f"?page={n}", "en", more=more)
    assert found.text == text
    assert [label for label, *_ in found.pages] == labels
    assert (found.previous is not None, found.next is not None) == neighbours
    assert [label for label, _, current in found.pages if current] == ([] if more else [str(page)])


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+cmd", "'-1+cmd"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("+91 80 4718 2200", "+91 80 4718 2200"),
        ("-5", "-5"),
        ("−5", "−5"),
        ("Acme = fine", "Acme = fine"),
        ("Acme;=1+1", "Acme;'=1+1"),
        ("Acme; =1+1;@x", "Acme;' =1+1;'@x"),
        ('Acme;"=1+1"', 'Acme;\'"=1+1"'),
        ("Acme\t-1+cmd", "Acme\t'-1+cmd"),
        ("Acme\n＝1", "Acme\n'＝1"),
        ("=1;=2", "'=1;'=2"),
        ("call; +91 80 4718 2200; -5; −5", "call; +91 80 4718 2200; -5; −5"),
        ("a;b\tc - d", "a;b\tc - d"),
        ("", ""),
    ],
)
def test_free_text_is_never_a_formula(text: str, safe: str) -> None:
    assert guarded(text) == safe


def test_a_long_text_is_guarded_at_once() -> None:
    for text in ("\t-" * 100_000, '; "' * 70_000, ";+1 " * 50_000 + "x"):
        began = time.thread_time()  # what a busy machine does meanwhile does not count
        guarded(text)
        assert time.thread_time() - began < 1


def test_every_cell_of_a_file_is_quoted() -> None:
    assert line(['say "hi"', "a,b", "plain", ""]) == '"say ""hi""","a,b","plain",""\r\n'


@pytest.mark.parametrize(
    ("ago", "timezone", "text"),
    [
        (timedelta(0), "UTC", "Today 11:00"),
        (timedelta(hours=11), "UTC", "Today 00:00"),
        (timedelta(hours=11, minutes=1), "UTC", "Yesterday 23:59"),
        (timedelta(hours=14), "Asia/Kolkata", "Today 02:30"),
        (timedelta(days=2), "UTC", "19 Nov, 11:00"),
        (timedelta(days=400), "UTC", "17 Oct 2025, 11:00"),
        (timedelta(days=-1), "UTC", "22 Nov, 11:00"),
    ],
)
def test_a_moment_in_the_readers_time_zone(ago: timedelta, timezone: str, text: str) -> None:
    assert formats.moment(NOW - ago, NOW, "en", timezone) == text


def test_an_instant_in_the_log_is_written_for_the_reader(app: Flask) -> None:
    changed = event(
        "workspace.changed",
        changes={"trial_ends_at": (None, "2026-12-05T10:00:00+00:00"), "note": ("", "2026-11 is late")},
    )
    with app.test_request_context():
        assert said(changed) == "changed trial ends at none → 5 Dec 2026, 10:00, note none → 2026-11 is late"


@pytest.mark.parametrize(
    ("text", "locale", "read"),
    [
        ("Growth, monthly: 2026-11-06 to 2026-12-05", "en", "Growth, monthly: 6 Nov 2026 to 5 Dec 2026"),
        ("Usage of 2026-11", "en", "Usage of Nov 2026"),
        ("Usage of 2026-05, late", "de", "Usage of Mai 2026, late"),
        ("2026-11-30T20:08:44+00:00", "en", "1 Dec 2026, 01:38"),
        ("Invoice INV-2026-11-00001", "en", "Invoice INV-2026-11-00001"),
        ("2026-13 and 2026-02-30", "en", "2026-13 and 2026-02-30"),
        ("Plan 3000-11 and +91-2026-11", "en", "Plan 3000-11 and +91-2026-11"),
    ],
)
def test_dates_within_a_text_are_written_for_the_reader(text: str, locale: str, read: str) -> None:
    assert formats.dated(text, locale, "Asia/Kolkata") == read


@pytest.mark.parametrize("locale", LOCALES)
def test_a_number_is_what_babel_makes_of_it(locale: str) -> None:
    for value in (0, 7, -7, 999, 1_000, -12_345, 123_456, 1_234_567, -98_765_432, 10**12):
        babel = numbers.format_decimal(value, locale=Locale.parse(locale, sep="-"))
        minus = numbers.get_minus_sign_symbol(Locale.parse(locale, sep="-"))
        assert formats.number(value, locale) == babel.replace(minus, "−").replace("-", "−")


@pytest.mark.parametrize(
    ("locale", "number", "money", "share"),
    [
        ("en", "12,345,678", "₹1,864,230.05", "123,456.0\u202f%"),
        ("en-IN", "1,23,45,678", "₹18,64,230.05", "1,23,456.0\u202f%"),
        ("hi", "1,23,45,678", "₹18,64,230.05", "1,23,456.0\u202f%"),
        ("de", "12.345.678", "₹1.864.230,05", "123.456,0\u202f%"),
    ],
)
def test_digits_are_grouped_as_the_reader_does(locale: str, number: str, money: str, share: str) -> None:
    assert formats.number(12_345_678, locale) == number
    assert formats.money(186_423_005, "INR", locale) == money
    assert formats.percent(123_456, locale) == share


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1_000, "1k"), (1_500, "1.5k"), (20_000, "20k"), (2_500_000, "2.5M"), (10**9, "1B")],
)
def test_an_axis_is_short(value: int, text: str) -> None:
    assert formats.compact(value, "en") == text


def test_a_country_has_a_name_in_the_readers_language() -> None:
    assert (formats.country("IN", "en"), formats.country("IN", "de"), formats.country("ZZX", "en")) == (
        "India",
        "Indien",
        "ZZX",
    )


def test_the_day_of_an_instant_is_that_of_the_time_zone() -> None:
    assert formats.day_of(datetime(2026, 11, 30, 20, tzinfo=UTC), "Asia/Kolkata") == date(2026, 12, 1)
