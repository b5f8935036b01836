"""What tries are counted as."""

import pytest

from portal.rules.throttling import RATES, Attempt, Purpose, counters, network, pair_key


def attempt(account: str = "a@example.test", address: str = "192.0.2.1", known: bool = False) -> Attempt:
    return Attempt(Purpose.LOG_IN, account, address, known)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002::/64"),
        ("fe80::1%eth0", "fe80:0000:0000:0000::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_household_is_one_address(address: str, where: str) -> None:
    assert network(address) == where


def test_a_try_counts_for_pair_address_account_and_everybody() -> None:
    assert [key.split(":")[1] for key in counters(attempt())] == ["pair", "address", "account", "everybody"]


def test_where_the_account_was_opened_before_strangers_do_not_count() -> None:
    assert [key.split(":")[1] for key in counters(attempt(known=True))] == ["pair", "address"]


def test_purposes_accounts_and_addresses_do_not_share_a_counter() -> None:
    keys = set(counters(attempt())) | set(counters(attempt(account="b@example.test"))) - {"login:everybody"}
    assert len(keys) == 6
    assert not set(counters(attempt())) & set(counters(Attempt(Purpose.RESET, "a@example.test", "192.0.2.1")))


def test_keys_tell_neither_account_nor_address_and_fit_their_column() -> None:
    for key in counters(attempt()):
        assert "example" not in key
        assert "192" not in key.split(":")[0]
        assert len(key) <= 80


def test_one_address_alone_cannot_use_up_an_account() -> None:
    for pair, _, account, _ in RATES.values():
        assert pair.tries * (account.window / pair.window) < account.tries


def test_the_pair_is_one_of_the_counters() -> None:
    assert pair_key(attempt()) in counters(attempt())
