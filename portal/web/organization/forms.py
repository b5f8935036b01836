"""The forms of an organization's pages. What they may say is for the operations to check."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField

from portal.web.forms import Form


class NewWorkspaceForm(Form):
    """One more workspace; all but the name has a default."""

    name = StringField()
    web_address = StringField()
    timezone = StringField()


class RequestForm(Form):
    """What the platform is asked for, in the asker's words."""

    words = TextAreaField()


class BillingForm(Form):
    """Whom invoices are made out to. `version`: the one that the person has seen; `seen`: marks of what stood there."""

    company_name = StringField()
    address = TextAreaField()
    country = StringField()
    tax_id = StringField()
    billing_email = StringField()
    version = StringField()
    seen = StringField()


class DomainForm(Form):
    """A domain, and the workspace that it serves alone; blank for all."""

    host = StringField()
    workspace = StringField()


class BrandingForm(Form):
    """A logo, which stays as it is without a file, and two colours."""

    logo = FileField()
    drop_logo = BooleanField()
    accent = StringField()
    accent_dark = StringField()
