"""Pages to look at: where each is seen, and by whom. Those about an organization's people, numbers, extensions."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.models import ExtensionState, NumberState, Recording
from portal.rules.access import WorkspaceRole
from tests.support.addresses import of_number, of_organization, of_own_telephony, of_person, of_recording
from tests.support.examples import Example

OWNER = "owner@portal.example"
TENANT = "owner@nilgiri-retail.example"
ADMIN, PEOPLE = "admin@nilgiri-retail.example", "people@nilgiri-retail.example"


@dataclass(frozen=True)
class Shown:
    """Where a page is to be seen, by whom, and with which status it comes."""

    where: str | Callable[[Example], str]
    who: str | Callable[[Example], str] = OWNER
    status: int = 200

    def path(self, example: Example) -> str:
        return self.where if isinstance(self.where, str) else self.where(example)


FREE, USED, LEAVING = NumberState.AVAILABLE, NumberState.ASSIGNED, NumberState.PORTING_OUT
PROVISIONED, GONE = ExtensionState.PROVISIONED, ExtensionState.UNREGISTERED
TELEPHONY = {
    "admin_numbers.listing": Shown("/admin/numbers/"),
    "admin_numbers.listing: all filters": Shown("/admin/numbers/?q=+91&state=available&country=IN&kind=local"),
    "admin_numbers.listing: nothing": Shown("/admin/numbers/?q=brihgt", "auditor@portal.example"),
    "admin_numbers.page": Shown(of_number(USED)),
    "admin_numbers.page: free": Shown(of_number(FREE), "auditor@portal.example"),
    "admin_numbers.page: porting out": Shown(of_number(LEAVING)),
    "admin_numbers.assign": Shown(of_number(FREE, "/assign")),
    "admin_numbers.remove": Shown(of_number(FREE, "/remove")),
    "admin_numbers.release": Shown(of_number(USED, "/release")),
    "admin_numbers.port_out": Shown(of_number(USED, "/port-out")),
    "admin_numbers.keep": Shown(of_number(LEAVING, "/keep")),
    "admin_numbers.ported": Shown(of_number(LEAVING, "/ported")),
    "admin_number_imports.page": Shown("/admin/numbers/import/"),
    "workspace_numbers.pick: nothing": Shown("/w/nilgiri-retail/numbers/pick?q=99999999999", TENANT),
    "workspace_numbers.release": Shown(**of_own_telephony("release")),
    "workspace_recordings.listing: of a kind": Shown("/w/nilgiri-retail/recordings?kind=voicemail&q=the", TENANT),
    "workspace_recordings.listing: nothing": Shown("/w/nilgiri-retail/recordings?q=brihgt", TENANT),
    "workspace_recordings.page": Shown(**of_recording(Recording.transcript != "")),
    "workspace_recordings.page: going on": Shown(**of_recording(Recording.ended_at.is_(None))),
    "workspace_extensions.renew": Shown(**of_own_telephony("renew", PROVISIONED)),
    "workspace_extensions.unregister": Shown(**of_own_telephony("unregister", PROVISIONED)),
    "workspace_extensions.provision": Shown(**of_own_telephony("provision", GONE)),
}
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
OTHERS = ACCOUNT_USERS | TELEPHONY
