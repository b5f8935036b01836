"""What the pages of a workspace share: their blueprints, and how they are read."""

from __future__ import annotations

from flask import Blueprint

from portal.base import clock
from portal.models import scope
from portal.queries import detail
from portal.queries.detail import Standing
from portal.web import sides, tenancy


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
