"""A workspace's settings: what its people may change, and what is locked, with the reason."""

from __future__ import annotations

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue

from portal.base.languages import timezones
from portal.operations import workspace_settings
from portal.operations.workspace_settings import Changed, Stale
from portal.queries import account_users, detail
from portal.queries.detail import Profile
from portal.rules.access import Permission, permissions_of
from portal.rules.lifecycle import Status
from portal.rules.periods import local_day
from portal.web import formats, tenancy
from portal.web.access import actor, may, needs
from portal.web.countries import countries
from portal.web.pages import done, show
from portal.web.platform import brand
from portal.web.role_words import WORKSPACE_ROLES, may_do
from portal.web.workspace.forms import SettingsForm
from portal.web.workspace.side import own_profile, page

bp = page("settings")

CALLS = {
    "cnam": "Caller name (CNAM)",
    "e911_street": "Emergency address: street and number",
    "e911_city": "City",
    "e911_state": "State",
    "e911_postal_code": "Postal code",
    "e911_country": "Country",
}
"""What its calls say of it, by field: the name that others see, and where help is sent (E911)."""


@bp.get("/settings", endpoint="page")
@needs(Permission.TENANT_SETTINGS_VIEW)
def settings() -> ResponseReturnValue:
    """The settings as they are."""
    profile, version = own_profile(), tenancy.tenant().version
    form = SettingsForm(
        name=profile.name,
        web_address=profile.web_address,
        timezone=profile.timezone,
        version=str(version),
        **detail.calls(profile.key),
    )
    return _show(form, profile)


@bp.post("/settings")
@needs(Permission.TENANT_SETTINGS_EDIT)
def save() -> ResponseReturnValue:
    """Saves them; the address may be another one afterwards."""
    form, here = SettingsForm(), tenancy.tenant()
    with form.refusals():
        wanted = Changed(
            form.name.data or "",
            form.web_address.data or "",
            form.timezone.data or "",
            _number(form.version.data),
            **{name: form[name].data for name in CALLS},
        )
        try:
            address = workspace_settings.change(here.public_id, wanted, actor())
        except Stale as stale:
            return _show(form, own_profile(), 409, stale.message)
        flash("Settings saved.", "good")
        return done(url_for("workspace_settings.page", slug=address))
    return _show(form, own_profile(), 422)


def _show(form: SettingsForm, profile: Profile, status: int = 200, stale: str = "") -> ResponseReturnValue:
    locale = formats.reader_locale()
    return show(
        "workspace/settings",
        status=status,
        form=form,
        stored=profile,
        calls=_calls(form, profile, locale),
        countries=countries(locale),
        stale=stale,
        version=tenancy.tenant().version if stale else form.version.data,
        timezones=[(name, name.replace("_", " ")) for name in timezones()],
        editable=may(Permission.TENANT_SETTINGS_EDIT),
        locked=_locked(profile, locale),
        roles=[(words, may_do(role)) for role, words in WORKSPACE_ROLES.items()],
        yours=WORKSPACE_ROLES[role] if (role := tenancy.role()) else "",
        account=_account(),
        is_multi=profile.organization.is_multi,
        close_url=_close_url(),
    )


def _calls(form: SettingsForm, profile: Profile, locale: str) -> list[tuple[str, str, str]]:
    """Field, label and text of what its calls say."""
    shown = detail.calls(profile.key)
    if shown["e911_country"]:
        shown["e911_country"] = formats.country(shown["e911_country"], locale)
    typed = {name: form[name].data or "" for name in CALLS} if form.is_submitted() else shown
    return [(name, label, typed[name]) for name, label in CALLS.items()]


def _account() -> tuple[str, str | None, str]:
    """The organization's name, where its workspaces are arranged, and for whom that does not open: whom to ask."""
    here = tenancy.tenant()
    if Permission.ACCOUNT_WORKSPACE_VIEW in permissions_of(here.organization_role):
        return here.organization, url_for("organization_workspaces.listing", slug=here.organization_slug), ""
    names = [formats.isolated(name) for name in account_users.admins(here.organization_slug)]
    asked = " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or f"the staff of {brand()}"
    return here.organization, None, asked


def _close_url() -> str | None:
    """Where the reader closes it: as its owner, or as an admin of its organization; None for anybody else, or now."""
    here = tenancy.tenant()
    if may(Permission.TENANT_CLOSE):
        return url_for("workspace_settings.close")
    admin = Permission.ACCOUNT_WORKSPACE_CLOSE in g.held and here.status is not Status.CANCELLED
    if not admin:
        return None
    return url_for("organization_workspaces.close", slug=here.organization_slug, workspace=here.public_id)


def _locked(profile: Profile, locale: str) -> list[tuple[str, str, str]]:
    """Label, value and why it is locked."""
    plan = profile.plan.name if profile.plan else "Free"
    created = formats.day(local_day(profile.created_at, profile.timezone), locale)
    return [
        ("Organization", profile.organization.name, "A workspace stays with the organization that pays for it."),
        ("Logo and colours", f"Of {profile.organization.name}", "One branding for all of its workspaces."),
        ("SIP prefix", profile.sip_prefix, "Never changes: phones are registered with it."),
        ("Plan", plan, f"Changed by the staff of {brand()}."),
        ("Created", created, "The day on which it began."),
    ]


def _number(text: str | None) -> int:
    """The version that a form was drawn from; 0, which none is, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
