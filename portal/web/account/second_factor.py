"""Two-factor log-in, set up and taken down. All of it soon after the password was entered."""

from __future__ import annotations

from textwrap import wrap
from urllib.parse import quote

import pyotp
import segno
from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.operations import second_factor as codes
from portal.queries.accounts import second_factor
from portal.rules.access import Permission
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import CodeForm
from portal.web.fresh import fresh
from portal.web.pages import show
from portal.web.platform import brand

HERE = "account.factor"
BLACK, WHITE = "#000", "#fff"  # whatever the theme, or no camera reads it


@bp.get("/me/second-factor")
@needs(Permission.SELF)
@fresh(back=HERE)
def factor() -> ResponseReturnValue:
    """How it stands, and what can be done."""
    return _show(CodeForm())


@bp.post("/me/second-factor/begin")
@needs(Permission.SELF)
@fresh(back=HERE)
def factor_begin() -> ResponseReturnValue:
    """Makes a secret, which the page then shows until a code proves that the app has it."""
    codes.set_up(g.principal.public_id)
    return redirect(url_for(HERE), 303)


@bp.post("/me/second-factor/enable")
@needs(Permission.SELF)
@fresh(back=HERE)
def factor_enable() -> ResponseReturnValue:
    """Switches it on, ends the other sessions, and shows the recovery codes this once."""
    form = CodeForm()
    if form.validate():
        with form.refusals():
            return _codes(codes.enable(g.principal.public_id, form.code.data, actor(), g.principal.session))
    return _show(form, 422)


@bp.post("/me/second-factor/recovery-codes")
@needs(Permission.SELF)
@fresh(back=HERE)
def factor_codes() -> ResponseReturnValue:
    """Makes new recovery codes, ends the other sessions, and shows them this once."""
    return _codes(codes.renew_codes(g.principal.public_id, actor(), g.principal.session))


@bp.post("/me/second-factor/disable")
@needs(Permission.SELF)
@fresh(back=HERE)
def factor_disable() -> ResponseReturnValue:
    """Switches it off, and ends the other sessions."""
    codes.disable(g.principal.public_id, actor(), g.principal.session)
    flash("Two-factor log-in is off. Every other session was ended.", "good")
    return redirect(url_for("account.profile") + "#second-factor", 303)


def _show(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    stands = second_factor(g.principal.user_id)
    secret = " ".join(wrap(stands.secret or "", 4))
    return show("account/second_factor", status=status, form=form, factor=stands, secret=secret, qr=_qr(stands.secret))


def _qr(secret: str | None) -> Markup | None:
    """The secret as a picture for the app's camera: plain SVG without style or script."""
    if secret is None:
        return None
    address = pyotp.TOTP(secret).provisioning_uri(name=g.principal.email, issuer_name=brand())
    return Markup(segno.make(address).svg_inline(scale=4, border=3, dark=BLACK, light=WHITE))  # noqa: S704


def _codes(fresh_codes: list[str]) -> ResponseReturnValue:
    text = f"Recovery codes of {g.principal.email} for {brand()}, each good once\n\n" + "\n".join(fresh_codes) + "\n"
    return show("account/recovery_codes", codes=fresh_codes, file="data:text/plain;charset=utf-8," + quote(text))
