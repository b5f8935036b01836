"""Web addresses and domains: what is stored is clean, what is refused says why."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.addresses import RESERVED, check_host, check_web_address, is_reserved
from portal.rules.errors import Refused


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("acme", "acme"),
        ("acme-returns-2", "acme-returns-2"),
        ("  Acme ", "acme"),
        ("a1", "a1"),
        ("42", "42"),
        ("a" * 63, "a" * 63),
        ("a-b--c", "a-b--c"),
        ("administrators", "administrators"),
    ],
)
def test_a_web_address_is_stored_in_lower_case(text: str, address: str) -> None:
    assert check_web_address(text) == address


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "2 to 63"),
        ("a", "2 to 63"),
        ("a" * 64, "2 to 63"),
        ("x" * 1_000_000, "2 to 63"),
        ("-acme", "neither begins nor ends"),
        ("acme-", "neither begins nor ends"),
        ("--", "neither begins nor ends"),
        ("acme returns", "only the letters"),
        ("acme_returns", "only the letters"),
        ("acme.returns", "only the letters"),
        ("acme/..", "only the letters"),
        ("técnica", "only the letters"),
        ("\u212aelvin", "only the letters"),  # the Kelvin sign: its lower case is a plain k
        ("ac\x00me", "only the letters"),
        ("acme\n-x", "only the letters"),
        ("аcme", "only the letters"),  # a Cyrillic а
        ("xn--acme", "two hyphens"),
        ("admin", "kept for the platform"),
        ("API", "kept for the platform"),
        ("login", "kept for the platform"),
        ("static", "kept for the platform"),
        ("www", "kept for the platform"),
    ],
)
def test_a_web_address_that_is_none_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        check_web_address(text)
    assert refusal.value.field == "web_address"


@given(st.text(max_size=70))
def test_whatever_is_accepted_is_safe_in_a_link_and_accepted_again(text: str) -> None:
    try:
        address = check_web_address(text)
    except Refused:
        return
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]", address)
    assert check_web_address(address) == address
    assert not is_reserved(address)


def test_every_reserved_word_could_otherwise_be_an_address() -> None:
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", word) for word in RESERVED)
    assert {"admin", "api", "login", "logout", "static", "livez", "readyz", "metrics", "invitations"} <= RESERVED


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("messages.acme.example", "messages.acme.example"),
        (" Messages.ACME.example. ", "messages.acme.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a-1.b2", "a-1.b2"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_stored_as_dns_has_it(text: str, host: str) -> None:
    assert check_host(text) == host


@pytest.mark.parametrize(
    "text",
    ["", ".", "localhost", "https://acme.example", "acme.example/path", "acme.example:8000", "a..b", "-a.example"]
    + [
        "a-.example",
        "a b.example",
        "127.0.0.1",
        "::1",
        "[::1]",
        "1.2.3",
        "127.0.0.0x1",
        "user@acme.example",
        "acme.example\x00",
    ]
    + ["a" * 64 + ".example", "a." * 130 + "example", "x" * 1_000_000, "*.acme.example", "\ud800.example"],
)
def test_what_is_no_host_name_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="host name alone") as refusal:
        check_host(text)
    assert refusal.value.field == "custom_domain"


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_refused(text: str) -> None:
    try:
        host = check_host(text)
    except Refused:
        return
    assert re.fullmatch(r"[a-z0-9_.-]{3,253}", host)
    assert check_host(host) == host
