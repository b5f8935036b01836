"""A random walk of 2,000 steps through access sessions, each answer foretold by a model of a few lines."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.db import db
from portal.models import AccessSession, Hold, User, scope
from portal.operations.unit import unit
from portal.queries.audit import verify
from portal.rules.access import StaffRole
from tests import factories
from tests.support import insiders
from tests.support.clocks import Clock
from tests.support.insiders import Home
from tests.support.mails import Mailbox
from tests.support.people import COOKIE, log_in, submit

STEPS = 2_000
Answer = tuple[int, str]


@dataclass
class Inside:
    """Where somebody is inside, how, and until when."""

    home: int
    door: str
    mode: str
    until: datetime


@dataclass
class Model:
    """What the rules say: who is where. `states`: active, suspended or closed, of each workspace."""

    logged_in: bool = True
    role: StaffRole | None = StaffRole.OWNER
    inside: Inside | None = None
    visited: int | None = None
    states: list[str] = field(default_factory=lambda: ["active", "active"])
    owner_suspended: list[bool] = field(default_factory=lambda: [False, False])

    def over(self, now: datetime) -> bool:
        """Whether the visit holds no more; if so it is forgotten."""
        it = self.inside
        if it is None or not self.logged_in:
            return False
        lost = self.role is not StaffRole.OWNER or (it.door == "impersonate" and self.owner_suspended[it.home])
        if now < it.until and not lost:
            return False
        self.inside = None
        return True

    def tenant(self, home: int, changes: bool) -> int:
        """The status of a page, or of a change, of this workspace."""
        it = self.inside
        if not self.logged_in:
            return 303
        if it is None or it.home != home:
            return 404
        if self.states[home] == "suspended" and it.door == "impersonate":
            return 303
        if not changes:
            return 200
        return 422 if self.states[home] == "active" and it.mode == "act" else 403

    def door(self, home: int, door: str, mode: str, now: datetime) -> int:
        """The status of entering."""
        if not self.logged_in:
            return 303
        if self.inside:
            return 409
        if self.role is not StaffRole.OWNER:
            return 403 if self.role else 404
        closed = self.states[home] == "closed"
        if door == "impersonate" and (self.owner_suspended[home] or (closed and mode == "act")):
            return 422
        self.inside = Inside(home, door, "look" if closed else mode, now + timedelta(minutes=60))
        self.visited = home
        return 303


@dataclass
class Walk:
    """The program beside the model."""

    app: Flask
    clock: Clock
    homes: list[Home]
    person: User
    browser: FlaskClient
    dice: random.Random
    model: Model = field(default_factory=Model)
    old: list[str] = field(default_factory=list)

    def token(self) -> str | None:
        found = self.browser.get_cookie(COOKIE)
        return found.value if found else None

    def get(self, path: str) -> int:
        return self.browser.get(path).status_code

    def post(self, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Sends a form; a token that was changed by it is an old one afterwards. (Fetching the form is a request too,
        with which a visit that holds no more is over.)"""
        self.model.over(self.clock())
        before = self.token()
        answer = submit(self.browser, path, fields)
        if before and self.token() != before:
            self.old.append(before)
        return answer.status_code, answer.headers.get("Location", "")

    # ------------------------------------------------------------ steps: each answers what is, and what should be

    def look(self) -> tuple[object, object]:
        home = self.dice.randrange(2)
        expected = 303 if self.model.over(self.clock()) else self.model.tenant(home, changes=False)
        return self.get(self.homes[home].path), expected

    def act(self) -> tuple[object, object]:
        home = self.dice.randrange(2)
        status, _ = self.post(self.homes[home].path + "team/invite", {"email": "no address", "role": "agent"})
        return status, self.model.tenant(home, changes=True)

    def enter(self) -> tuple[object, object]:
        home, door = self.dice.randrange(2), self.dice.choice(["impersonate", "manage"])
        mode = self.dice.choice(["act", "act", "look"])
        path = f"/admin/workspaces/{self.homes[home].workspace.public_id}/{door}"
        status, _ = self.post(path, {"reason": "To see", "mode": mode})
        return status, self.model.door(home, door, mode, self.clock())

    def outside(self) -> tuple[object, object]:
        self.model.over(self.clock())
        m = self.model
        expected = 303 if not m.logged_in else 200 if m.role and not m.inside else 404
        return self.get("/admin/workspaces/trash"), expected

    def own_account(self) -> tuple[object, object]:
        self.model.over(self.clock())
        m = self.model
        return self.get("/me"), 303 if not m.logged_in else 404 if m.inside else 200

    def stop(self) -> tuple[object, object]:
        status, target = self.post("/access/stop")
        m, home = self.model, self.model.visited
        m.inside = None
        if not m.logged_in:
            return (status, target), (303, "/login")
        where = "/" if home is None else f"/admin/workspaces/{self.homes[home].workspace.public_id}"
        return (status, target), (303, where)

    def log_out(self) -> tuple[object, object]:
        answer = self.post("/logout")
        self.model.logged_in, self.model.inside, self.model.visited = False, None, None
        return answer, (303, "/login")

    def log_in(self) -> tuple[object, object]:
        if self.token():
            self.log_out()
        log_in(self.browser, self.person, self.clock())
        self.model.logged_in, self.model.inside, self.model.visited = True, None, None
        return self.get("/me"), 200

    def replay(self) -> tuple[object, object]:
        thief = self.app.test_client()
        thief.set_cookie(COOKIE, self.dice.choice(self.old or ["none"]))
        path = self.dice.choice([self.homes[0].path, self.homes[1].path, "/admin/workspaces/", "/me"])
        answer = thief.get(path)
        return (answer.status_code, answer.location.partition("?")[0]), (303, "/login")

    def wait(self) -> tuple[object, object]:
        self.clock.advance(minutes=self.dice.choice([1, 5, 20, 40]))
        return None, None

    def change_role(self) -> tuple[object, object]:
        self.model.role = self.dice.choice([StaffRole.OWNER, StaffRole.OWNER, StaffRole.AUDITOR, None])
        with unit() as session:
            session.get_one(User, self.person.id).staff_role = self.model.role
        return None, None

    def change_owner(self) -> tuple[object, object]:
        home = self.dice.randrange(2)
        suspended = self.model.owner_suspended[home] = not self.model.owner_suspended[home]
        with unit() as session:
            session.get_one(User, self.homes[home].owner.id).suspended_at = self.clock() if suspended else None
        return None, None

    def change_workspace(self) -> tuple[object, object]:
        home = self.dice.randrange(2)
        state = self.model.states[home] = self.dice.choice(["active", "active", "suspended", "closed"])
        row = self.homes[home].workspace
        with unit() as session, scope.platform():
            row = session.merge(row)
            for hold in session.scalars(select(Hold).where(Hold.workspace_id == row.id, Hold.lifted_at.is_(None))):
                hold.lifted_at = self.clock()
        insiders.change(row, cancelled_at=self.clock() if state == "closed" else None)
        if state == "suspended":
            insiders.suspend(row)
        return None, None


KINDS = {
    Walk.look: 22,
    Walk.act: 16,
    Walk.enter: 18,
    Walk.outside: 8,
    Walk.own_account: 5,
    Walk.stop: 7,
    Walk.log_out: 2,
    Walk.log_in: 4,
    Walk.replay: 5,
    Walk.wait: 6,
    Walk.change_role: 4,
    Walk.change_owner: 3,
    Walk.change_workspace: 4,
}


def test_the_program_and_the_model_never_disagree(app: Flask, clock: Clock, mailbox: Mailbox) -> None:
    homes = [insiders.home(), insiders.home("Beta Freight")]
    alice = factories.staff()
    walk = Walk(app, clock, homes, alice, app.test_client(), random.Random(20261121))
    log_in(walk.browser, alice, clock())
    trodden: dict[str, int] = {}
    for number in range(STEPS):
        step = walk.dice.choices(list(KINDS), list(KINDS.values()))[0]
        found, expected = step(walk)
        assert found == expected, f"step {number}, {step.__name__}: {found}, not {expected}; {walk.model}"
        trodden[f"{step.__name__} {expected}"] = trodden.get(f"{step.__name__} {expected}", 0) + 1
    for way in ("look 200", "look 303", "look 404", "act 422", "act 403", "enter 303", "enter 409", "enter 422"):
        assert trodden.get(way, 0) >= 5, f"{way} was hardly tried: {trodden}"
    assert verify().fault is None
    with scope.platform():
        still_open = db.session.scalars(select(AccessSession.id).where(AccessSession.ended_at.is_(None))).all()
    assert len(still_open) == bool(walk.model.inside)
