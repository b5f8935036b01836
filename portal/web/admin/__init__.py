"""The platform's screens, for its staff."""

from flask import Blueprint

from portal.web.admin import (
    access_sessions,
    audit,
    credit,
    dashboard,
    defaults,
    imports,
    invoices,
    mail,
    orders,
    plans,
    search,
    settings,
    staff,
    tasks,
    user_actions,
    user_edit,
    user_invite,
    user_page,
    user_roles,
    users,
    workspace_bulk,
    workspace_closing,
    workspace_detail,
    workspace_edit,
    workspace_export,
    workspace_holds,
    workspace_new,
    workspace_overrides,
    workspace_setup,
    workspaces,
)

# Some files attach their views to a blueprint of several.
blueprints: tuple[Blueprint, ...] = tuple(
    dict.fromkeys(
        module.bp
        for module in (
            access_sessions,
            audit,
            credit,
            dashboard,
            defaults,
            imports,
            invoices,
            mail,
            orders,
            plans,
            search,
            settings,
            staff,
            tasks,
            user_actions,
            user_edit,
            user_invite,
            user_page,
            user_roles,
            users,
            workspace_bulk,
            workspace_closing,
            workspace_detail,
            workspace_edit,
            workspace_export,
            workspace_holds,
            workspace_new,
            workspace_overrides,
            workspace_setup,
            workspaces,
        )
    )
)
