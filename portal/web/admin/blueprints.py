"""The blueprints that several files attach their views to."""

from flask import Blueprint

workspaces = Blueprint("admin_workspaces", __name__, url_prefix="/admin/workspaces")
organizations = Blueprint("admin_organizations", __name__, url_prefix="/admin/organizations")
users = Blueprint("admin_users", __name__, url_prefix="/admin/users")
