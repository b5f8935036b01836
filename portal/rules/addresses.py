"""Web addresses (slugs) of workspaces and organizations, and hosts of custom domains."""

from __future__ import annotations

import re

from portal.rules.errors import Refused

SHORTEST = 2
LONGEST = 63
"""Characters: a web address must also fit into a DNS label (RFC 1035, 2.3.4)."""

_RESERVED = """
    about abuse access account accounts acme-challenge admin administrator api app apps asset
    assets auth autodiscover billing blog cdn console contact css dashboard demo dev docs email
    favicon ftp help home host hostmaster img imap images info invitation invitations invite js
    legal livez localhost login logout mail me media metrics mx new news ns ns1 ns2 null oauth
    organization organizations owner password platform pop pop3 portal postmaster privacy public
    readyz register root security settings signin signout signup sip smtp ssl staff static status
    support switch sysadmin system team terms test trash undefined uploads user users vendor
    webhook webhooks webmaster well-known workspace workspaces www
"""

RESERVED = frozenset(_RESERVED.split())
"""Words of the platform itself, which no customer may pass for."""

_WEB_ADDRESS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?")


def check_web_address(text: str, field: str | None = "web_address") -> str:
    """The web address as stored: lower case, without spaces around it.

    2–63 of a–z, 0–9 and hyphens, none at the ends. Refused, saying which of it fails. Whether
    it is still free is for the database to say.
    """
    address = text.strip()
    if not SHORTEST <= len(address) <= LONGEST:
        raise Refused(f"A web address has {SHORTEST} to {LONGEST} characters.", field)
    lower = address.lower() if address.isascii() else ""
    if not _WEB_ADDRESS.fullmatch(lower):
        raise Refused(
            "A web address has only the letters a–z, digits and hyphens, and neither begins nor ends with a hyphen.",
            field,
        )
    if lower[2:4] == "--":
        raise Refused("A web address has no two hyphens in third and fourth place.", field)
    if is_reserved(lower):
        raise Refused(f"“{lower}” is kept for the platform: choose another.", field)
    return lower


def is_reserved(address: str) -> bool:
    """Whether the platform keeps it for itself."""
    return address in RESERVED


def check_host(text: str, field: str | None = "custom_domain") -> str:
    """The host name of a custom domain as stored: lower case, IDNA-encoded, no final dot.

    At least two labels, at most 253 characters. Refused for anything else, an address with
    https:// or a path, and an IP address.
    """
    host = text.strip().rstrip(".").lower()
    wrong = Refused("A domain is a host name alone, such as messages.acme.example.", field)
    if len(host) > 253:
        raise wrong
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise wrong from None
    labels = host.split(".")
    valid = len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
    # A last label that begins with a digit is read as an IP address by browsers (127.0.0.0x1).
    if not valid or labels[-1][0].isdigit() or len(host) > 253:
        raise wrong
    return host
