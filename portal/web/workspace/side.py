"""What the pages of a workspace share: their blueprints, and how they are read."""

from __future__ import annotations

from flask import Blueprint

from portal.base import clock
from portal.models import scope
from portal.queries import detail
from portal.queries.detail import Standing
from portal.rules.limits import Limit
from portal.web import limit_bars, sides, tenancy
from portal.web.limit_bars import Bar
from portal.web.platform import platform


def page(name: str) -> Blueprint:
    """The blueprint of one page and what belongs to it: `page("team")` answers below `/w/<slug>/`. Views do not get the
    slug, and `url_for` gives it by itself (see `portal.web.sides`)."""
    return Blueprint(sides.WORKSPACE + name, __name__, url_prefix="/w/<slug>")


def own_profile() -> detail.Profile:
    """The workspace of this request."""
    with scope.platform():  # the statement names the workspace, which the guard has let the person into
        return detail.profile(tenancy.tenant().public_id)


def own_standing() -> Standing:
    """The same with its usage and its limits."""
    with scope.platform():
        return detail.standing(tenancy.tenant().public_id, clock.now())


def own_limit(limit: Limit, locale: str) -> Bar:
    """One of its limits, and what is used of it."""
    state = next(state for state in own_standing().limits if state.limit is limit)
    return limit_bars.bar(state, platform().thresholds, locale)
