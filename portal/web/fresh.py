"""Credentials and power change only soon after the password was entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import g, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.queries.principals import Principal
from portal.rules.access import OrganizationRole
from portal.web.forms import Form
from portal.web.pages import away

View = TypeVar("View", bound=Callable[..., Any])
LASTS = timedelta(minutes=15)


POWER = "An admin may do everything in the organization. Enter your password once more first, then send this."


def is_fresh() -> bool:
    """Whether the person of this request has entered the password soon enough for what `fresh` guards."""
    person: Principal = g.principal
    return clock.now() - person.reauthenticated_at <= LASTS


def check_power(form: Form, role: OrganizationRole) -> bool:
    """Whether this person may make somebody that now. Else the form says what is needed, and keeps what was typed."""
    if role is not OrganizationRole.ADMIN or is_fresh():
        return True
    form.add_error("organization_role", POWER)
    return False


def always(**_values: str) -> bool:
    """Whatever the address names."""
    return True


def oneself(user: str, **_values: str) -> bool:
    """Where the address names the one who asks (`user`, a public id)."""
    person: Principal = g.principal
    return user == person.public_id


def fresh(back: str, *names: str, when: Callable[..., bool] = always) -> Callable[[View], View]:
    """Below `@needs`: the view runs only within 15 minutes of a log-in or of entering the password once more. Else
    the person is asked for it, and comes back to the endpoint `back`, a page whose address has these of the view's own
    values, by name. `when`: for which values of the address that is so."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if when(**kwargs) and not is_fresh():
                return away("account.confirm", next=url_for(back, **{name: kwargs[name] for name in names}))
            answer: ResponseReturnValue = view(*args, **kwargs)
            return answer

        return guarded  # type: ignore[return-value]

    return declare
