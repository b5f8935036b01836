"""Password hashes: Argon2id. Whether an account exists must not show in the time that an answer takes."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

EXTENSION = "portal.hashing"
# OWASP's second choice of Argon2id parameters: 31 ms and 19 MiB; the library's own take 256 ms.
TIME_COST, MEMORY_KIB, LANES = 2, 19_456, 1
LONGEST = 4096  # bytes; what is longer is no password anybody has, and is not worth the reading


class Hashing:
    """A hasher, and the hash of nobody's password for comparing in vain."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher = hasher
        self.nobody = hasher.hash(secrets.token_bytes(32))


def init_app(app: Flask, testing: bool) -> None:
    """The app's hasher; the cheapest parameters for tests."""
    cheapest = PasswordHasher.from_parameters(profiles.CHEAPEST)
    usual = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)
    app.extensions[EXTENSION] = Hashing(cheapest if testing else usual)


def hash_password(password: str) -> str:
    """The hash to keep."""
    return _hashing().hasher.hash(_bytes(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one whose hash was kept; takes as long for None, which nothing matches."""
    hashing = _hashing()
    # Cut first: bringing a megabyte of accents into one order would keep the whole process busy for minutes.
    given = _bytes(password[: LONGEST + 1])[: LONGEST + 1]
    is_short = len(password) <= LONGEST and len(given) <= LONGEST
    try:
        hashing.hasher.verify(kept or hashing.nobody, given)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None and is_short


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hashing().hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    """The same bytes whichever way a keyboard composes accents."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _hashing() -> Hashing:
    found: Hashing = current_app.extensions[EXTENSION]
    return found
