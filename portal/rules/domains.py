"""Custom domains: the DNS records by which their owner points one here, and proves that it is theirs."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

PROOF = "_portal-verification"
"""The label below which the proof stands, so that it takes nothing away from the host's own TXT records."""
PROVES = "portal-verification="


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
        DnsRecord("TXT", proof_name(host), proof_of(token)),
    )


MOST = 5
"""Domains of an organization and its workspaces together, of which a workspace has one."""
AGAIN = timedelta(seconds=10)
"""How soon a domain may be looked up once more."""
PATIENCE = timedelta(days=14)
"""How long one that nobody has verified is looked up by itself, and kept from others who name it too."""
DAILY = timedelta(days=1)
"""How often one that was verified is looked up again."""
SAID_AFTER = timedelta(days=3)
"""So long its proof may be gone before that is said: DNS has bad days."""
SERVED_FOR = timedelta(days=10)
"""So long without proof it is served all the same, for its people to put the record back."""


class Answer(NamedTuple):
    """What DNS said of a host: whether its proof has the token, or only others; whether it leads here."""

    has_proof: bool
    has_other_proof: bool
    leads_here: bool


class Seen(StrEnum):
    """What stands in DNS of one record."""

    FOUND = "found"
    MISSING = "missing"
    OTHER = "other"  # a proof with another token
    ELSEWHERE = "elsewhere"  # no alias, or one of something else


def seen(answer: Answer) -> tuple[Seen, Seen]:
    """Of both records, in the order of `records`."""
    unproven = Seen.OTHER if answer.has_other_proof else Seen.MISSING
    return (Seen.FOUND if answer.leads_here else Seen.ELSEWHERE, Seen.FOUND if answer.has_proof else unproven)


class Outcome(StrEnum):
    """What a look came to."""

    VERIFIED = "verified"
    EARLY = "early"  # both records are there, and the branding is not live yet
    NO_PROOF = "no_proof"
    OTHER_PROOF = "other_proof"
    LEADS_ELSEWHERE = "leads_elsewhere"
    UNANSWERED = "unanswered"


class Look(NamedTuple):
    """What a look came to, and what was answered; None where nobody did."""

    outcome: Outcome
    answer: Answer | None


def outcome(answer: Answer | None, *, granted: bool, verified: bool) -> Outcome:
    """What this answer (None: there was none) means for a domain of an organization whose branding is `granted`, or
    not. One that is `verified` stays so as long as its proof is there: what stands before the platform may hide where
    it leads."""
    if answer is None:
        return Outcome.UNANSWERED
    if not answer.has_proof:
        return Outcome.OTHER_PROOF if answer.has_other_proof else Outcome.NO_PROOF
    if not answer.leads_here and not verified:
        return Outcome.LEADS_ELSEWHERE
    return Outcome.VERIFIED if granted else Outcome.EARLY


def proof_of(token: str) -> str:
    """The text of the TXT record that proves it."""
    return f"{PROVES}{token}"


def proof_name(host: str) -> str:
    """Where it stands."""
    return f"{PROOF}.{host}"
