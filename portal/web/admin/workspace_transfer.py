"""Moving a workspace into another organization: where to, what that does, who comes along, and why."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import transfers
from portal.queries import candidates, detail
from portal.queries import transfers as reads
from portal.queries.candidates import House
from portal.queries.detail import Profile
from portal.queries.transfers import Outlook
from portal.rules.access import Permission, WorkspaceRole
from portal.rules.errors import Refused
from portal.rules.text import MOST_CHARACTERS, clean_line
from portal.rules.transfers import check_joins, check_leaves
from portal.web import formats, role_words
from portal.web.access import actor, needs
from portal.web.admin import workspace_picks as picks
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_dialogs import named, settled
from portal.web.formats import counted
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import show, wants_part
from portal.web.reader import words
from portal.web.workspace_words import STATUSES


class TransferForm(Form):
    """Where to, and why."""

    organization = StringField()
    reason = StringField()


@bp.get("/<ws>/transfer")
@needs(Permission.WORKSPACE_TRANSFER)
@fresh("admin_workspaces.transfer_ask", "ws")
def transfer_ask(ws: str) -> ResponseReturnValue:
    """Where to; once that is chosen, what it does."""
    profile, form = detail.profile(ws), TransferForm()
    check_leaves(reads.leaving(profile.key))
    typed = clean_line(request.args.get("organization", ""))[:MOST_CHARACTERS]
    form.organization.data = typed
    if request.args.get("find"):
        return _choosing(profile, form, found=_found(profile, typed))
    house = candidates.house(typed) if typed else None
    if typed and house is None:
        form.add_error("organization", "There is no such organization. Find one by its name.")
        return _choosing(profile, form, 422)
    if house is None:
        return _choosing(profile, form)
    why_not = _why_not(profile, house)
    if why_not:
        form.add_error("organization", why_not)
        return _choosing(profile, form, 422)
    return _asking(profile, house, form)


@bp.get("/<ws>/transfer/organizations")
@needs(Permission.WORKSPACE_TRANSFER)
def transfer_organizations(ws: str) -> ResponseReturnValue:
    """Organizations that match, for the picker."""
    profile = detail.profile(ws)
    if not wants_part():
        return redirect(url_for("admin_workspaces.transfer_ask", ws=ws), 303)
    q = words("organization")
    return show("admin/workspaces/transfer", "_options", kind="organization", q=q, picks=_found(profile, q))


@bp.post("/<ws>/transfer")
@needs(Permission.WORKSPACE_TRANSFER)
@fresh("admin_workspaces.transfer_ask", "ws")
def transfer(ws: str) -> ResponseReturnValue:
    """Does it. Without `choose` (a script's form) the whole team comes along, else whoever is ticked, and the owner."""
    profile, form = detail.profile(ws), TransferForm()
    house = candidates.house(form.organization.data or "")
    if house is None:
        form.add_error("organization", "There is no such organization. Find one by its name.")
        return _choosing(profile, form, 422)
    if form.validate():
        with form.refusals():
            without = _without(profile, house)
            done = transfers.transfer(ws, house.public_id, form.reason.data or "", actor(), without=without, wait=True)
            return settled(ws, _said(profile, house, done))
    if form.error("organization"):
        return _choosing(profile, form, 422)
    return _asking(profile, house, form, 422)


def _without(profile: Profile, house: House) -> set[str]:
    """Those of the team who are not to come along."""
    if "choose" not in request.form:
        return set()
    keeps = set(request.form.getlist("keep"))
    team = reads.outlook(profile.key, house.public_id).team
    return {mate.public_id for mate in team if mate.role is not WorkspaceRole.OWNER and mate.public_id not in keeps}


def _why_not(profile: Profile, house: House) -> str:
    if house.public_id == profile.organization.public_id:
        return f"It belongs to {house.name} already."
    try:
        check_joins(reads.leaving(profile.key), reads.joining(house))
    except Refused as refused:
        return refused.message
    return ""


def _found(profile: Profile, q: str) -> list[picks.Pick]:
    """What the search finds, the impossible ones with the reason."""
    locale, found = formats.reader_locale(), []
    for house in candidates.houses(q):
        pick = picks.house(house, locale)
        if house.public_id == profile.organization.public_id:
            pick = picks.refused(pick, "it is there already")
        elif house.currency != profile.currency:
            pick = picks.refused(pick, f"billed in {house.currency}")
        found.append(pick)
    return found


# ---------------------------------------------------------------- the two pages


def _choosing(
    profile: Profile, form: TransferForm, status: int = 200, found: list[picks.Pick] | None = None
) -> ResponseReturnValue:
    return show(
        "admin/workspaces/transfer",
        status=status,
        ws=profile,
        form=form,
        found=found,
        crumbs=_crumbs(profile),
        find_url=url_for("admin_workspaces.transfer_organizations", ws=profile.public_id),
        action=url_for("admin_workspaces.transfer_ask", ws=profile.public_id),
    )


def _asking(profile: Profile, house: House, form: TransferForm, status: int = 200) -> ResponseReturnValue:
    outlook = reads.outlook(profile.key, house.public_id)
    keeps = set(request.form.getlist("keep")) if "choose" in request.form else None
    return show(
        "admin/workspaces/transfer_review",
        status=status,
        ws=profile,
        to=house,
        form=form,
        effects=_effects(profile, outlook),
        remarks=_remarks(profile, house, outlook),
        team=[(mate, role_words.label(mate.role), keeps is None or mate.public_id in keeps) for mate in outlook.team],
        crumbs=_crumbs(profile),
        action=url_for("admin_workspaces.transfer", ws=profile.public_id),
        again_url=url_for("admin_workspaces.transfer_ask", ws=profile.public_id),
    )


def _crumbs(profile: Profile) -> tuple[tuple[str, str | None], ...]:
    back = url_for("admin_workspaces.detail", ws=profile.public_id)
    return (("Workspaces", url_for("admin_workspaces.listing")), (profile.name, back), ("Transfer", None))


def _effects(profile: Profile, found: Outlook) -> tuple[tuple[Any, ...], ...]:
    locale, currency = formats.reader_locale(), profile.currency
    was = formats.money(profile.mrr_minor, currency, locale, whole=True)
    will = formats.money(found.mrr_minor, currency, locale, whole=True)
    mrr = will if found.mrr_minor == profile.mrr_minor else f"{was} → {will}"
    place = "Primary" if found.primary else "Child"
    before = "Primary" if profile.is_primary else "Child"
    status = STATUSES[found.status]
    if found.status is not profile.status:
        status = f"{STATUSES[profile.status]} → {status}"
    return (
        ("star", "Its place", "place", place.lower(), place if place == before else f"{before} → {place}", None),
        ("coins", "MRR", "transfer_mrr", found.mrr_minor, mrr, currency),
        ("activity", "Status", "transfer_status", found.status.value, status, None),
        (
            "mail",
            "Open invitations that end",
            "transfer_invitations",
            found.invitations,
            formats.number(found.invitations, locale),
            None,
        ),
    )


def _remarks(profile: Profile, house: House, found: Outlook) -> list[str]:
    remarks = [
        "Numbers, extensions, contacts, limits, its own holds and its own domain come along. Orders, invoices and "
        f"credit stay with {formats.isolated(profile.organization.name)}; what is not invoiced yet is billed to "
        f"{formats.isolated(house.name)}.",
        "Who comes along and was there for this workspace alone, without a role of power, leaves that organization. "
        "Open access sessions go on.",
    ]
    if found.programs:
        ends = counted(found.programs, "API key or webhook", "API keys and webhooks")
        remarks.append(f"{ends} for this workspace alone: keys are revoked, webhooks paused. Make new keys after it.")
    if profile.owner and profile.owner.invited:
        remarks.append("The owner has not accepted yet, and gets a new invitation.")
    if not found.primary:
        remarks.append(f"Its contacts are pooled with those of {formats.isolated(house.name)} from now on.")
    return remarks


def _said(profile: Profile, house: House, done: transfers.Transferred) -> str:
    left = f", {counted(done.left, 'person', 'people')} left behind" if done.left else ""
    return f"{named(profile)} belongs to {formats.isolated(house.name)} now{left}"
