"""The workspace's side, for its people: `/w/<slug>/`. What is shown is what `portal.web.tenancy` let in."""

from flask import Blueprint

from portal.web.workspace import (
    activity,
    contacts,
    home,
    lists,
    presence,
    search,
    settings,
    switching,
    team,
    team_changes,
    usage,
    visits,
)

ATTACHED = (presence, team_changes)

blueprints: tuple[Blueprint, ...] = (
    home.bp,
    search.bp,
    *lists.blueprints,
    contacts.bp,
    team.bp,
    usage.bp,
    activity.bp,
    settings.bp,
    switching.bp,
    visits.bp,
)
