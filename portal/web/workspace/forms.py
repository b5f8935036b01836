"""The forms of a workspace's pages. What they may say is for the operations to check."""

from __future__ import annotations

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from portal.rules.access import WorkspaceRole
from portal.web.forms import Form
from portal.web.role_words import cards

GRANTED = (WorkspaceRole.MANAGER, WorkspaceRole.AGENT)  # an owner is made by handing over
GIVEN = [role.value for role in GRANTED]


def role_options() -> list[tuple[str, str, str]]:
    """The roles that can be given: value, words, what they may."""
    return [each for each in cards(WorkspaceRole) if each[0] in GIVEN]


class InviteForm(Form):
    """Somebody new for the team."""

    email = StringField(validators=[InputRequired("Enter an e-mail address.")])
    name = StringField()
    role = RadioField(
        choices=[role.value for role in GRANTED], default=WorkspaceRole.AGENT.value, validate_choice=False
    )


class RoleForm(Form):
    """Another role for a member."""

    role = RadioField(choices=GIVEN, validate_choice=False)


class SettingsForm(Form):
    """What a workspace is called, where it is, in which time zone it lives, and what its calls say."""

    name = StringField()
    web_address = StringField()
    timezone = StringField()
    cnam = StringField()
    e911_street = StringField()
    e911_city = StringField()
    e911_state = StringField()
    e911_postal_code = StringField()
    e911_country = StringField()
    version = StringField()


def chosen(text: str | None) -> WorkspaceRole | None:
    """The role that a form names; None where there is no such role."""
    return next((role for role in WorkspaceRole if role.value == text), None)
