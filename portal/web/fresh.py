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
from portal.web.pages import away

View = TypeVar("View", bound=Callable[..., Any])
LASTS = timedelta(minutes=15)


def fresh(back: str, *names: str) -> Callable[[View], View]:
    """Below `@needs`: the view runs only within 15 minutes of a log-in or of entering the password once more. Else
    the person is asked for it, and comes back to the endpoint `back`, a page whose address has these of the view's own
    values, by name."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            person: Principal = g.principal
            if clock.now() - person.reauthenticated_at > LASTS:
                return away("account.confirm", next=url_for(back, **{name: kwargs[name] for name in names}))
            answer: ResponseReturnValue = view(*args, **kwargs)
            return answer

        return guarded  # type: ignore[return-value]

    return declare
