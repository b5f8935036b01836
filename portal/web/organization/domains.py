"""The domains of an organization and its workspaces: added, looked up, removed. They are part of its branding."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, site
from portal.operations import domains
from portal.queries import account_users
from portal.queries import domains as reads
from portal.queries.domains import AccountDomain
from portal.rules.access import Permission
from portal.rules.domains import Seen, records, seen
from portal.rules.errors import Conflict, NotFound
from portal.web import formats, organizations
from portal.web.access import actor, may, needs
from portal.web.domain_words import OUTCOMES, RECORDS
from portal.web.organization import branding
from portal.web.organization.domain_lines import ALL, line
from portal.web.organization.forms import DomainForm
from portal.web.organization.user_forms import named
from portal.web.pages import ask, done, show

bp = branding.bp

HERE = "organization_branding.page"
RECORD_FIELDS = ("cname", "txt")
"""What the address says of each record, in the order of `records`."""


@bp.route("/branding/domains/new", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_EDIT)
def domain_new() -> ResponseReturnValue:
    """Adds one, and leads to the records to set."""
    here, form = organizations.organization(), DomainForm()
    if form.validate_on_submit():
        with form.refusals():
            workspace = named(here.key, form.workspace.data)
            made = domains.add(here.key, form.host.data or "", workspace, actor())
            return done(url_for("organization_branding.domain", domain=made))
    return ask(
        "organization/domain_new",
        422 if form.is_submitted() else 200,
        form=form,
        rooms=account_users.without_domain(here.key),
        every=f"{ALL} of {here.name}",
        action=url_for("organization_branding.domain_new"),
        back_url=url_for(HERE),
        crumbs=(("Branding", url_for(HERE)), ("Add a domain", None)),
    )


@bp.get("/branding/domains/<domain>")
@needs(Permission.ACCOUNT_BRANDING_VIEW)
def domain(domain: str) -> Response:
    """One of them: the records to set, and how far its verification is."""
    found, now, locale = _found(domain), clock.now(), formats.reader_locale()
    states = [request.args.get(name) for name in RECORD_FIELDS]
    return show(
        "organization/domain",
        found=found,
        line=line(found, now, locale),
        records=records(found.host, found.token, site.host()),
        states=[RECORDS[Seen(each)] if each in set(Seen) else None for each in states],
        editable=may(Permission.ACCOUNT_EDIT),
        crumbs=(("Branding", url_for(HERE)), (found.host, None)),
    )


@bp.post("/branding/domains/<domain>/check")
@needs(Permission.ACCOUNT_EDIT)
def domain_check(domain: str) -> ResponseReturnValue:
    """Looks it up now. What was found of each record goes along in the address: it is true of this look alone."""
    found, states = _found(domain), dict[str, Any]()
    try:
        look = domains.check(organizations.organization().key, domain, actor())
        kind, words = OUTCOMES[look.outcome]
        flash(f"{found.host} {words}", kind)
        if look.answer:
            states = dict(zip(RECORD_FIELDS, seen(look.answer), strict=True))
    except Conflict as conflict:
        flash(conflict.message, "watch")
    return done(url_for("organization_branding.domain", domain=domain, **states))


@bp.route("/branding/domains/<domain>/remove", methods=["GET", "POST"])
@needs(Permission.ACCOUNT_EDIT)
def domain_remove(domain: str) -> ResponseReturnValue:
    """Removes it."""
    found, form = _found(domain), DomainForm()
    if form.validate_on_submit():
        host = domains.remove(organizations.organization().key, domain, actor())
        flash(f"{host} was removed.", "good")
        return done(url_for(HERE))
    back = url_for("organization_branding.domain", domain=domain)
    return ask(
        "organization/domain_remove",
        form=form,
        found=found,
        action=url_for("organization_branding.domain_remove", domain=domain),
        back_url=back,
        crumbs=(("Branding", url_for(HERE)), (found.host, back), ("Remove", None)),
    )


def _found(domain: str) -> AccountDomain:
    found = reads.account_domain(organizations.organization().key, domain)
    if found is None:
        raise NotFound()
    return found
