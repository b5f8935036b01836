"""Numbers and extensions in words: their states as badges, their kinds."""

from __future__ import annotations

from portal.models import ExtensionState, NumberKind, NumberState

KINDS = {NumberKind.LOCAL: "Local", NumberKind.MOBILE: "Mobile", NumberKind.TOLL_FREE: "Toll-free"}
STATES = {
    NumberState.AVAILABLE: ("draft", "Free"),
    NumberState.ASSIGNED: ("active", "In use"),
    NumberState.PORTING_OUT: ("pending", "Porting out"),
}
"""The badge's look and word."""
EXTENSION_STATES = {
    ExtensionState.PROVISIONED: ("active", "Provisioned"),
    ExtensionState.UNREGISTERED: ("cancelled", "Unregistered"),
}
