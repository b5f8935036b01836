"""Editing an organization, and what to do when somebody else saved it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from portal.operations.organization_changes import FIELDS, FLAGS, GROUPS, Stale, change, texts
from portal.queries import catalogue, saves
from portal.queries import organization_detail as organizations
from portal.queries.organization_detail import Account
from portal.rules.access import Permission
from portal.rules.editing import Value
from portal.web import edited, formats
from portal.web.access import actor, may, needs
from portal.web.admin import workspace_choices as choices
from portal.web.admin.blueprints import organizations as bp
from portal.web.admin.conflicts import TwoVersions, show_conflict
from portal.web.admin.organization_head import crumbs
from portal.web.countries import countries
from portal.web.edited import EditedForm
from portal.web.pages import done, show, tell_saved
from portal.web.versions import differing, marks, touched

LABELS = {
    "name": "Name",
    "company_name": "Company name",
    "address": "Address",
    "country": "Country",
    "tax_id": "Tax id",
    "billing_email": "Billing e-mail",
    "currency": "Currency",
    "rate_card": "Rate card",
    "volume_discount": "Volume discount",
}


def _form() -> type[EditedForm]:
    return edited.form_of(FIELDS, FLAGS, LABELS.__getitem__)


@bp.get("/<org>/edit")
@needs(Permission.ORGANIZATION_CHANGE)
def edit(org: str) -> ResponseReturnValue:
    """The form of the organization as it stands."""
    found = organizations.account(org)
    there = texts(found)
    return _page(found, _form()(version=str(found.version), seen=marks(there), **there))


@bp.post("/<org>/edit")
@needs(Permission.ORGANIZATION_CHANGE)
def edit_save(org: str) -> ResponseReturnValue:
    """Saves what was changed, unless somebody else saved the organization since the form was opened."""
    form, found = _form()(), organizations.account(org)
    sent = form.version.data or ""
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    if form.validate():
        try:
            with form.refusals():
                made = change(org, form.given(), actor(), may=_held(), version=version)
                name = formats.isolated(organizations.account(org).name)
                tell_saved(f"{name} saved.", made.fields)
                return done(url_for("admin_organizations.detail", org=org))
        except Stale as stale:
            return _versions(stale.theirs, touched(form.given(), form.seen.data or ""))
    return _page(found, form, 422)


def _held() -> frozenset[Permission]:
    return frozenset(permission for permission in GROUPS if may(permission))


def _page(found: Account, form: EditedForm, status: int = 200) -> Response:
    locale = formats.reader_locale()
    cards = [("", "None"), *((each.public_id, f"{each.name}, {each.currency}") for each in catalogue.card_choices())]
    if found.rate_card_id and found.rate_card_id not in dict(cards):
        cards.append((found.rate_card_id, f"{found.rate_card}, archived"))
    return show(
        "admin/organizations/edit",
        status=status,
        form=form,
        org=found,
        faults=form.faults(),
        crumbs=crumbs(found, "Edit"),
        may_profile=may(Permission.ORGANIZATION_EDIT),
        may_billing=may(Permission.ORGANIZATION_BILLING),
        options={
            "country": countries(locale),
            "currency": choices.every_currency(locale),
            "rate_card": choices.kept(tuple(cards), str(form.value("rate_card"))),
        },
        labels=LABELS,
        locked={name: said(name, value) or formats.NONE for name, value in texts(found).items()},
    )


def _versions(theirs: Account, mine: Mapping[str, Value]) -> Response:
    """Both versions; what the person did not touch stays as it is now."""
    conflict = TwoVersions(
        title=theirs.name,
        thing="this organization",
        saved=saves.organization_saved(theirs.key),
        rows=differing(texts(theirs), mine, LABELS.__getitem__, said),
        kept={"version": str(theirs.version)},
        action=url_for("admin_organizations.edit_save", org=theirs.public_id),
        theirs_url=url_for("admin_organizations.edit", org=theirs.public_id),
    )
    return show_conflict(conflict, list(crumbs(theirs, "Edit")))


def said(name: str, value: Value) -> str:
    """A field's value as people read it."""
    if name in FLAGS:
        return "Approved" if value else "Not approved"
    text = str(value)
    if name == "country" and text:
        return formats.country(text, formats.reader_locale())
    if name == "rate_card" and text:
        return next((each.name for each in catalogue.card_choices() if each.public_id == text), text)
    return text
