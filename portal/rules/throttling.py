"""How often somebody may try what can be guessed: by account, by address, and by everybody together.

Whoever fails is counted thrice: as this account from this address, as this address, and as this account. An address
from which the account was opened before is judged by the first two alone, so that strangers who guess at an account,
from however many addresses, do not keep its owner out. A window ends at a fixed time and refused tries are not
counted, so that nobody's wait can be prolonged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address


class Purpose(StrEnum):
    """What is tried."""

    LOG_IN = "login"
    SECOND_FACTOR = "code"
    RESET = "reset"
    CONFIRM = "confirm"
    EMAIL = "email"
    INVITE = "invite"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tries in a window of time."""

    tries: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `account` is what names the account, existing or not; `known`: it was opened from there before."""

    purpose: Purpose
    account: str
    address: str
    known: bool = False


def _minutes(tries: int, minutes: int) -> Rate:
    return Rate(tries, timedelta(minutes=minutes))


# For each purpose: this account from this address, this address, this account, everybody. One address alone cannot
# use up an account: its tries in the account's window are fewer. Invitations are counted by the organization that
# sends them, as the account, and by whom they are for, as the address: nobody's mailbox is flooded.
RATES: dict[Purpose, tuple[Rate, Rate, Rate, Rate]] = {
    Purpose.LOG_IN: (_minutes(5, 5), _minutes(50, 15), _minutes(25, 15), _minutes(2_000, 15)),
    Purpose.SECOND_FACTOR: (_minutes(5, 20), _minutes(30, 15), _minutes(20, 60), _minutes(500, 15)),
    Purpose.RESET: (_minutes(3, 30), _minutes(10, 15), _minutes(10, 60), _minutes(200, 15)),
    Purpose.CONFIRM: (_minutes(5, 20), _minutes(30, 15), _minutes(20, 60), _minutes(500, 15)),
    Purpose.INVITE: (_minutes(5, 60), _minutes(10, 60), _minutes(100, 60), _minutes(2_000, 60)),
    Purpose.EMAIL: (_minutes(3, 30), _minutes(10, 15), _minutes(10, 60), _minutes(200, 15)),
}
LONGEST_WINDOW = timedelta(hours=1)


def counters(attempt: Attempt) -> dict[str, Rate]:
    """The keys under which this try is counted, each with its rate. No key tells the address or the account."""
    pair, address, account, everybody = RATES[attempt.purpose]
    place, who = network(attempt.address), attempt.account
    found = {_key(attempt.purpose, "pair", who, place): pair, _key(attempt.purpose, "address", place): address}
    if not attempt.known:
        found |= {_key(attempt.purpose, "account", who): account, _key(attempt.purpose, "everybody"): everybody}
    return found


def pair_key(attempt: Attempt) -> str:
    """The key of this account from this address."""
    return _key(attempt.purpose, "pair", attempt.account, network(attempt.address))


def network(address: str) -> str:
    """Where an address belongs to: itself, or for IPv6 the /64 that one household or server has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return found.exploded[:19] + "::/64"


def _key(purpose: Purpose, *parts: str) -> str:
    name, *values = parts
    digest = hashlib.sha256("\0".join(values).encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"{purpose}:{name}:{digest}" if values else f"{purpose}:{name}"
