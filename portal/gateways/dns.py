"""DNS: what stands there of a customer's domain; by the resolver of the system, and a fake for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from dns import resolver
from dns.exception import DNSException

from portal.base import names
from portal.settings import Settings

PATIENCE = 2.0  # seconds for each question
MOST_STEPS = 8  # from one CNAME to the next


class Unanswered(Exception):
    """The name servers of the domain do not answer now."""


class DnsGateway(Protocol):
    """Both raise Unanswered."""

    def texts(self, name: str) -> frozenset[str]:
        """The TXT records of this name; none where there are none, or no such name."""

    def leads_to(self, host: str, target: str) -> bool:
        """Whether `host` is an alias of `target`, or has an address of it (an apex cannot be an alias)."""


class SystemResolver:
    """The resolver that the machine is set up with."""

    def texts(self, name: str) -> frozenset[str]:
        """The TXT records of this name."""
        return frozenset(b"".join(row.strings).decode("utf-8", "replace") for row in _ask(name, "TXT"))

    def leads_to(self, host: str, target: str) -> bool:
        """Whether `host` is an alias of `target`, or has an address of it."""
        name = host
        for _ in range(MOST_STEPS):
            alias = next((str(row.target).rstrip(".").lower() for row in _ask(name, "CNAME")), None)
            if alias is None:
                break
            if alias == target.lower():
                return True
            name = alias
        kinds = ("A", "AAAA")
        return any({str(row) for row in _ask(host, kind)} & {str(row) for row in _ask(target, kind)} for kind in kinds)


def _ask(name: str, kind: str) -> list[Any]:
    try:
        return list(resolver.resolve(name + ".", kind, lifetime=PATIENCE))
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    except (DNSException, OSError) as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error


@dataclass
class FakeDns:
    """For tests: names and their TXT records, and hosts and what they are aliases of; `silent` ones do not answer."""

    records: dict[str, set[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def texts(self, name: str) -> frozenset[str]:
        """What the test put there."""
        self.asked.append(name)
        if any(name.endswith(host) for host in self.silent):
            raise Unanswered("it is silent")
        return frozenset(self.records.get(name, ()))

    def leads_to(self, host: str, target: str) -> bool:
        """What the test put there."""
        return self.aliases.get(host) == target


def chosen(settings: Settings) -> DnsGateway:
    """The system's; in tests one that knows of nothing, so that none of them asks anybody."""
    return FakeDns() if settings.testing else SystemResolver()


def gateway() -> DnsGateway:
    """The gateway of the app at work."""
    return cast(DnsGateway, names.gateway())
