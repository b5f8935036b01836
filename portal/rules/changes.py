"""What the data plane is told of: every kind of change, with its words and what its `data` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from portal.rules.lifecycle import HoldKind


class Part(NamedTuple):
    """A member of `data`. `kind`: text, instant, texts (a list) or flag."""

    words: str
    kind: str = "text"


_STATUS = {"status": Part("Its status now: `trial`, `active`, `suspended` or `cancelled`.")}

CHANGES: Mapping[str, str] = {
    "workspace.created": "There is one more.",
    "workspace.activated": "It is a paying customer.",
    "workspace.suspended": "Nothing goes out, what comes in is answered “service interrupted”.",
    "workspace.reactivated": "It works again.",
    "workspace.cancelled": "It is closed.",
    "workspace.restored": "It is what it was before it was closed.",
    "workspace.purged": "It is gone for good, and so is the `data` of what was told of it before.",
    "workspace.limits_updated": "Limits are others now. Read its entitlements.",
    "workspace.plan_changed": "It is on another plan or billing cycle. Read its entitlements.",
    "number.assigned": "The number is its own now.",
    "number.released": "The number is its own no longer.",
    "extension.unregistered": "The extension is no more.",
}
"""Each in words; beside its `data` it names the workspace and the instant."""

DATA: Mapping[str, Mapping[str, Part]] = {
    "workspace.created": {
        "name": Part("What it is called."),
        "web_address": Part("Its name in addresses."),
        "sip_prefix": Part("Its telephony code, which never changes."),
        **_STATUS,
        "timezone": Part("IANA name, for example Asia/Kolkata."),
    },
    "workspace.activated": _STATUS,
    "workspace.suspended": {
        "kind": Part(
            "Why: `manual`, `past_due`, `spend_cap`, `trial_ended` or `abuse`; the last is `manual` to keys and "
            "webhooks for one workspace alone."
        ),
        "reason": Part("What its people are told; may be blank."),
    },
    "workspace.reactivated": _STATUS,
    "workspace.cancelled": {"purged_at": Part("When it will be purged, unless it is restored.", "instant")},
    "workspace.restored": _STATUS,
    "workspace.purged": {},
    "workspace.limits_updated": {"limits": Part("Their names; `spend_cap` is among them.", "texts")},
    "workspace.plan_changed": {
        "plan": Part("The plan’s id; blank is the free plan."),
        "billing_cycle": Part("`monthly`, `quarterly`, `annual`, `custom` or `trial`."),
    },
    "number.assigned": {"number": Part("E.164.")},
    "number.released": {
        "number": Part("E.164."),
        "ported": Part("True where another carrier has it now.", "flag"),
    },
    "extension.unregistered": {"extension": Part("Its id."), "number": Part("What was dialled.")},
}
"""What the `data` of each kind says. All of it is there, but for `ported`, which is where it is true."""


def check_told(kind: str, names: Iterable[str]) -> None:
    """LookupError where `data` of this kind has no such members, or there is no such kind."""
    if unknown := set(names) - set(DATA[kind]):
        raise LookupError(f"{kind} tells nothing of {', '.join(sorted(unknown))}.")


def for_customers(data: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of a change as programs of the workspace alone are told it."""
    return {**data, "kind": HoldKind(data["kind"]).for_customers.value} if "kind" in data else dict(data)
