"""The audit chain: how an event's payload is digested, and how the event is bound to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
KEYS = ("actor_kind", "actor_id", "organization_id", "workspace_id", "request_id")  # who did it, whose, and when asked


def digest_of(salt: str, payload: dict[str, Any], keys: Mapping[str, Any]) -> str:
    """SHA-256 over salt and canonical JSON of the payload and of the KEYS of the event's row, in hex.

    The salt keeps an erased payload unguessable."""
    whole = {"payload": payload, "keys": {name: keys[name] for name in KEYS}}
    canonical = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{canonical}".encode()).hexdigest()


def hash_of(previous: str, sequence: int, at: datetime, action: str, public_id: str, digest: str) -> str:
    """SHA-256 over the previous hash, the fixed fields of the event and its digest, in hex."""
    fields = (previous, str(sequence), at.astimezone(UTC).isoformat(timespec="microseconds"), action, public_id, digest)
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
