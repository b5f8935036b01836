"""DNS in tests: what stands there of a domain."""

from typing import cast

from portal.base import names, site
from portal.gateways.dns import FakeDns
from portal.models import Domain
from portal.rules.domains import proof_name, proof_of


def dns() -> FakeDns:
    """What the app asks."""
    return cast(FakeDns, names.gateway())


def prove(domain: Domain, token: str = "") -> None:
    """The TXT record is there, with its token or this one."""
    dns().records[proof_name(domain.host)] = {"v=spf1 -all", proof_of(token or domain.token)}


def point(domain: Domain) -> None:
    """Both records are there."""
    prove(domain)
    dns().aliases[domain.host] = site.host()
