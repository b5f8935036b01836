"""Moving a workspace to the trash, restoring it, and making it its organization's primary: the dialogs that ask."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.base import clock
from portal.operations import closing
from portal.queries import closing as outlook
from portal.queries import detail, prospects
from portal.queries.closing import Effects
from portal.queries.detail import Profile
from portal.queries.listing import Filters
from portal.rules.access import Permission
from portal.rules.errors import Conflict
from portal.rules.lifecycle import Move, Status, check_move, purge_at
from portal.web import formats
from portal.web.access import actor, needs
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_addresses import Address
from portal.web.admin.workspace_dialogs import counted, named, question, settled
from portal.web.forms import Form

MOST_NAMED = 3  # numbers that are named one by one


class TrashForm(Form):
    """The name, typed once more."""

    confirm_name = StringField()


@bp.get("/<ws>/trash")
@needs(Permission.WORKSPACE_CLOSE)
def trash_ask(ws: str) -> ResponseReturnValue:
    """What closing will do."""
    profile = detail.profile(ws)
    check_move(profile.status, profile.stage, Move.TRASH)
    return _closing(profile, TrashForm())


@bp.post("/<ws>/trash")
@needs(Permission.WORKSPACE_CLOSE)
def trash_move(ws: str) -> ResponseReturnValue:
    """Closes it, if the name is typed as it is."""
    form = TrashForm()
    profile = detail.profile(ws)
    if form.validate():
        with form.refusals():
            closing.close(ws, form.confirm_name.data or "", actor())
            return settled(ws, f"{named(profile)} moved to the trash. It can be restored for 90 days")
    return _closing(profile, form, 422)


@bp.get("/<ws>/restore")
@needs(Permission.WORKSPACE_RESTORE)
def restore_ask(ws: str) -> ResponseReturnValue:
    """What will come back."""
    profile = detail.profile(ws)
    check_move(profile.status, profile.stage, Move.RESTORE)
    left = outlook.left_for(profile.key)
    return question(
        "restore",
        profile,
        "Restore",
        effects=_counts([("phone", "Numbers that come back", "numbers", left.free)]) if left.free else (),
        reassigned=_numbers(left.reassigned),
        several=len(left.reassigned) > 1,
        held=bool(profile.holds),
        primary=outlook.primary_closed(profile.organization.key) if not profile.is_primary else None,
    )


@bp.post("/<ws>/restore")
@needs(Permission.WORKSPACE_RESTORE)
def restore(ws: str) -> ResponseReturnValue:
    """Brings it back."""
    profile = detail.profile(ws)
    back = closing.restore(ws, actor())
    words = [f"{named(profile)} restored"]
    if back.returned:
        words.append(f"{counted(len(back.returned), 'number')} came back")
    if back.reassigned:
        have = "belongs" if len(back.reassigned) == 1 else "belong"
        words.append(f"{', '.join(map(formats.phone, back.reassigned))} {have} to somebody else now")
    return settled(ws, ". ".join(words), "watch" if back.reassigned else "good")


@bp.get("/<ws>/primary")
@needs(Permission.WORKSPACE_PRIMARY)
def primary_ask(ws: str) -> ResponseReturnValue:
    """What it means to be the primary."""
    profile = detail.profile(ws)
    if profile.is_primary:
        raise Conflict(f"{named(profile)} is the primary of {formats.isolated(profile.organization.name)} already.")
    if profile.status is Status.CANCELLED:
        raise Conflict("A closed workspace cannot be the primary. Restore it first.")
    others, fits = profile.organization.workspaces > 1, prospects.may_have_children(profile.key)
    found = prospects.as_primary(profile.key)
    return question(
        "primary",
        profile,
        "Make primary",
        effects=(
            _moves("coins", "MRR of the workspace", "own_mrr", found.own, profile),
            _moves("building", "MRR of the organization", "all_mrr", found.all, profile),
        ),
        instead_of=found.instead_of,
        action=None if others and not fits else request.path,
    )


@bp.post("/<ws>/primary")
@needs(Permission.WORKSPACE_PRIMARY)
def primary(ws: str) -> ResponseReturnValue:
    """Makes it so."""
    profile = detail.profile(ws)
    closing.make_primary(ws, actor())
    return settled(ws, f"{named(profile)} is the primary of {formats.isolated(profile.organization.name)}")


def _moves(icon: str, label: str, name: str, pair: tuple[int, int], profile: Profile) -> tuple[Any, ...]:
    """An amount before and after, or the one that it stays."""
    locale = formats.reader_locale()
    was, will = (formats.money(each, profile.currency, locale, whole=True) for each in pair)
    return (icon, label, name, pair[1], will if was == will else f"{was} → {will}", profile.currency)


def _closing(profile: Profile, form: TrashForm, status: int = 200) -> ResponseReturnValue:
    others = profile.organization.workspaces - 1
    if profile.is_primary and others:
        siblings = Address(Filters(organization=profile.organization.public_id), None).with_()
        count = counted(others, "other workspace")
        return question("trash_primary", profile, "Move to trash", status, action=None, count=count, siblings=siblings)
    effects = outlook.effects_of(profile.key)
    purge = purge_at(clock.now())
    return question(
        "trash_ask",
        profile,
        "Move to trash",
        status,
        form=form,
        effects=(*_effects(profile, effects), _purge(purge)),
        warned=effects.first_number and formats.phone(effects.first_number),
        more=counted(effects.numbers - 1, "other") if effects.numbers > 1 else None,
        porting=_numbers(effects.porting_out),
        several=len(effects.porting_out) > 1,
    )


def _effects(profile: Profile, found: Effects) -> tuple[tuple[Any, ...], ...]:
    locale = formats.reader_locale()
    sending = f", {formats.number(found.sending, locale)} of them sending now" if found.sending else ""
    counts = _counts(
        [
            ("phone", "Numbers back to inventory", "numbers", found.numbers),
            ("device-landline-phone", "Extensions unregistered", "extensions", profile.extensions),
            ("access-point", f"Broadcasts stopped{sending}", "broadcasts", found.broadcasts),
        ]
    )
    lost = formats.money(profile.mrr_minor, profile.currency, locale, whole=True)
    return (*counts, ("coins", "MRR lost", "lost_mrr", profile.mrr_minor, lost, profile.currency))


def _counts(rows: list[tuple[str, str, str, int]]) -> tuple[tuple[Any, ...], ...]:
    locale = formats.reader_locale()
    return tuple(
        (icon, label, f"lost_{name}", count, formats.number(count, locale), None) for icon, label, name, count in rows
    )


def _purge(at: Any) -> tuple[Any, ...]:
    text = formats.minute(at, formats.reader_locale(), formats.reader_timezone())
    return ("trash", "Purged for good", "purged_at", at.isoformat(), text, None)


def _numbers(e164: tuple[str, ...]) -> str:
    """The first few by name, the others counted."""
    named_ones = [formats.phone(each) for each in e164[:MOST_NAMED]]
    rest = len(e164) - MOST_NAMED
    if rest > 0:
        return f"{', '.join(named_ones)} and {counted(rest, 'other')}"
    return " and ".join(filter(None, (", ".join(named_ones[:-1]), *named_ones[-1:])))
