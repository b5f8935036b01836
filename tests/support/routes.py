"""Every route of the program, as the finished app has it: what tests of all of them are drawn from."""

import re
from dataclasses import dataclass
from functools import cache

from portal import create_app
from portal.base.declared import STATIC, permission_of
from portal.rules.access import Permission
from portal.settings import Settings

READING = {"HEAD", "OPTIONS"}  # Flask's own
# What is no page: files …
FILES = {
    "admin_invoices.pdf",
    "organization_billing.draft_pdf",
    "organization_billing.pdf",
    "workspace_contacts.export",
    "workspace_recordings.export",
    "admin_workspaces.export",
    "admin_users.export",
    "admin_audit.export",
    "admin_imports.template",
    "admin_number_imports.template",
    "admin_numbers.export",
    "admin_tasks.results",
    "api.openapi",
    "branding.file",
    "organization_branding.draft_logo",
    "organization_branding.draft_sheet",
    "probes.livez",
    "probes.readyz",
    "probes.metrics",
}
# … and what htmx asks for; a person who opens its address is led to the page that it is a part of.
PARTS = {
    "admin_numbers.choose",
    "admin_orders.choose",
    "admin_usage_limits.row",
    "admin_workspaces.new_summary",
    "admin_workspaces.choose_owner",
    "admin_workspaces.choose_organization",
    "admin_users.choose_organization",
    "admin_users.choose_workspace",
    "admin_workspaces.transfer_organizations",
}


NOWHERE = "api.nothing"  # what answers at every address of the API that is none


@dataclass(frozen=True)
class Route:
    """One endpoint by one method. `rule` is its address with `<names>` in it."""

    endpoint: str
    method: str
    rule: str
    permission: Permission

    @property
    def names(self) -> tuple[str, ...]:
        """What its address must be given."""
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.rule))

    def path(self, **values: str) -> str:
        """Its address with these values, of which it takes those that it names."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


@cache
def routes() -> tuple[Route, ...]:
    """All but the static files, sorted by endpoint and method."""
    app = create_app(Settings(database_url="sqlite://", secret_key="k" * 48, testing=True))
    found = []
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint)
        if rule.endpoint in STATIC or rule.endpoint == NOWHERE or permission is None:
            continue
        methods = (rule.methods or set()) - READING
        found += [Route(rule.endpoint, method, rule.rule, permission) for method in methods]
    return tuple(sorted(found, key=lambda each: (each.endpoint, each.method)))
