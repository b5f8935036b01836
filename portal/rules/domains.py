"""Custom domains: the DNS records by which their owner points one here, and proves that it is theirs."""

from __future__ import annotations

from typing import NamedTuple

PROOF = "_portal-verification"
"""The label below which the proof stands, so that it takes nothing away from the host's own TXT records."""


class DnsRecord(NamedTuple):
    """A record to be set where the domain is run."""

    kind: str
    name: str
    value: str


def records(host: str, token: str, target: str) -> tuple[DnsRecord, DnsRecord]:
    """What has to stand in DNS for `host` (as stored) to be served: a CNAME to `target`, this installation's host, and
    a TXT with the domain's token."""
    return (
        DnsRecord("CNAME", host, target),
        DnsRecord("TXT", f"{PROOF}.{host}", f"portal-verification={token}"),
    )
