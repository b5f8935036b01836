"""Tenant isolation: rows of a workspace are read through one scope, which fails closed.

A query that touches a model with the `OfWorkspace` mixin raises ScopeError unless a scope is open: `workspace(id)`
adds the criterion `workspace_id = id` to every such model in the query, `platform()` lets staff, jobs and the
command line read across workspaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.util import find_tables

from portal.base import prepared
from portal.base.db import Base, reading
from portal.models.columns import OfWorkspace

PLATFORM = 0

_scope: ContextVar[int | None] = ContextVar("scope", default=None)


class ScopeError(Exception):
    """A tenant's rows were asked for without saying whose."""


@contextmanager
def workspace(workspace_id: int) -> Iterator[None]:
    """Inside, tenant rows are those of this workspace."""
    token = _scope.set(workspace_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def platform() -> Iterator[None]:
    """Inside, tenant rows of all workspaces are seen: for staff, jobs and the command line."""
    with workspace(PLATFORM):
        yield


def enter(workspace_id: int | None) -> None:
    """Set the scope for the rest of this context: a request, opened and closed by `portal.web.access`."""
    _scope.set(workspace_id)


def current() -> int | None:
    """The workspace in scope, PLATFORM, or None outside of any."""
    return _scope.get()


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
    state.statement = state.statement.options(
        with_loader_criteria(OfWorkspace, _criterion(scope), include_aliases=True, track_closure_variables=False)
    )


def _criterion(scope: int) -> Any:
    return lambda model: model.workspace_id == scope
