"""Who makes one more workspace of an organization, as of now."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Organization, OrganizationMember, Workspace
from portal.operations import children, members
from portal.rules.access import OrganizationRole
from portal.rules.errors import Forbidden
from tests import factories
from tests.factories import acting
from tests.support.family import family


def test_who_was_removed_just_now_makes_none_and_is_not_back(app: Flask) -> None:
    acme = db.session.get_one(Organization, family("Acme Labs").organization_id)
    ula = factories.user("ula@example.test")
    factories.member(acme, ula, OrganizationRole.USER_ADMIN)
    key, late = acme.id, acting(ula)
    members.remove(ula.public_id, acme.public_id, factories.command())
    with pytest.raises(Forbidden):
        children.add(key, "Backdoor", "", "", late)
    db.session.rollback()
    mine = select(OrganizationMember.id).where(OrganizationMember.user_id == ula.id)
    assert db.session.scalar(mine) is None
    assert db.session.scalar(select(Workspace.id).where(Workspace.name == "Backdoor")) is None
