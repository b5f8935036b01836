"""Pages to look at: where each is to be seen, and by whom. Those about an organization's people."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.rules.access import WorkspaceRole
from tests.support.addresses import of_organization, of_person
from tests.support.examples import Example

OWNER = "owner@portal.example"
ADMIN, PEOPLE = "admin@nilgiri-retail.example", "people@nilgiri-retail.example"


@dataclass(frozen=True)
class Shown:
    """Where a page is to be seen, by whom, and with which status it comes."""

    where: str | Callable[[Example], str]
    who: str | Callable[[Example], str] = OWNER
    status: int = 200

    def path(self, example: Example) -> str:
        return self.where if isinstance(self.where, str) else self.where(example)


ACCOUNT_USERS = {
    "organization_users.listing: by a user admin": Shown(of_organization("/o/<slug>/users"), PEOPLE),
    "organization_users.listing: all filters": Shown(of_organization("/o/<slug>/users?role=member&q=a"), ADMIN),
    "organization_users.listing: nothing": Shown(of_organization("/o/<slug>/users?q=zzz"), ADMIN),
    "organization_users.person": Shown(of_person(), ADMIN),
    "organization_users.person: an owner": Shown(of_person(role=WorkspaceRole.OWNER), PEOPLE),
    "organization_users.role": Shown(of_person("/role"), ADMIN),
    "organization_users.remove": Shown(of_person("/remove"), ADMIN),
    "organization_users.workspace_add": Shown(of_person("/workspaces/add"), ADMIN),
    "organization_users.workspace_role": Shown(of_person(question="role"), ADMIN),
    "organization_users.workspace_remove": Shown(of_person(question="remove"), ADMIN),
    "organization_users.workspace_owner": Shown(of_person(question="owner"), ADMIN),
}
