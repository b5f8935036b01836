"""The audit chain: how an event's payload is digested, and how the event is bound to the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


def digest_of(salt: str, payload: dict[str, Any]) -> str:
    """SHA-256 over salt and canonical JSON of the payload, in hex. The salt keeps an erased payload unguessable."""
    canonical = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{canonical}".encode()).hexdigest()


def hash_of(previous: str, sequence: int, at: datetime, action: str, public_id: str, digest: str) -> str:
    """SHA-256 over the previous hash, the fixed fields of the event and its digest, in hex."""
    fields = (previous, str(sequence), at.astimezone(UTC).isoformat(timespec="microseconds"), action, public_id, digest)
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
