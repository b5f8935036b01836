"""Changing a workspace: every field that can be edited, for the screen and the API alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Workspace, scope
from portal.operations import change_checks, cycles, spend_caps
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.change_checks import Fit
from portal.operations.derived import settling_all
from portal.operations.drafts import NewWorkspace
from portal.operations.health import assess_some
from portal.operations.locks import Place, locked_place
from portal.operations.ownership import HandedOver, hand_over
from portal.operations.unit import exclusively, unit
from portal.queries.directory import Directory
from portal.queries.editing import Present, present, same
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.editing import Value
from portal.rules.errors import Conflict, Forbidden
from portal.rules.lifecycle import Status
from portal.rules.usage_limits import SPEND

AMOUNTS = frozenset({"spend_cap", "custom_amount"})
TERMS = ("plan", "billing_cycle", "custom_amount", "custom_months")
GROUPS: Mapping[Permission, tuple[str, ...]] = {
    Permission.WORKSPACE_EDIT: (
        *("name", "web_address", "custom_domain", "billing_email", "timezone", "industry", "country", "state"),
        *("spend_cap", "suspension_behaviour", "alert_threshold", "cnam"),
        *("e911_street", "e911_city", "e911_state", "e911_postal_code", "e911_country"),
        *("skip_onboarding_email", "admin_note"),
    ),
    Permission.WORKSPACE_PLAN: (*TERMS, "trial_ends_at", "bill_to_platform_credit"),
    Permission.WORKSPACE_OWNER: ("owner_mode", "owner", "owner_name", "owner_email"),
}
"""Which permission changing a field needs."""

FIELDS = tuple(name for group in GROUPS.values() for name in group)
REASSESSED = {"plan", "timezone", "trial_ends_at"}  # what health follows from, beside usage
LONGEST_TOLD = 200  # characters of a text that the audit log keeps


class Stale(Conflict):
    """Somebody saved the workspace after the form was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: Present) -> None:
        super().__init__("Somebody else saved this workspace after you opened it. Compare both versions.")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Changed:
    """The fields that changed (none, where all was so already), and the handover, where there was one."""

    fields: tuple[str, ...]
    version: int
    owner: HandedOver | None = None


def change(
    workspace: str,
    wanted: Mapping[str, Value],
    by: Actor,
    *,
    may: Collection[Permission],
    version: int | None = None,
    wait: bool = False,
) -> Changed:
    """The fields in `wanted` read so, as a form would send them; others stay. `version` is the one that the person
    has seen, None to overwrite whatever is there. A new owner's invitation is tried before this returns if `wait`.

    Raises NotFound, Conflict for a closed workspace, Stale, Forbidden for a field that `may` does not cover, and
    Invalid with a message for every bad field: then nothing was changed."""
    with unit() as session:
        exclusively(session, "workspaces")  # whose names are unique among all
        place = locked_place(session, workspace)
        row = place.workspace
        before = present(workspace)
        draft = _overlaid(before, wanted)
        directory = Directory()
        new_owner = change_checks.new_owner(before, draft, wanted, directory)
        changed = [name for name in FIELDS if name in wanted and _differs(name, wanted, before)]
        if not changed and not new_owner.asked:
            return Changed((), row.version)
        _check_open(before)
        _check_may(changed, new_owner.asked, may)
        if version is not None and version != row.version:
            raise Stale(before)
        fit = _news(row, change_checks.check(before, draft, changed, new_owner, directory, by.at))
        if fit is None:
            return Changed((), row.version)
        handed = _write(session, row, fit, changed, by, wait)
        if REASSESSED & set(changed):
            with scope.platform():
                assess_some(session, [row.id], by.at, directory.platform, directory.plan_limits)
        _tell(session, place, before, present(workspace), by)
        return Changed(tuple(changed), before.version + 1, handed)


def _overlaid(before: Present, wanted: Mapping[str, Value]) -> NewWorkspace:
    """The workspace as a draft, with what is wanted laid over it. An own price goes with its cycle."""
    values = {**before.texts, **wanted}
    if values["billing_cycle"] != "custom":
        for name in ("custom_amount", "custom_months"):
            if same(values[name], before.texts[name]):
                values[name] = ""
    known = {each.name for each in fields(NewWorkspace)}
    return NewWorkspace(**{name: value for name, value in values.items() if name in known})  # type: ignore[arg-type]


def _differs(name: str, wanted: Mapping[str, Value], before: Present) -> bool:
    return name in before.texts and not name.startswith("owner") and not same(wanted[name], before.texts[name])


def _news(row: Workspace, fit: Fit) -> Fit | None:
    """What of it is new; None where it only says in other words what is there: "5000" for 5000.00."""
    columns = {name: value for name, value in fit.columns.items() if getattr(row, name) != value}
    return replace(fit, columns=columns) if columns or fit.host is not None or fit.owner else None


def _check_open(before: Present) -> None:
    if before.status is Status.CANCELLED:
        raise Conflict("This workspace is in the trash and cannot be changed. Restore it first.")


def _check_may(changed: Collection[str], owner: bool, may: Collection[Permission]) -> None:
    for permission, names in GROUPS.items():
        touched = owner if permission is Permission.WORKSPACE_OWNER else bool(set(names) & set(changed))
        if touched and permission not in may:
            raise Forbidden(f"Your role does not include this: {permission.words[0].lower()}{permission.words[1:]}.")


def _settled(session: Session, row: Workspace, changed: Collection[str]) -> Sequence[Workspace]:
    """Whose derived columns may follow: with a primary's plan, its children's fees."""
    if "plan" not in changed or not row.is_primary:
        return [row]
    family = select(Workspace).where(Workspace.organization_id == row.organization_id).order_by(Workspace.id)
    return session.scalars(family.with_for_update()).all()


def _write(
    session: Session, row: Workspace, fit: Fit, changed: Collection[str], by: Actor, wait: bool
) -> HandedOver | None:
    family = _settled(session, row, changed)
    if set(TERMS) & set(changed):  # what is due begins on the terms that it has
        with scope.platform():
            cycles.begin_due(session, [each.id for each in family], by.at)
    with settling_all(session, family):
        for name, value in fit.columns.items():
            setattr(row, name, value)
        if fit.host is not None:
            change_checks.put_host(session, row, fit.host, by.at)
        row.version += 1
        return hand_over(session, row, fit.owner, by, wait=wait) if fit.owner else None


def _tell(session: Session, place: Place, before: Present, after: Present, by: Actor) -> None:
    row = place.workspace
    pairs: dict[str, Any] = {
        name: (_told(before.texts[name]), _told(after.texts[name]))
        for name in FIELDS
        if name in before.texts and not name.startswith("owner") and before.texts[name] != after.texts[name]
    }
    if "plan" in pairs:
        pairs["plan"] = (before.plan, after.plan)
    for name in AMOUNTS & pairs.keys():
        pairs[name] = tuple(f"{row.currency} {text}" if text else "" for text in pairs[name])
    terms = {name: pairs.pop(name) for name in TERMS if name in pairs}
    caps = {name: pairs.pop(name) for name in SPEND if name in pairs}
    if pairs:
        record("workspace.changed", by, workspace=row, **pairs)
    if caps:
        record("workspace.spend_cap_changed", by, workspace=row, **caps)
    if "spend_cap" in caps:
        with scope.platform():
            spend_caps.follow(session, place, by)
    if terms:
        record("workspace.plan_changed", by, workspace=row, **terms)
        cycle = row.billing_cycle.value
        announce(session, "workspace.plan_changed", row, by, plan=after.texts["plan"], billing_cycle=cycle)


def _told(value: Value) -> Value:
    if isinstance(value, str) and len(value) > LONGEST_TOLD:
        return value[:LONGEST_TOLD] + "…"
    return value
