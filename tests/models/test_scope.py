"""Tenant isolation: rows of a workspace are read in a scope, or not at all."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import bindparam, exists, func, select, union_all
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Contact, Organization, Workspace, scope
from portal.models.scope import ScopeError
from portal.operations.unit import unit


@pytest.fixture
def two(app: Flask, now: datetime) -> Iterator[tuple[int, int]]:
    """Two workspaces of two organizations, with two and three contacts: their integer keys."""
    keys = []
    with unit() as session:
        for letter, contacts in (("a", 2), ("b", 3)):
            owner = Organization(name=letter, name_key=letter, slug=letter, currency="INR", created_at=now)
            session.add(owner)
            session.flush()
            workspace = Workspace(
                organization_id=owner.id,
                name=letter,
                web_address=letter,
                sip_prefix=letter,
                timezone="UTC",
                currency="INR",
                created_at=now,
            )
            session.add(workspace)
            session.flush()
            session.add_all(
                Contact(workspace_id=workspace.id, phone=f"+9180000{n}", created_at=now) for n in range(contacts)
            )
            keys.append(workspace.id)
    yield keys[0], keys[1]


def test_tenant_rows_cannot_be_read_outside_of_a_scope(two: tuple[int, int]) -> None:
    for statement in (select(Contact), select(Contact.phone), select(func.count(Contact.id))):
        with pytest.raises(ScopeError):
            db.session.execute(statement)


def test_a_workspace_scope_shows_its_rows_alone(two: tuple[int, int]) -> None:
    for key, contacts in zip(two, (2, 3), strict=True):
        with scope.workspace(key):
            assert {row.workspace_id for row in db.session.scalars(select(Contact))} == {key}
            assert db.session.scalar(select(func.count(Contact.id))) == contacts
            assert len(db.session.execute(select(Contact.phone)).all()) == contacts


def test_an_organization_s_scope_shows_the_rows_of_its_workspaces_alone(two: tuple[int, int]) -> None:
    for key, contacts in zip(two, (2, 3), strict=True):
        of = db.session.scalars(select(Workspace.organization_id).where(Workspace.id == key)).one()
        with scope.organization(of):
            assert {row.workspace_id for row in db.session.scalars(select(Contact))} == {key}
            assert db.session.scalar(select(func.count(Contact.id))) == contacts
            with pytest.raises(ScopeError):
                scope.here()
    with scope.organization(0):
        assert db.session.scalar(select(func.count(Contact.id))) == 0


def test_a_scope_narrows_joins_and_updates_of_foreign_rows_too(two: tuple[int, int]) -> None:
    mine, other = two
    joined = select(Workspace.name, Contact.phone).join(Contact, Contact.workspace_id == Workspace.id)
    with scope.workspace(mine):
        assert {name for name, _ in db.session.execute(joined)} == {"a"}
        assert db.session.execute(joined.where(Workspace.id == other)).all() == []


def test_the_platform_scope_shows_all_rows(two: tuple[int, int]) -> None:
    with scope.platform():
        assert db.session.scalar(select(func.count(Contact.id))) == 5


def test_a_scope_ends_with_its_block(two: tuple[int, int]) -> None:
    with scope.platform():
        pass
    with pytest.raises(ScopeError):
        db.session.execute(select(Contact.id))


CORE = (
    select(Contact.phone),
    select(func.count(aliased(Contact).id)),
    select(Workspace.name, select(func.count(Contact.id)).scalar_subquery()),
    select(Workspace.name).where(exists().where(Contact.workspace_id == Workspace.id)),
    select(Workspace.name).join(Contact, Contact.workspace_id == Workspace.id),
    union_all(select(Workspace.name), select(Contact.phone)),
    select(func.count()).select_from(select(Contact.id).subquery()),
)


@pytest.mark.parametrize("number", range(len(CORE)))
def test_rows_without_the_orm_are_tenants_rows_only_for_the_platform(two: tuple[int, int], number: int) -> None:
    with pytest.raises(ScopeError):
        scope.rows(CORE[number])
    with scope.workspace(two[0]), pytest.raises(ScopeError):
        scope.rows(CORE[number])
    with scope.platform():
        assert scope.rows(CORE[number])


def test_rows_that_belong_to_no_tenant_need_no_scope(two: tuple[int, int]) -> None:
    assert sorted(name for (name,) in scope.rows(select(Workspace.name))) == ["a", "b"]
    with scope.workspace(two[0]):
        named = select(Workspace.name).where(Workspace.name == bindparam("name"))
        assert [name for (name,) in scope.rows(named, {"name": "b"})] == ["b"]
