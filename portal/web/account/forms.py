"""The forms of one's own account."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.base.languages import locales, timezones
from portal.models import Theme
from portal.models.columns import NAME
from portal.rules.passwords import LONGEST
from portal.web.forms import Form

THEMES = {Theme.SYSTEM: "As the device", Theme.LIGHT: "Light", Theme.DARK: "Dark"}


def new_password() -> Any:
    """The field of a password to be set."""
    return PasswordField(
        validators=[
            InputRequired("Choose a password."),
            Length(max=LONGEST, message=f"Choose a password of at most {LONGEST} characters."),
        ]
    )


def own_name() -> Any:
    """The field of one's own name."""
    return StringField(
        validators=[
            InputRequired("Enter your name."),
            Length(max=NAME, message=f"A name has at most {NAME} characters."),
        ]
    )


class LogInForm(Form):
    """Log-in."""

    email = StringField(validators=[InputRequired("Enter your e-mail address.")])
    password = PasswordField(validators=[InputRequired("Enter your password.")])
    next = HiddenField()


class ForgotForm(Form):
    """A link to set a new password, please."""

    email = StringField(validators=[InputRequired("Enter your e-mail address.")])


class NewPasswordForm(Form):
    """A new password: by a link, or because one is due."""

    password = new_password()


class PasswordForm(NewPasswordForm):
    """A new password in place of the present one."""

    current_password = PasswordField(validators=[InputRequired("Enter the password you have now.")])


class EmailForm(Form):
    """Another e-mail address, with the present password."""

    email = StringField(validators=[InputRequired("Enter your new e-mail address.")])
    password = PasswordField(validators=[InputRequired("Enter the password you have now.")])


class ConfirmForm(Form):
    """The password once more."""

    password = PasswordField(validators=[InputRequired("Enter your password.")])
    next = HiddenField()


class CodeForm(Form):
    """A code of the authenticator, or a recovery code."""

    code = StringField(validators=[InputRequired("Enter the code."), Length(max=40, message="That is no code.")])
    next = HiddenField()


class AcceptForm(Form):
    """Name and password of a person who was invited."""

    name = own_name()
    password = new_password()


class ProfileForm(Form):
    """What people say about themselves."""

    name = own_name()
    locale = StringField()
    timezone = StringField()
    theme = StringField()
    shortcuts = BooleanField()


def profile_options() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the profile: value and words, by field. Whether it was is for the operation to check."""
    return {
        "locale": list(locales().items()),
        "timezone": [(each, each.replace("_", " ")) for each in timezones()],
        "theme": [(key.value, words) for key, words in THEMES.items()],
    }
