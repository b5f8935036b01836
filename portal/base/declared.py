"""What every route declares: a permission of people, or a scope of programs. An app with a route that declares nothing
does not start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from portal.rules.access import Permission
from portal.rules.api_scopes import ApiScope

View = TypeVar("View", bound=Callable[..., Any])

STATIC = {"static"}  # files that anybody may read


class UndeclaredRoute(Exception):
    """A route declares neither a permission nor a scope."""


def needs(permission: Permission) -> Callable[[View], View]:
    """Declare the permission without which the view is not run."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def by_key(scope: ApiScope) -> Callable[[View], View]:
    """Declare the scope without which the view, which looks at the key itself, does nothing."""

    def declare(view: View) -> View:
        view.api_scope = scope  # type: ignore[attr-defined]
        return view

    return declare


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What the endpoint's view declares of people."""
    return getattr(app.view_functions[endpoint], "permission", None)


def scope_of(app: Flask, endpoint: str) -> ApiScope | None:
    """What the endpoint's view declares of programs."""
    return getattr(app.view_functions[endpoint], "api_scope", None)


def check_routes(app: Flask) -> None:
    """Raises UndeclaredRoute, naming every route that declares neither."""
    bare = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in STATIC and not (permission_of(app, rule.endpoint) or scope_of(app, rule.endpoint))
    )
    if bare:
        raise UndeclaredRoute("these routes declare no permission (@needs): " + ", ".join(bare))
