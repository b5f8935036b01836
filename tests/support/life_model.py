"""What becomes of a workspace, as product.md (3, 9, 13) says it: a model for tests, which asks nothing of the program.

Each act answers with the HTTP status of its outcome, and changes nothing where that is a refusal. All days are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

TRASH = timedelta(hours=90 * 24)
GRACE = 14  # days for which an invoice may be overdue
OPENED_BY_JOBS = ("trial_ended", "spend_cap")
SEVERAL, SINGLE, UNPRICED = "Group", "Small", "Elsewhere"
"""A plan for several workspaces, one for one, and one that has no price in the currency of all."""


@dataclass
class Room:
    """A workspace. `holds`: public ids of its own open ones by kind; `acted`: the caps that the job has acted upon."""

    name: str
    is_primary: bool
    trial_ends: datetime
    id: str = ""
    stage: str = "trial"
    plan: str = SEVERAL
    cancelled_at: datetime | None = None
    gone: bool = False
    activated_on: date | None = None
    holds: dict[str, str] = field(default_factory=dict)
    lifted: list[str] = field(default_factory=list)
    ended_at: datetime | None = None
    cap: int | None = None
    behaviour: str = "suspend"
    acted: set[tuple[date, int | None, str]] = field(default_factory=set)
    used: dict[date, int] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)

    def reaches(self, now: datetime) -> bool:
        """Whether the month's cap is spent; a message costs 1.00."""
        if self.cap is None or self.activated_on is None:
            return False
        since = max(now.date().replace(day=1), self.activated_on)
        return 100 * sum(count for day, count in self.used.items() if day >= since) >= self.cap


@dataclass
class House:
    """An organization. `owed`: its unpaid invoices, by public id the day on which they are due."""

    rooms: list[Room]
    holds: dict[str, str] = field(default_factory=dict)
    owed: dict[str, date] = field(default_factory=dict)
    eased_at: datetime | None = None
    lifted: list[str] = field(default_factory=list)
    spared: set[str] = field(default_factory=set)
    """What has lifted one hold, or none, where others are open, which stay so."""

    def status(self, room: Room) -> str:
        """Of one of its workspaces."""
        if room.gone:
            return "purged"
        if room.cancelled_at:
            return "cancelled"
        return "suspended" if room.holds or self.holds else room.stage

    def note(self) -> None:
        """Statuses that are others than before are remembered."""
        for room in self.rooms:
            if not room.history or room.history[-1] != self.status(room):
                room.history.append(self.status(room))

    @property
    def primary(self) -> Room:
        return self.rooms[0]

    def is_open(self, room: Room) -> bool:
        return not room.gone and room.cancelled_at is None

    def others_open(self, room: Room) -> bool:
        return any(self.is_open(each) for each in self.rooms if each is not room)

    # ------------------------------------------------------------ what people and programs do

    def activate(self, room: Room, now: datetime) -> int:
        if room.gone:
            return 404
        if room.cancelled_at or room.stage == "active":
            return 409
        room.stage, room.activated_on = "active", now.date()
        self._ease(room, "trial_ended", now, "activate")
        return 200

    def open(self, room: Room, kind: str, whole: bool) -> int:
        """A hold; its public id is for the caller to write down."""
        if kind in OPENED_BY_JOBS:
            return 403
        if kind == "past_due" and not whole:
            return 422
        if room.gone:
            return 404
        holds = self.holds if whole else room.holds
        if room.cancelled_at or kind in holds:
            return 409
        holds[kind] = ""
        return 201

    def lift(self, room: Room, hold: str, now: datetime) -> int:
        lifted = (*room.lifted, *self.lifted)
        if room.gone or hold not in (*room.holds.values(), *self.holds.values(), *lifted):
            return 404
        if self.status(room) != "suspended" or hold in lifted:
            return 409
        for whose in (room, self):
            for kind in [kind for kind, each in whose.holds.items() if each == hold]:
                self._ease(whose, kind, now, "lift")
        return 200

    def cancel(self, room: Room, typed: str, now: datetime) -> int:
        if room.gone:
            return 404
        if room.cancelled_at or (room.is_primary and self.others_open(room)):
            return 409
        if typed != room.name:
            return 422
        room.cancelled_at = now
        return 200

    def restore(self, room: Room, now: datetime) -> int:
        if room.gone:
            return 404
        if room.cancelled_at is None or now >= room.cancelled_at + TRASH:
            return 409
        if not room.is_primary and not (self.is_open(self.primary) and self.primary.plan == SEVERAL):
            return 409
        room.cancelled_at = None
        if room.holds:
            self.spared.add("restore")
        return 200

    def change_plan(self, room: Room, plan: str) -> int:
        if room.gone:
            return 404
        if room.cancelled_at:
            return 409
        if plan == UNPRICED or (room.is_primary and plan == SINGLE and self.others_open(room)):
            return 422
        room.plan = plan
        return 200

    def extend(self, room: Room, ends: datetime) -> int:
        if room.gone:
            return 404
        if room.cancelled_at:
            return 409
        if room.stage == "active":
            return 422
        room.trial_ends = ends
        return 200

    def change_cap(self, room: Room, cap: int | None, behaviour: str, now: datetime) -> int:
        """One that is raised above what is spent lets the workspace go on at once."""
        if room.gone:
            return 404
        if room.cancelled_at:
            return 409
        is_another = cap != room.cap
        room.cap, room.behaviour = cap, behaviour
        if is_another and not room.reaches(now):
            self._release(room, now, "change_cap")
        return 200

    def _release(self, room: Room, now: datetime, by: str) -> None:
        room.acted.clear()
        self._ease(room, "spend_cap", now, by)

    def pay(self, invoice: str, now: datetime) -> None:
        """An invoice that is owed; a hold past due goes once nothing is overdue."""
        del self.owed[invoice]
        if not any(due < now.date() for due in self.owed.values()):
            self._ease(self, "past_due", now, "pay")

    def _ease(self, whose: Room | House, kind: str, now: datetime, by: str) -> None:
        if kind in whose.holds:
            whose.lifted.append(whose.holds.pop(kind))
            if whose.holds:
                self.spared.add(by)
            if kind == "past_due":
                self.eased_at = now

    # ------------------------------------------------------------ what time does; `new` is a hold without an id yet

    def trials(self, now: datetime) -> None:
        for room in filter(self.is_open, self.rooms):
            if room.trial_ends > now:
                self._ease(room, "trial_ended", now, "trials")
            elif room.stage == "trial" and (room.ended_at is None or room.ended_at < room.trial_ends):
                room.ended_at = now  # one that is open from an earlier end is that of this one, too
                room.holds.setdefault("trial_ended", "")

    def dunning(self, now: datetime) -> None:
        ends = [datetime.combine(due + timedelta(days=GRACE + 1), time(), UTC) for due in self.owed.values()]
        over = [end for end in ends if end <= now and (self.eased_at is None or end > self.eased_at)]
        if over and "past_due" not in self.holds:
            self.holds["past_due"] = ""

    def spend_caps(self, now: datetime) -> None:
        month = now.date().replace(day=1)
        for room in filter(self.is_open, self.rooms):
            if room.activated_on is None:
                continue
            if not room.reaches(now):
                self._release(room, now, "spend_caps")
            elif (month, room.cap, room.behaviour) not in room.acted:
                room.acted.add((month, room.cap, room.behaviour))
                if room.behaviour == "suspend":
                    room.holds.setdefault("spend_cap", "")

    def purge(self, now: datetime) -> None:
        for room in self.rooms:
            if room.cancelled_at and now >= room.cancelled_at + TRASH:
                room.gone = True
