"""Who just lost the role changes nothing, whatever their page still offers: it is asked under the lock."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Branding, DomainState, Organization, Request
from portal.operations import billing_details, branding, domains, requests
from portal.rules.access import ORGANIZATION, OrganizationRole, Permission
from portal.rules.errors import Forbidden
from portal.rules.requests import RequestKind, RequestState
from tests import factories
from tests.factories import command
from tests.support.creation import actions, one
from tests.support.domains import point


@pytest.mark.parametrize("role", OrganizationRole)
def test_each_role_does_what_it_may_as_of_now(app: Flask, role: OrganizationRole) -> None:
    acme = factories.organization(branding_granted=True)
    person = factories.user()
    factories.member(acme, person, role)
    domain = factories.domain(acme)
    point(domain)
    request = requests.ask(acme.id, RequestKind.CONSOLIDATION, "Acme Labs", command())
    by, before = factories.acting(person), actions()
    acts = {
        Permission.ACCOUNT_BRANDING_EDIT: [partial(branding.save, acme.id, "#0b6e4f", "", b"", by)],
        Permission.ACCOUNT_REQUEST: [
            partial(requests.ask, acme.id, RequestKind.VOLUME_DISCOUNT, "", by),
            partial(requests.withdraw, acme.id, request, by),
        ],
        Permission.ACCOUNT_BILLING_EDIT: [
            partial(billing_details.change, acme.public_id, {"tax_id": "GB1"}, by, acme.version)
        ],
        Permission.ACCOUNT_EDIT: [
            partial(domains.check, acme.id, domain.public_id, by),
            partial(domains.add, acme.id, "x.acme.example", "", by),
            partial(domains.remove, acme.id, domain.public_id, by),
        ],
    }
    done = 0
    for needed, each in acts.items():
        for act in each:
            if needed in ORGANIZATION[role]:
                act()
                done += 1
            else:
                with pytest.raises(Forbidden, match="not include it any more"):
                    act()
    assert len(actions()) - len(before) == done
    if role is OrganizationRole.MEMBER:
        assert one(Organization, id=acme.id).tax_id == ""
        assert db.session.scalar(select(Branding.id)) is None
        assert one(type(domain), id=domain.id).state is DomainState.PENDING
        assert one(Request).state is RequestState.OPEN
