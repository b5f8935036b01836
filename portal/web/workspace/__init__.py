"""The workspace's side, for its people: `/w/<slug>/`. What is shown is what `portal.web.tenancy` let in."""

from flask import Blueprint

from portal.web.workspace import (
    activity,
    closing,
    contacts,
    extensions,
    home,
    lists,
    numbers,
    presence,
    recordings,
    search,
    settings,
    spending,
    switching,
    team,
    team_changes,
    usage,
    visits,
)

# Some files attach their views to the blueprint of another.
blueprints: tuple[Blueprint, ...] = (
    *lists.blueprints,
    *dict.fromkeys(
        module.bp
        for module in (
            activity,
            closing,
            contacts,
            extensions,
            home,
            numbers,
            presence,
            recordings,
            search,
            settings,
            spending,
            switching,
            team,
            team_changes,
            usage,
            visits,
        )
    ),
)
