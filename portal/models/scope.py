"""Tenant isolation: rows of a workspace are read through one scope, which fails closed.

A query that touches a model with the `OfWorkspace` mixin raises ScopeError unless a scope is open: `workspace(id)`
adds the criterion `workspace_id = id` to every such model in the query, `organization(id)` that the workspace is one
of that organization's, and `platform()` lets staff, jobs and the command line read across workspaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.util import find_tables

from portal.base import prepared
from portal.base.db import Base, reading
from portal.models.columns import OfWorkspace
from portal.models.workspaces import Workspace

PLATFORM = 0


@dataclass(frozen=True, slots=True)
class OfOrganization:
    """The scope of all workspaces of an organization (its integer key)."""

    key: int


Within = int | OfOrganization
"""A workspace's integer key, an organization's workspaces, or PLATFORM."""

_scope: ContextVar[Within | None] = ContextVar("scope", default=None)


class ScopeError(Exception):
    """A tenant's rows were asked for without saying whose."""


@contextmanager
def workspace(workspace_id: int) -> Iterator[None]:
    """Inside, tenant rows are those of this workspace."""
    with _within(workspace_id):
        yield


@contextmanager
def organization(organization_id: int) -> Iterator[None]:
    """Inside, tenant rows are those of this organization's workspaces."""
    with _within(OfOrganization(organization_id)):
        yield


@contextmanager
def platform() -> Iterator[None]:
    """Inside, tenant rows of all workspaces are seen: for staff, jobs and the command line."""
    with _within(PLATFORM):
        yield


@contextmanager
def _within(scope: Within) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def enter(scope: Within | None) -> None:
    """Set the scope for the rest of this context: a request, opened and closed by `portal.web.access`."""
    _scope.set(scope)


def current() -> Within | None:
    """What is in scope; None outside of any."""
    return _scope.get()


def here() -> int:
    """The one workspace in scope. Raises ScopeError where there is none, or more."""
    scope = _scope.get()
    if isinstance(scope, OfOrganization) or not scope:
        raise ScopeError("one workspace's rows were asked for outside of its scope")
    return scope


def rows(statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows that a SELECT of columns finds, without the ORM and its session: see `portal.base.prepared`.

    For statements that are built once and run with every page. Nothing is added to them here: raises ScopeError where
    one that reads a tenant's table is run outside of the platform's scope, in which nothing is added anyway."""
    if _scope.get() != PLATFORM and _reads_tenants(statement):
        raise ScopeError("tenant rows were read without the ORM, which a workspace's scope depends on")
    return prepared.rows(reading(), statement, values or {})


@lru_cache(maxsize=2_000)
def _reads_tenants(statement: Any) -> bool:
    tenants = {str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, OfWorkspace)}
    read = find_tables(statement, check_columns=True, include_joins=True, include_aliases=True, include_selects=True)
    return any(getattr(table, "name", None) in tenants for table in read)


def _of_workspace(state: ORMExecuteState) -> bool:
    return any(issubclass(mapper.class_, OfWorkspace) for mapper in state.all_mappers)


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    scope = _scope.get()
    if scope == PLATFORM:
        return
    if scope is None:
        if _of_workspace(state):
            raise ScopeError("tenant rows were read outside of a scope: open scope.workspace(id) or scope.platform()")
        return
    criterion = _of_organization(scope.key) if isinstance(scope, OfOrganization) else _of_one(scope)
    state.statement = state.statement.options(
        with_loader_criteria(OfWorkspace, criterion, include_aliases=True, track_closure_variables=False)
    )


def _of_one(key: int) -> Any:
    return lambda model: model.workspace_id == key


def _of_organization(key: int) -> Any:
    return lambda model: model.workspace_id.in_(select(Workspace.id).where(Workspace.organization_id == key))
