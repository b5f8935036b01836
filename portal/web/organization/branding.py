"""An organization's branding: its logo and two colours, how they will look, and whether others see them yet."""

from __future__ import annotations

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, images
from portal.operations import branding
from portal.queries import brands, requests
from portal.queries.brands import Draft
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.requests import RequestKind
from portal.web import brand_files, formats, looks, organizations
from portal.web.access import actor, may, needs, opens
from portal.web.organization import domain_lines
from portal.web.organization.forms import BrandingForm
from portal.web.organization.side import page
from portal.web.pages import done, show

bp = page("branding")

HERE = "organization_branding.page"
ASK = "organization_requests.new"
PREVIEW = ".brand-preview"


@bp.get("/branding", endpoint="page")
@needs(Permission.ACCOUNT_BRANDING_VIEW)
def overview() -> Response:
    """What is saved, and how it looks."""
    draft = brands.draft(organizations.organization().key)
    return _show(BrandingForm(accent=draft.accent, accent_dark=draft.accent_dark), draft)


@bp.post("/branding")
@needs(Permission.ACCOUNT_BRANDING_EDIT)
def save() -> ResponseReturnValue:
    """Saves logo and colours."""
    form, here = BrandingForm(), organizations.organization()
    if form.validate_on_submit():
        with form.refusals():
            changed = branding.save(
                here.key,
                form.accent.data or "",
                form.accent_dark.data or "",
                form.logo.data.stream.read(images.LARGEST + 1) if form.logo.data else b"",
                actor(),
                drop_logo=form.drop_logo.data,
            )
            flash("Branding saved." if changed else "There was nothing to change.", "good")
            return done(url_for(HERE))
    return _show(form, brands.draft(here.key), 422)


@bp.get("/branding/colours.css")
@needs(Permission.ACCOUNT_BRANDING_VIEW)
def draft_sheet() -> Response:
    """The saved colours, for the preview alone."""
    draft = brands.draft(organizations.organization().key)
    return brand_files.stylesheet(looks.sheet(draft.brand, PREVIEW) if draft.brand else "")


@bp.get("/branding/logo.png")
@needs(Permission.ACCOUNT_BRANDING_VIEW)
def draft_logo() -> Response:
    """The saved logo, also before others see it."""
    draft = brands.draft(organizations.organization().key)
    if draft.brand is None or not draft.logo:
        raise NotFound()
    return brand_files.picture(draft.brand, small=False)


def _show(form: BrandingForm, draft: Draft, status: int = 200) -> Response:
    here = organizations.organization()
    asked = None if draft.granted else requests.open_of(here.key).get(RequestKind.BRANDING)
    now, locale = clock.now(), formats.reader_locale()
    return show(
        "organization/branding",
        status=status,
        form=form,
        draft=draft,
        asked=formats.ago(asked.asked_at, now, locale) if asked else None,
        ask_url=url_for(ASK, kind=RequestKind.BRANDING.value) if not draft.granted and opens(ASK) else None,
        editable=may(Permission.ACCOUNT_BRANDING_EDIT),
        sheet_url=url_for(".draft_sheet", v=looks.sheet_hash(draft.brand)) if draft.brand and draft.accent else None,
        logo_url=url_for(".draft_logo", v=draft.logo[: looks.DIGITS]) if draft.logo else None,
        domains=domain_lines.lines(now, locale),
        add_url=url_for(".domain_new") if may(Permission.ACCOUNT_EDIT) else None,
        megabytes=images.LARGEST // 1024 // 1024,
    )
