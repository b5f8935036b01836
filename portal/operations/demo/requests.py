"""Example data: what organizations ask the platform for, and what they were answered."""

from __future__ import annotations

from datetime import timedelta

from portal.models import Request
from portal.operations.demo.branding import is_branded
from portal.operations.demo.dice import between
from portal.operations.demo.tenants import Customer, World, days_before
from portal.rules.requests import RequestKind, RequestState

STAFF = "Vikram Rao"
OPEN, GRANTED, DECLINED = RequestState.OPEN, RequestState.GRANTED, RequestState.DECLINED
ONE = (RequestKind.MULTI_WORKSPACE, OPEN, "We open a second branch next month and want its own numbers.", "")
SEVERAL = (RequestKind.VOLUME_DISCOUNT, OPEN, "We expect 120,000 contacts a month from the new season on.", "")
# Of a hundred organizations, so many ask so; whether for several workspaces or for what comes with them.
ASKED: tuple[tuple[int, bool, RequestKind, RequestState, str, str], ...] = (
    (4, False, *ONE),
    (3, True, *SEVERAL),
    (2, False, RequestKind.BRANDING, OPEN, "Our people should see our own logo when they log in.", ""),
    (2, True, RequestKind.CONSOLIDATION, OPEN, "We bought a company that has an account of its own here.", ""),
    (
        *(3, False, RequestKind.MULTI_WORKSPACE, DECLINED, "One workspace for each team."),
        "Teams fit into one workspace: invite them there, and tag their contacts.",
    ),
    (
        *(4, True, RequestKind.VOLUME_DISCOUNT, DECLINED, ""),
        "The discount begins at 100,000 contacts in a month. Ask again once you are near.",
    ),
)
BRANDED = "Upload your logo under Branding: it shows at once."


def write_requests(world: World, customer: Customer) -> None:
    """What this organization has asked for, if anything. Those with branding were granted it."""
    if is_branded(customer.index):
        _add(world, customer, RequestKind.BRANDING, GRANTED, "We want our customers to see our colours.", BRANDED)
    if customer.index == 0:
        return
    if customer.index == 1:  # so that a small platform has one to look at too
        _add(world, customer, *(SEVERAL if customer.is_multi else ONE))
        return
    at = world.dice.of("requests", customer.id).randrange(100)
    for share, several, kind, state, words, word in ASKED:
        has = kind is RequestKind.BRANDING and is_branded(customer.index)
        if 0 <= at < share and several == customer.is_multi and not has:
            _add(world, customer, kind, state, words, word)
        at -= share


def _add(world: World, customer: Customer, kind: RequestKind, state: RequestState, words: str, word: str) -> None:
    rng = world.dice.of("request", customer.id)
    asker = customer.tenants[0].owner
    asked_at = max(customer.created_at, days_before(world.now, between(rng, (0.2, 9) if state is OPEN else (12, 70))))
    decided = state is not OPEN
    world.sheet.add(
        Request,
        organization_id=customer.id,
        kind=kind,
        state=state,
        words=words,
        asked_by_id=asker.id,
        asked_by=asker.name,
        asked_at=asked_at,
        decided_by=STAFF if decided else None,
        decided_at=min(asked_at + timedelta(hours=rng.randrange(3, 60)), world.now) if decided else None,
        word=word,
    )
