"""A workspace's own limits: set, changed and removed, several in one save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import LimitOverride, Workspace, scope
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.draft_fields import line
from portal.operations.drafts import Faults
from portal.operations.health import assess_rated
from portal.operations.locks import locked_place
from portal.operations.unit import unit
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, Refused
from portal.rules.limits import Limit, Override, last_day, parse
from portal.rules.periods import day_start, utc, zone

LONGEST_REASON = 500  # characters, as the table has them
FURTHEST = 9000  # a year beyond which a date is a slip of the hand


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed for one limit: blank `value` takes the override away, blank `expires` gives it no end, None
    leaves it the end that it has. `expires` is a day (the last on which it holds, in the workspace's time zone) or an
    instant in ISO 8601."""

    value: str = ""
    expires: str | None = ""


def override(workspace: str, typed: Mapping[Limit, Typed], reason: str, by: Actor) -> tuple[Limit, ...]:
    """These limits of the workspace are what was typed; the others stay. Answers those that changed.

    Raises Invalid with a message at each field at fault (`override_…`, `expires_…`, `reason`), NotFound, and Conflict
    for a closed workspace."""
    with scope.platform(), unit() as session:
        row = locked_place(session, workspace).workspace
        if row.cancelled_at is not None:
            raise Conflict("The limits of a closed workspace stay as they are. Restore it first.")
        found = select(LimitOverride).where(LimitOverride.workspace_id == row.id)
        stored = {each.name: each for each in session.scalars(found)}
        wanted, why = _checked(typed, reason, stored, row, by.at)
        changed = tuple(limit for limit in wanted if _change(session, row, limit, wanted[limit], stored, why, by))
        if changed:
            session.flush()
            announce(session, "workspace.limits_updated", row, by, limits=[limit.value for limit in changed])
            assess_rated(session, [row], by.at)  # what is used is another share of the limit now
        return changed


def _checked(
    typed: Mapping[Limit, Typed], reason: str, stored: Mapping[Limit, LimitOverride], row: Workspace, now: datetime
) -> tuple[dict[Limit, Override | None], str]:
    faults = Faults()
    wanted: dict[Limit, Override | None] = {}
    for limit, each in typed.items():
        before = stored.get(limit)
        value = faults.take(f"override_{limit.value}", parse, each.value, limit)
        if value is not None:
            end = faults.take(f"expires_{limit.value}", _end_of, each, value, before, row.timezone, now)
            wanted[limit] = Override(value, end)
        elif before is not None:
            wanted[limit] = None
        elif each.expires and each.expires.strip() and f"override_{limit.value}" not in faults.found:
            faults.add(f"override_{limit.value}", "Give the figure that holds until that day, or leave both empty.")
    why = faults.take("reason", line, reason, "reason", "a reason", LONGEST_REASON)
    if faults.found:
        raise Invalid(faults.found)
    return wanted, why or ""


def _end_of(typed: Typed, value: int, before: LimitOverride | None, timezone: str, now: datetime) -> datetime | None:
    """The instant from which the override no longer holds; the one that is stored where nothing new was typed."""
    kept = before.expires_at if before else None
    if typed.expires is None:
        return kept if kept is None or kept > now else None
    day = typed.expires.strip()
    if not day:
        return None
    if before and kept and before.value == value and day == last_day(kept, timezone).isoformat():
        return kept
    instant = _instant(day, timezone)
    if instant <= now:
        raise Refused("That is over already. Choose today or a later day, or leave it empty for no end.")
    return instant


def _instant(typed: str, timezone: str) -> datetime:
    try:
        if len(typed) == len("2026-12-31"):
            day = date.fromisoformat(typed)
            instant = day_start(day + timedelta(days=1), timezone)
        else:
            given = datetime.fromisoformat(typed)
            instant = utc(given if given.tzinfo else given.replace(tzinfo=zone(timezone)))
    except (ValueError, OverflowError):
        raise Refused("Give a day such as 2026-12-31, or leave it empty for no end.") from None
    if not 1970 < instant.year < FURTHEST:
        raise Refused("That year is out of reach. Leave it empty for no end.")
    return instant.astimezone(UTC)


def _change(
    session: Session,
    row: Workspace,
    limit: Limit,
    wanted: Override | None,
    stored: Mapping[Limit, LimitOverride],
    reason: str,
    by: Actor,
) -> bool:
    """Whether it is another one than before."""
    before = stored.get(limit)
    was = Override(before.value, before.expires_at) if before else None
    if was == wanted:
        return False
    if before is not None and wanted is None:
        session.delete(before)
    elif wanted is not None:
        kept = before or LimitOverride(workspace_id=row.id, name=limit)
        kept.value, kept.expires_at, kept.reason = wanted.value, wanted.expires_at, reason
        kept.created_at, kept.created_by = by.at, by.label
        session.add(kept)
    value = (was.value if was else None, wanted.value if wanted else None)
    facts: dict[str, Any] = {"limit": limit.value, "value": value}
    before_end, end = _end(was), _end(wanted)
    if before_end != end:
        facts["expires_at"] = (before_end, end)
    record("workspace.limit_overridden", by, workspace=row, reason=reason, **facts)
    return True


def _end(each: Override | None) -> str | None:
    return each.expires_at.isoformat() if each and each.expires_at else None


def expire(workspace: str, by: Actor) -> int:
    """The overrides of the workspace whose time is over are gone, as limits have not counted them since; how many.
    Those of a closed workspace stay as they are. Raises NotFound."""
    with scope.platform(), unit() as session:
        row = locked_place(session, workspace).workspace
        if row.cancelled_at is not None:
            return 0
        over = (LimitOverride.workspace_id == row.id, LimitOverride.expires_at <= by.at)
        found = session.scalars(select(LimitOverride).where(*over).order_by(LimitOverride.id)).all()
        for each in found:
            end = each.expires_at.isoformat() if each.expires_at else None
            facts: dict[str, Any] = {"limit": each.name.value, "value": (each.value, None), "expires_at": end}
            record("workspace.override_expired", by, workspace=row, reason=each.reason, **facts)
            session.delete(each)
        if found:
            session.flush()
            announce(session, "workspace.limits_updated", row, by, limits=[each.name.value for each in found])
            assess_rated(session, [row], by.at)
        return len(found)
