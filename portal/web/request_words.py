"""Requests in words: what is asked for, what became of it, what granting it does."""

from __future__ import annotations

from collections.abc import Mapping

from portal.rules.requests import NAMES, RequestKind, RequestState

SHORT = 90  # characters of the asker's words that stand in a line

KINDS: Mapping[RequestKind, str] = {kind: name.removeprefix("a ").capitalize() for kind, name in NAMES.items()}
"""As a heading names it."""
STATES: Mapping[RequestState, tuple[str, str]] = {
    RequestState.OPEN: ("pending", "Open"),
    RequestState.GRANTED: ("active", "Granted"),
    RequestState.DECLINED: ("draft", "Declined"),
    RequestState.WITHDRAWN: ("draft", "Withdrawn"),
}
"""The badge's look and word of a state."""

GRANTING: Mapping[RequestKind, str] = {
    RequestKind.MULTI_WORKSPACE: "Its primary workspace moves onto a multi-workspace plan, at that plan’s price. "
    "Limits and MRR follow at once, the price with the next cycle.",
    RequestKind.CONSOLIDATION: "This records your answer and changes nothing by itself: transfer the workspaces from "
    "their pages.",
    RequestKind.VOLUME_DISCOUNT: "The plan’s discount tiers count on its invoices from now on.",
    RequestKind.BRANDING: "Its logo and colours are live on its pages as soon as they are set.",
}


def shortened(words: str) -> str:
    """The beginning, in one line."""
    line = " ".join(words.split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rstrip() + "…"
