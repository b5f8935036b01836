"""Random lives of workspaces by API, jobs and time, beside a model of what the product says: they never disagree."""

from __future__ import annotations

import faulthandler
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.base.scheduler import JOBS
from portal.jobs import runner
from portal.models import (
    AuditEvent,
    AuditHead,
    Change,
    Hold,
    Invoice,
    InvoiceState,
    Organization,
    RateCard,
    Workspace,
    scope,
)
from portal.operations import jobs, orders, payments
from portal.operations.orders import NewOrder
from portal.operations.unit import unit
from portal.rules.errors import Conflict
from portal.rules.pricing import Cycle
from tests import factories
from tests.support import tenants
from tests.support.clocks import Clock
from tests.support.creation import check_platform
from tests.support.life_model import SEVERAL, SINGLE, UNPRICED, House, Room
from tests.support.mails import Mailbox
from tests.support.programs import Program, event, program

pytestmark = pytest.mark.faults
KINDS = ("manual", "abuse", "past_due", "spend_cap", "trial_ended")
JUMPS, FULL = 36, 0.5  # how often time passes, and the part of these until which new lives begin


def catalogue() -> None:
    """Plans of the model's names, and a rate card by which a message costs 1.00."""
    factories.plan()
    with unit() as session:
        monthly = {(Cycle.MONTHLY, "USD"): 2500}
        tenants.plan(session, SEVERAL, prices=monthly, child_fees={"USD": 1500}, multi_workspace=True)
        tenants.plan(session, SINGLE, prices=monthly)
        tenants.plan(session, UNPRICED, prices={(Cycle.MONTHLY, "EUR"): 900}, multi_workspace=True)
        session.add(RateCard(name="Standard", currency="USD", payment_days=2, per_message=Decimal(1)))


@dataclass
class Walk:
    """The program beside the model."""

    gateway: Program
    clock: Clock
    dice: Random
    lives: int
    houses: list[House] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    events: int = 0

    @property
    def rooms(self) -> int:
        return sum(len(house.rooms) for house in self.houses)

    def call(self, method: str, path: str, json: Any = None) -> Any:
        """A call that changes something, unless it is refused: then the log has nothing of it."""
        before = head()
        answer = self.gateway.call(method, "/workspaces" + path, json)
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json" and answer.json["title"], answer.data
            assert head() == before, f"{path} was refused, and yet something was written"
        return answer

    # ------------------------------------------------------------ lives begin

    def move_in(self) -> None:
        """A house of one to three, by API; one in six of them begins suspended, one in six active."""
        ends = [
            self.clock() + timedelta(days=self.dice.randrange(1, 12), hours=5)
            for _ in range(self.dice.choice((1, 2, 3)))
        ]
        house = House([Room(f"Life {self.rooms + n}", not n, end) for n, end in enumerate(ends)])
        self.houses.append(house)
        organization = {}
        for room in house.rooms:
            status = self.dice.choice(("trial", "trial", "trial", "trial", "active", "suspended"))
            wanted = {"name": room.name, "owner_mode": "existing", "owner": "olive@example.test", "plan": SEVERAL}
            wanted |= {"status": status, "timezone": "UTC", "skip_onboarding_email": True} | organization
            room.cap = wanted["spend_cap"] = self.dice.choice((500, None))
            wanted["suspension_behaviour"] = room.behaviour
            if status == "active":
                room.stage, room.activated_on = "active", self.clock().date()
            else:
                wanted["trial_ends_at"] = room.trial_ends.isoformat()
            made = self.call(
                "POST", "", wanted if organization else {**wanted, "currency": "USD", "rate_card": "Standard"}
            )
            assert made.status_code == 201, made.json
            room.id, organization = made.json["id"], {"organization": made.json["organization"]["id"]}
            if status == "suspended":
                room.holds["manual"] = ""
                self.learn(house, room)
        house.note()

    def learn(self, house: House, room: Room) -> None:
        """The public ids of open holds, which the model cannot know; the kinds it does."""
        found = {(each["kind"], each["whole_organization"]): each["id"] for each in self.holds(room)}
        foretold = {(kind, whole) for whole in (False, True) for kind in (house.holds if whole else room.holds)}
        assert set(found) == foretold, f"{room}: {found}"
        for (kind, whole), hold in found.items():
            (house.holds if whole else room.holds)[kind] = hold

    def holds(self, room: Room) -> Any:
        return self.gateway.get(f"/workspaces/{room.id}/holds").json["data"]

    # ------------------------------------------------------------ steps: each answers what is, and what should be

    def activate(self, house: House, room: Room) -> tuple[int, int]:
        answer = self.call("POST", f"/{room.id}/activate")
        return answer.status_code, house.activate(room, self.clock())

    def open(self, house: House, room: Room) -> tuple[int, int]:
        kind, whole = self.dice.choices(KINDS, (6, 3, 2, 1, 1))[0], self.dice.random() < 0.3
        answer = self.call("POST", f"/{room.id}/holds", {"kind": kind, "whole_organization": whole})
        expected = house.open(room, kind, whole)
        if expected == answer.status_code == 201:
            (house.holds if whole else room.holds)[kind] = answer.json["id"]
        return answer.status_code, expected

    def lift(self, house: House, room: Room) -> tuple[int, int]:
        """Most often one that is open, else one that was lifted already, or somebody else's."""
        mine = [*room.holds.values(), *house.holds.values()] or [*room.lifted, *house.lifted]
        other = self.dice.choice((house, self.dice.choice(self.houses)))
        others = [*room.lifted, *house.lifted, *other.holds.values(), *other.primary.holds.values()]
        chosen = self.dice.choice((mine if self.dice.random() < 0.8 else others) or ["hold_nothing"])
        answer = self.call("POST", f"/{room.id}/holds/{chosen}/lift")
        return answer.status_code, house.lift(room, chosen, self.clock())

    def cancel(self, house: House, room: Room) -> tuple[int, int]:
        typed = room.name if self.dice.random() < 0.8 else "Life"
        answer = self.call("POST", f"/{room.id}/cancel", {"confirm_name": typed})
        return answer.status_code, house.cancel(room, typed, self.clock())

    def restore(self, house: House, room: Room) -> tuple[int, int]:
        if self.dice.random() < 0.7:  # one that can be, if there is one
            room = next((each for each in house.rooms if each.cancelled_at and not each.gone), room)
        answer = self.call("POST", f"/{room.id}/restore")
        return answer.status_code, house.restore(room, self.clock())

    def change_plan(self, house: House, room: Room) -> tuple[int, int]:
        plan = self.dice.choice([each for each in (SEVERAL, SINGLE, UNPRICED) if each != room.plan])
        answer = self.call("PATCH", f"/{room.id}", {"plan": plan})
        return answer.status_code, house.change_plan(room, plan)

    def extend(self, house: House, room: Room) -> tuple[int, int]:
        ends = self.clock() + timedelta(days=self.dice.randrange(1, 15), minutes=7)
        answer = self.call("PATCH", f"/{room.id}", {"trial_ends_at": ends.isoformat()})
        return answer.status_code, house.extend(room, ends)

    def change_cap(self, house: House, room: Room) -> tuple[int, int]:
        wanted = [(cap, how) for cap in (500, 1000, None) for how in ("suspend", "notify_only")]
        cap, how = self.dice.choice([each for each in wanted if each != (room.cap, room.behaviour)])
        answer = self.call("PATCH", f"/{room.id}", {"spend_cap": cap, "suspension_behaviour": how})
        return answer.status_code, house.change_cap(room, cap, how, self.clock())

    def set_status(self, house: House, room: Room) -> tuple[int, int]:
        """Never by a bare field; nor is a change taken by somebody who saw another version."""
        sent = self.dice.choice(({"status": "active"}, {"cancelled_at": None}, {"name": "Other", "version": 0}))
        answer = self.call("PATCH", f"/{room.id}", sent)
        return answer.status_code, 422 if "version" not in sent else 404 if room.gone else 409

    def send(self, house: House, room: Room) -> tuple[int, int]:
        if not house.is_open(room):
            return self.activate(house, room)
        self.events += 1
        count, now = self.dice.randrange(2, 12), self.clock()
        room.used[now.date()] = room.used.get(now.date(), 0) + count
        told = event(room.id, self.events, time=now.isoformat(), data={"count": count})
        return self.gateway.report(told).status_code, 200

    def order(self, house: House, room: Room) -> tuple[int, int]:
        """The first that is paid activates."""
        if room.gone:
            return 404, self.gateway.get(f"/workspaces/{room.id}").status_code
        try:
            orders.record_order(room.id, NewOrder("25.00", "Small, monthly"), factories.command(self.clock()))
            found = 200
        except Conflict:
            found = 409
        house.activate(room, self.clock())
        return found, 409 if room.cancelled_at else 200

    def pay(self, house: House, room: Room) -> tuple[int, int]:
        for invoice in list(house.owed)[: self.dice.choice((1, 2))]:
            payments.pay(invoice, "Transfer", "", factories.command(self.clock()))
            house.pay(invoice, self.clock())
        return 200, 200

    # ------------------------------------------------------------ time passes

    def wait(self) -> None:
        """Hours or days, then what jobs find due: of invoices the model is told which there are, not what follows."""
        self.clock.advance(hours=self.dice.choice((1, 10, 30, 60, 100, 150, 200)))
        now = self.clock()
        for name in ("trials", "spend_caps", "invoices", "dunning"):
            counts = JOBS[name].act(self.clock)
            assert not counts.get("failed"), (name, counts)
        by = factories.command(now)
        assert runner.resume(jobs.ask("purge", by, now), self.clock)
        owed = self.invoices()
        for house in self.houses:
            house.owed = owed.get(house.primary.name, {})
            for passes in (house.trials, house.spend_caps, house.dunning, house.purge):
                passes(now)
                house.note()  # one job may undo what another did
            self.met.update(kind for each in (house, *house.rooms) for kind, hold in each.holds.items() if not hold)
            for room in house.rooms:
                if not room.gone and "" in (*room.holds.values(), *house.holds.values()):
                    self.learn(house, room)

    def invoices(self) -> dict[str, dict[str, Any]]:
        """Unpaid ones with the day on which they are due, by the name of the organization."""
        db.session.rollback()
        rows = select(Organization.name, Invoice.public_id, Invoice.due_on).join(
            Organization, Organization.id == Invoice.organization_id
        )
        rows = rows.where(Invoice.state.in_((InvoiceState.OPEN, InvoiceState.OVERDUE))).order_by(Invoice.id)
        found: dict[str, dict[str, Any]] = {}
        for name, invoice, due in db.session.execute(rows):
            found.setdefault(name, {})[invoice] = due
        return found

    # ------------------------------------------------------------ what there is beside what should be

    def step(self) -> None:
        house = self.dice.choice(self.houses)
        room = self.dice.choice(house.rooms)
        act = self.dice.choices(list(STEPS), list(STEPS.values()))[0]
        found, expected = act(self, house, room)
        where = f"{act.__name__} of {room} in {house} at {self.clock()}"
        assert found == expected, f"{found}, not {expected}: {where}"
        self.met[f"{act.__name__} {expected}"] += 1
        house.note()
        for each in house.rooms:
            told = self.gateway.get(f"/workspaces/{each.id}")
            status = told.json["status"] if told.status_code == 200 else "purged"
            assert status == house.status(each), f"{each.name} is {status} by {self.holds(each)}: {where}"


STEPS = {
    Walk.activate: 6,
    Walk.open: 10,
    Walk.lift: 12,
    Walk.cancel: 9,
    Walk.restore: 7,
    Walk.change_plan: 7,
    Walk.extend: 5,
    Walk.change_cap: 6,
    Walk.set_status: 3,
    Walk.send: 8,
    Walk.order: 3,
    Walk.pay: 5,
}
WELL_TRODDEN = {
    Walk.activate: (200, 409),
    Walk.open: (201, 403, 409, 422),
    Walk.lift: (200, 404, 409),
    Walk.cancel: (200, 409, 422),
    Walk.restore: (200, 409),
    Walk.change_plan: (200, 409, 422),
    Walk.extend: (200, 409, 422),
    Walk.change_cap: (200, 409),
    Walk.set_status: (409, 422),
    Walk.order: (200, 409),
}


def head() -> int | None:
    """Where the audit log ends."""
    db.session.rollback()
    return db.session.scalar(select(AuditHead.sequence))


def without_repeats(found: list[str]) -> list[str]:
    return [each for n, each in enumerate(found) if not n or found[n - 1] != each]


def by_feed(room: Room) -> list[str]:
    """The statuses of the workspace as whoever follows the feed of changes knows them."""
    rows = db.session.execute(select(Change.type, Change.data).where(Change.workspace == room.id).order_by(Change.id))
    plain = {"workspace.suspended": "suspended", "workspace.cancelled": "cancelled", "workspace.purged": "purged"}
    statuses = [plain.get(kind) or data.get("status") for kind, data in rows]
    return without_repeats([each for each in statuses if each])


def by_log(key: int) -> list[str]:
    """The same by the audit log: each change begins where the one before it ended."""
    events = select(AuditEvent.payload).where(AuditEvent.workspace_id == key).order_by(AuditEvent.sequence)
    payloads = [each for each in db.session.scalars(events) if each]
    found = [payloads[0]["facts"]["status"]]
    for pair in [each["changes"]["status"] for each in payloads if "status" in each["changes"]]:
        assert pair[0] == found[-1], pair
        found.append(pair[1])
    return without_repeats(found)


def agree(walk: Walk) -> None:
    """Column, holds, feed, log and model say the same of every life."""
    db.session.rollback()
    with scope.platform():
        rows = {row.public_id: row for row in db.session.scalars(select(Workspace))}
        holds = list(db.session.scalars(select(Hold).where(Hold.lifted_at.is_(None))))
        for house in walk.houses:
            for room in house.rooms:
                assert (room.id not in rows) is room.gone
                if room.gone:  # what its changes said went with it
                    assert by_feed(room)[-1] == room.history[-1] == "purged"
                    continue
                assert by_feed(room) == room.history, room
                row = rows[room.id]
                assert (row.status, row.stage, row.cancelled_at) == (house.status(room), room.stage, room.cancelled_at)
                assert {each.kind: each.public_id for each in holds if each.workspace_id == row.id} == room.holds
                mine = {each.kind: each.public_id for each in holds if each.organization_id == row.organization_id}
                assert mine == house.holds
                assert by_log(row.id) == room.history, room
        lifted = db.session.scalars(select(AuditEvent.id).where(AuditEvent.action == "hold.lifted"))
        whose = [each for house in walk.houses for each in (house, *house.rooms)]
        assert len(list(lifted)) == sum(len(each.lifted) for each in whose)
    check_platform()


@pytest.mark.parametrize("lives", [40, pytest.param(1_000, marks=pytest.mark.bench)])
def test_the_program_and_the_model_never_disagree(app: Flask, clock: Clock, mailbox: Mailbox, lives: int) -> None:
    if lives > 100:  # it takes longer than what counts as hanging (pyproject.toml)
        faulthandler.cancel_dump_traceback_later()
    catalogue()
    factories.user("olive@example.test")
    walk = Walk(program(app), clock, Random(lives), lives)
    for jump in range(JUMPS):
        while walk.rooms < lives * min(1, (jump + 1) / (FULL * JUMPS)):
            walk.move_in()
        for _ in range(lives * 8 // JUMPS):
            walk.step()
        walk.wait()
    assert not JOBS["usage_rollup"].act(clock).get("failed")  # health follows usage that came late
    agree(walk)
    ways = [f"{act.__name__} {status}" for act, statuses in WELL_TRODDEN.items() for status in statuses]
    few = [way for way in (*ways, "trial_ended", "spend_cap", "past_due") if not walk.met[way]]
    assert not few, f"{few} were never met: {walk.met}"
    spared = {each for house in walk.houses for each in house.spared}
    assert spared >= {"activate", "lift", "pay", "restore", "spend_caps"}
    lived = {each for house in walk.houses for room in house.rooms for each in room.history}
    assert lived == {"trial", "active", "suspended", "cancelled", "purged"}
