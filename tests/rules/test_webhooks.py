"""Which addresses are called, and how long it is tried."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.rules.errors import Refused
from portal.rules.webhooks import GIVE_UP, is_public, next_try, pause_asked, target, wants

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "203.0.113.7",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "100::1",
    "3fff::1",
    "5f00::1",
    "192.88.99.1",
    "ff02::1",
    "2001:db8::1",
    "64:ff9b:1::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "nonsense",
    "1.2.3",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_else_is(address: str) -> None:
    assert not is_public(address)


def test_this_machine_is_called_where_that_is_let(now: datetime) -> None:
    assert is_public("127.0.0.1", loopback=True) and is_public("::1", loopback=True)
    assert not is_public("10.0.0.1", loopback=True) and not is_public("0.0.0.0", loopback=True)
    assert target("http://127.0.0.1:8080/x", loopback=True).authority == "127.0.0.1:8080"


@pytest.mark.parametrize(
    ("address", "authority", "path"),
    [
        ("https://gateway.example/webhooks?a=1", "gateway.example", "/webhooks?a=1"),
        ("https://gateway.example:8443", "gateway.example:8443", "/"),
        ("https://münchen.example/x", "xn--mnchen-3ya.example", "/x"),
        ("https://[2606:2800:220::1]/", "[2606:2800:220::1]", "/"),
    ],
)
def test_addresses(address: str, authority: str, path: str) -> None:
    found = target(address)
    assert (found.authority, found.path) == (authority, path)


@pytest.mark.parametrize(
    "address",
    [
        *("", "gateway.example", "ftp://gateway.example/", "http://gateway.example/", "https://", "https:///x"),
        *("https://u:p@gateway.example/", "https://gateway.example/#x", "https://gateway.example:99999/"),
        *("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/", "http://127.0.0.1/"),
        *("https://a b.example/", "https://gateway.example/é", "https://gateway.example/\r\nX: y", "https://[::1"),
    ],
)
def test_what_is_no_address_of_a_webhook(address: str) -> None:
    with pytest.raises(Refused):
        target(address)


def test_it_is_tried_ten_times_in_three_days() -> None:
    at, tries = NOW, 1
    while (later := next_try(tries, NOW, at)) is not None:
        assert later > at
        at, tries = later, tries + 1
    assert (tries, at) == (10, NOW + GIVE_UP)
    assert next_try(2, NOW, NOW + GIVE_UP + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("²", 0), ("0", 0), ("120", 120), (" 30 ", 30)),
        *(("9" * 5_000, 86_400), ("Sat, 21 Nov 2026 11:02:00 GMT", 120), ("Saturday, 21-Nov-26 11:02:00 GMT", 120)),
        *(("Sat, 21 Nov 2026 10:00:00 GMT", 0), ("Sun, 21 Nov 2027 11:00:00 GMT", 86_400), ("Sat, 99 Nov 2026", 0)),
        ("Sat, 21 Nov 99999 11:00:00 GMT", 0),
    ],
)
def test_what_a_receiver_asks_for_is_understood_or_nothing(header: str, seconds: int) -> None:
    assert pause_asked(header, datetime(2026, 11, 21, 11, tzinfo=UTC)) == timedelta(seconds=seconds)


def test_it_makes_a_pause_longer_and_never_shorter_nor_more_than_three_days() -> None:
    assert next_try(1, NOW, NOW, timedelta(hours=3)) == NOW + timedelta(hours=3)
    assert next_try(4, NOW, NOW, timedelta(seconds=5)) == next_try(4, NOW, NOW)
    late = NOW + GIVE_UP - timedelta(hours=1)
    assert next_try(8, NOW, late, timedelta(days=1)) == NOW + GIVE_UP


@pytest.mark.parametrize(
    ("types", "only", "wanted"),
    [
        ([], None, True),
        (["workspace.suspended"], None, True),
        (["workspace.created"], None, False),
        ([], "ws_1", True),
        ([], "ws_2", False),
    ],
)
def test_who_wants_what(types: list[str], only: str | None, wanted: bool) -> None:
    assert wants(types, only, "workspace.suspended", "ws_1") is wanted
