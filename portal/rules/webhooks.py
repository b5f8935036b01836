"""Webhooks: which addresses may be called, what is sent, and how long it is tried."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from portal.rules.errors import Refused

PAUSES = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20)),
)
"""Between a try and the next; the last one comes when `GIVE_UP` is over."""
GIVE_UP = timedelta(days=3)
OLD_SECRET = timedelta(hours=24)
"""So long a secret that was replaced goes on signing, beside the new one."""
TEST = "webhook.test"
LONGEST = 500
PORTS = {"https": 443, "http": 80}
GONE = 410
"""Whoever answers so wants to hear nothing more (Standard Webhooks)."""
OVERWORKED = frozenset({429, 503})
"""Whoever answers so with a `Retry-After` is not called at all until then."""
LONGEST_PAUSE = timedelta(days=1)
"""That a receiver may ask for."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_OF_CLOUDS = {ipaddress.ip_address("168.63.129.16")}  # Azure's machines ask it for secrets; public by its look alone
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL = ipaddress.ip_network("2000::/3")  # of IPv6 nothing else was given out
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))  # older Pythons lack them


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes. `host` in ASCII, as DNS and certificates have it; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target(address: str, loopback: bool = False) -> Target:
    """What this address names. Raises Refused where it is none, not https, or says itself that it is not public; with
    `loopback`, this machine itself is let through too, also by http."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip(".").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        raise Refused("That is no address. Give one such as https://gateway.example/webhooks.", "address") from None
    if not address.isprintable() or " " in address or parts.scheme not in PORTS or not host:
        raise Refused("That is no address. Give one such as https://gateway.example/webhooks.", "address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("Leave name, password and # out of it: every call is signed instead.", "address")
    own = loopback and (host == "localhost" or _is_loopback(host))
    if parts.scheme != "https" and not own:
        raise Refused("Only https:// is called, so that nobody on the way reads or changes anything.", "address")
    if not own and (host == "localhost" or host.endswith(".localhost") or _is_inside(host)):
        raise Refused("That is in a private network. Only addresses of the public internet are called.", "address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Refused("Write what follows the host in ASCII, other letters as %C3%A9.", "address")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def is_public(address: str, loopback: bool = False) -> bool:
    """Whether this IP address is one of the public internet, also behind what wraps an IPv4 address in one of IPv6.
    Neither private, loopback, link-local (where clouds keep their metadata), shared by carriers, multicast nor
    reserved."""
    try:
        found = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if found.is_loopback:
        return loopback
    if found in _OF_CLOUDS or found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local:
        return False
    if any(found in each for each in _SPECIAL) or (found.version == 6 and found not in _GLOBAL):
        return False
    return found.is_global


def _unwrapped(found: IpAddress) -> IpAddress:
    if isinstance(found, ipaddress.IPv4Address):
        return found
    within = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
    if found in _NAT64 or int(found) >> 32 == 0 and int(found) > 1:  # the latter: "IPv4-compatible", long given up
        within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return within or found


def _is_loopback(host: str) -> bool:
    try:
        return _unwrapped(ipaddress.ip_address(host)).is_loopback
    except ValueError:
        return False


def _is_inside(host: str) -> bool:
    """Whether the host is itself an IP address, and not a public one; names are looked up when they are called."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def payload(change: str, kind: str, at: datetime, workspace: str, data: dict[str, Any]) -> str:
    """What is sent of a change (public id): JSON, the same at every try."""
    told = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "id": change}
    return json.dumps({**told, "workspace": workspace, "data": data}, ensure_ascii=False, separators=(",", ":"))


def next_try(tries: int, begun_at: datetime, now: datetime, asked: timedelta = timedelta(0)) -> datetime | None:
    """When it is tried again after so many tries that failed, the first at `begun_at`; None: never. `asked`: what the
    receiver wants to be waited for, which makes a pause longer and never shorter."""
    last = begun_at + GIVE_UP
    if now >= last:
        return None
    return min(now + max(PAUSES[tries - 1], asked), last) if tries <= len(PAUSES) else last


def pause_asked(header: str, now: datetime) -> timedelta:
    """How long a `Retry-After` (seconds, or an instant as HTTP writes it) asks to wait: at most a day; nothing where it
    says nothing that can be understood."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:12]), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    return min(max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0)), LONGEST_PAUSE)


def wants(types: list[str], workspace: str | None, kind: str, about: str) -> bool:
    """Whether an endpoint of these types (none: all), for this workspace (None: all), is told of a change of this kind
    to the workspace `about`."""
    return (not types or kind in types) and (workspace is None or workspace == about)
