"""The forms about an organization's people. What they may say is for the operations to check."""

from __future__ import annotations

import wtforms
from wtforms import FieldList, FormField, StringField
from wtforms.validators import InputRequired

from portal.queries.account_users import room
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.web import role_words
from portal.web.forms import Form, listed

MOST_SEATS = 10  # workspaces that somebody is invited into at once
ORGANIZATION = [(value, label) for value, label, _ in role_words.cards(OrganizationRole)]
WORKSPACE = [(value, label) for value, label, _ in role_words.cards(WorkspaceRole) if value != "owner"]


def named(organization: int, typed: str | None) -> str:
    """The public id of the workspace that was chosen, or typed by its address, in this organization (integer key);
    what was typed where there is none."""
    found = room(organization, typed or "")
    return found[0] if found else typed or ""


class OrganizationRoleForm(Form):
    """Another role in the organization."""

    role = listed(ORGANIZATION)


class WorkspaceRoleForm(Form):
    """Another role in a workspace."""

    role = listed(WORKSPACE)


class AddForm(Form):
    """One more workspace for somebody, and as what."""

    workspace = StringField(validators=[InputRequired("Choose a workspace.")])
    role = listed(WORKSPACE, WorkspaceRole.AGENT.value)


class SeatForm(wtforms.Form):
    """A workspace that somebody is invited into, and as what; blank for none."""

    workspace = StringField()
    role = listed(WORKSPACE, WorkspaceRole.AGENT.value)


class InviteForm(Form):
    """Somebody new for the organization."""

    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    name = StringField()
    organization_role = listed(ORGANIZATION, OrganizationRole.MEMBER.value)
    seats = FieldList(FormField(SeatForm), min_entries=1, max_entries=MOST_SEATS)

    def seat_error(self, number: int) -> str | None:
        """The first message at this line for a workspace."""
        found = [message for messages in self.seats[number].form.errors.values() for message in messages]
        return str(found[0]) if found else None

    def add_error(self, name: str | None, message: str) -> None:
        """Of a workspace (`workspace-1`), at the line that was meant: lines without a workspace are not counted."""
        sort, _, number = (name or "").partition("-")
        if sort not in ("workspace", "workspace_role") or not number:
            return super().add_error(name, message)
        chosen = [line for line in self.seats if line.form.workspace.data]
        chosen[int(number)].form.workspace.errors = [message]
        return None
