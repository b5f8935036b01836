"""The organization's side, for its people: `/o/<slug>/`. What is shown is what `portal.web.organizations` let in."""

from flask import Blueprint

from portal.web.organization import (
    activity,
    billing,
    branding,
    domains,
    overview,
    requests,
    search,
    usage,
    user_invite,
    workspace_changes,
    workspaces,
)

# Some files attach their views to the blueprint of another: user_invite, user_roles and user_page to that of users.
blueprints: tuple[Blueprint, ...] = tuple(
    dict.fromkeys(
        module.bp
        for module in (
            activity,
            billing,
            branding,
            domains,
            overview,
            requests,
            search,
            usage,
            user_invite,
            workspace_changes,
            workspaces,
        )
    )
)
