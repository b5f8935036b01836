"""The platform's screens, for its staff. A file that attaches views to a shared blueprint is imported here."""

from flask import Blueprint

from portal.web.admin import (
    access_sessions,
    audit,
    dashboard,
    defaults,
    imports,
    mail,
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
from portal.web.admin import blueprints as shared

ATTACHED = (
    access_sessions,
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

blueprints: tuple[Blueprint, ...] = (
    shared.workspaces,
    shared.users,
    audit.bp,
    dashboard.bp,
    defaults.bp,
    imports.bp,
    mail.bp,
    plans.bp,
    search.bp,
    settings.bp,
    staff.bp,
    tasks.bp,
)
