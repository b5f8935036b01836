"""The domains of an organization, as staff see them; and taking one away from it, that was proven once and is wanted by
its true owner elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import domains
from portal.queries import domains as reads
from portal.queries import organization_detail as organizations
from portal.queries.organization_detail import Account
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web.access import actor, may, needs
from portal.web.admin.blueprints import organizations as bp
from portal.web.admin.organization_head import crumbs
from portal.web.domain_words import STATES
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import ask, done


class DomainRow(NamedTuple):
    """A domain, ready to show. `serves`: the workspace that it serves alone, blank for all; `url`: where it is removed,
    None for whoever may not."""

    host: str
    serves: str
    badge: str
    state: str
    url: str | None


class TakeAwayForm(Form):
    """Why."""

    reason = StringField()


def rows(found: Account) -> Sequence[DomainRow]:
    """All of the organization and its workspaces."""
    takes, org = may(Permission.ORGANIZATION_DOMAIN), found.public_id
    return [
        DomainRow(
            each.host,
            each.workspace_name,
            *STATES[each.state],
            url_for("admin_organizations.domain_remove", org=org, domain=each.public_id) if takes else None,
        )
        for each in reads.of_account(found.key)
    ]


@bp.route("/<org>/domains/<domain>/remove", methods=["GET", "POST"])
@needs(Permission.ORGANIZATION_DOMAIN)
@fresh("admin_organizations.domain_remove", "org", "domain")
def domain_remove(org: str, domain: str) -> ResponseReturnValue:
    """Takes it away from the organization."""
    place, form = organizations.account(org), TakeAwayForm()
    found, back = reads.account_domain(place.key, domain), url_for("admin_organizations.detail", org=org)
    if found is None:
        raise NotFound()
    if form.validate_on_submit():
        with form.refusals():
            host = domains.take_away(place.key, domain, form.reason.data or "", actor())
            flash(f"{host} was removed.", "good")
            return done(back)
    return ask(
        "organization/domain_remove",
        422 if form.is_submitted() else 200,
        form=form,
        found=found,
        asks_reason=True,
        action=url_for("admin_organizations.domain_remove", org=org, domain=domain),
        back_url=back,
        crumbs=crumbs(place, "Remove a domain"),
    )
