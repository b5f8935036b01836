"""Which host a request is for: the platform's own, where everything is; a verified custom domain, where the pages of
its organization (or of its one workspace) are and nothing else; or any other, where nothing is.

On the platform's own hosts nothing is looked up. No address that leaves the program is built from the host asked for:
mails lead to PORTAL_PUBLIC_URL, pages link to paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask import Response, g, request

from portal.base import site
from portal.queries import domains
from portal.queries.domains import Served
from portal.queries.own_organizations import Account
from portal.queries.tenants import Place
from portal.rules.errors import NotFound
from portal.web import sides

# What of the platform's common pages a custom domain has too. What changes an account is not among them, nor what a
# link in a mail opens: whoever runs the domain could lead it elsewhere, and be sent both.
COMMON = {
    "static",
    "branding.file",
    "switch.switch",
    "account.home",
    "account.log_in",
    "account.log_out",
    "account.second_factor",
    "account.confirm",
    "account.password_change",
    "account.password_forgot",
}

# What answers at any host, since whoever watches the server asks it by its address: it says nothing of anybody.
PROBES = {"probes.livez", "probes.readyz", "probes.metrics"}

Where = TypeVar("Where", Place, Account)


def check() -> Response | None:
    """Before anything else of a request: at a host that is nobody's there is nothing, not even a page that says so: its
    files would not be there either. Raises NotFound for what a custom domain does not have."""
    if request.endpoint in PROBES or site.is_own(request.host):
        return None
    found = domains.served(request.host.partition(":")[0].lower()) if request.host else None
    if found is None:
        return Response(f"There is nothing at this address. Request {g.request_id}\n", 404, mimetype="text/plain")
    g.domain = found
    if request.endpoint is None or not answers(request.endpoint):
        raise NotFound()
    return None


def domain() -> Served | None:
    """The custom domain that was asked; None for the platform's own hosts."""
    found: Served | None = g.get("domain")
    return found


def name() -> str:
    """Its host, which a log-in there is bound to; blank for the platform's own."""
    found = domain()
    return found.host if found else ""


def shown() -> str:
    """The host as people know it: the domain's, else that of PORTAL_PUBLIC_URL."""
    return name() or site.host()


def answers(endpoint: str) -> bool:
    """Whether this host has such a page at all."""
    found = domain()
    if found is None or endpoint in COMMON or endpoint.startswith(sides.WORKSPACE):
        return True
    return endpoint.startswith(sides.ORGANIZATION) and found.workspace_key is None


def serves(organization: int, workspace: int | None = None) -> bool:
    """Whether pages of this organization, or of this workspace of it (integer keys), are on this host."""
    found = domain()
    if found is None:
        return True
    return found.organization_key == organization and found.workspace_key in (None, workspace)


def here(places: Iterable[Where]) -> list[Where]:
    """Those that are on this host."""
    return [
        each
        for each in places
        if (serves(each.organization_id, each.key) if isinstance(each, Place) else serves(each.key))
    ]
