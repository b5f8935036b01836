"""A workspace's own limits: the dialog in which all of them are set at once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.base import clock
from portal.operations import limits
from portal.operations.limits import Typed
from portal.queries import detail
from portal.queries.limits import LimitState
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.limits import CATALOGUE, UNLIMITED, Limit, last_day
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_dialogs import question, settled
from portal.web.formats import counted
from portal.web.forms import Form

VALUES = {limit: f"override_{limit.value}" for limit in Limit}
ENDS = {limit: f"expires_{limit.value}" for limit in Limit}


class LimitsForm(Form):
    """A figure and a last day for each limit, added below, and why."""

    reason = StringField()


for _name in (*VALUES.values(), *ENDS.values()):
    setattr(LimitsForm, _name, StringField())


@dataclass(frozen=True, slots=True)
class Line:
    """One limit as the form shows it. `otherwise`: what holds without an override; `error` names the field at fault
    with it."""

    label: str
    value_name: str
    value: str
    value_error: str | None
    end_name: str
    end: str
    end_error: str | None
    otherwise: str
    used: str


@bp.get("/<ws>/limits")
@needs(Permission.WORKSPACE_LIMITS)
def limits_ask(ws: str) -> ResponseReturnValue:
    """What it may have of each, and until when."""
    return _overrides(ws, LimitsForm(formdata=None))


@bp.post("/<ws>/limits")
@needs(Permission.WORKSPACE_LIMITS)
def limits_save(ws: str) -> ResponseReturnValue:
    """Those limits that the form names are as typed; the others stay."""
    form = LimitsForm()
    if form.validate():
        with form.refusals():
            typed = {
                limit: Typed(request.form[name], request.form.get(ENDS[limit]))
                for limit, name in VALUES.items()
                if name in request.form
            }
            changed = limits.override(ws, typed, form.reason.data or "", actor())
            said = f"{counted(len(changed), 'limit')} changed" if changed else "No limit was changed"
            return settled(ws, said, "good" if changed else "info")
    return _overrides(ws, form, 422)


def _overrides(ws: str, form: LimitsForm, status: int = 200) -> ResponseReturnValue:
    found = detail.detail(ws, clock.now())
    profile = found.profile
    if profile.cancelled_at is not None:
        raise Conflict("The limits of a closed workspace stay as they are. Restore it first.")
    lines = [_line(state, form, profile.timezone, typed=status != 200) for state in found.limits]
    return question("limits", profile, "Limits", status, form=form, lines=lines, timezone=profile.timezone)


def _line(state: LimitState, form: LimitsForm, timezone: str, *, typed: bool) -> Line:
    locale = formats.reader_locale()
    value_name, end_name = VALUES[state.limit], ENDS[state.limit]
    own = state.own
    value, end = "", ""
    if own:
        value = str(own.value)
        end = last_day(own.expires_at, timezone).isoformat() if own.expires_at else ""
    return Line(
        label=CATALOGUE[state.limit].label,
        value_name=value_name,
        value=form[value_name].data or "" if typed and value_name in request.form else value,
        value_error=form.error(value_name),
        end_name=end_name,
        end=form[end_name].data or "" if typed and end_name in request.form else end,
        end_error=form.error(end_name),
        otherwise=_figure(state.inherited, locale),
        used=formats.number(state.used, locale),
    )


def _figure(value: int, locale: str) -> str:
    return "Unlimited" if value == UNLIMITED else formats.number(value, locale)
