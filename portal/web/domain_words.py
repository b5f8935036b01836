"""Custom domains in words: how far one is, and what a look at DNS came to."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import DomainState
from portal.rules.domains import Outcome, Seen

# The badge and its label.
STATES: Mapping[DomainState, tuple[str, str]] = {
    DomainState.PENDING: ("pending", "Not verified"),
    DomainState.VERIFIED: ("active", "Verified"),
    DomainState.FAILING: ("pending", "Record missing"),
    DomainState.FAILED: ("failed", "Check failed"),
}
# The same of one record, as it was found by the look that was asked for.
RECORDS: Mapping[Seen, tuple[str, str]] = {
    Seen.FOUND: ("active", "Found"),
    Seen.MISSING: ("pending", "Not found"),
    Seen.OTHER: ("failed", "Another token"),
    Seen.ELSEWHERE: ("pending", "Does not lead here"),
}
# Kind of the message, and the message behind the host.
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.VERIFIED: ("good", "is verified: it is served from now on."),
    Outcome.EARLY: (
        "watch",
        "has both records. It is served once the branding is switched on: have it checked again then.",
    ),
    Outcome.NO_PROOF: ("watch", "has no TXT record with the token yet. DNS may take an hour to show a new one."),
    Outcome.OTHER_PROOF: ("error", "has a TXT record with another token. Replace its value by the one below."),
    Outcome.LEADS_ELSEWHERE: ("error", "has its TXT record, but leads elsewhere. Set the CNAME record as below."),
    Outcome.UNANSWERED: ("error", "cannot be looked up: its name servers do not answer. Try again in a few minutes."),
}
