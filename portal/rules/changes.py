"""What the data plane is told of: every kind of change, with its words."""

from __future__ import annotations

from collections.abc import Mapping

CHANGES: Mapping[str, str] = {
    "workspace.created": "There is one more: `name`, `web_address`, `sip_prefix`, `status`, `timezone`.",
    "workspace.activated": "It is a paying customer: `status`.",
    "workspace.suspended": "Nothing goes out, what comes in is answered “service interrupted”: `kind`, `reason`.",
    "workspace.reactivated": "It works again: `status`.",
    "workspace.cancelled": "It is closed: `purged_at` is when it will be purged.",
    "workspace.restored": "It is what it was before it was closed: `status`.",
    "workspace.purged": "It is gone for good.",
    "workspace.limits_updated": "Limits are others now: `limits` names them. Read its entitlements.",
    "workspace.plan_changed": "It is on another `plan` or `billing_cycle`. Read its entitlements.",
    "number.assigned": "The `number` (E.164) is its own now.",
    "number.released": "The `number` (E.164) is its own no longer.",
    "extension.unregistered": "The `extension` (its `id`) with this `number` is no more.",
}
"""Each with what its `data` says; beside that it names the workspace and the instant."""
