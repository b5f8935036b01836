"""Rate cards: made, changed, archived and restored. A change holds from the running month on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import RateCard, RatesBefore
from portal.operations.audit import record
from portal.operations.platform import put
from portal.operations.rate_card_drafts import check
from portal.operations.unit import exclusively, locked, unit
from portal.queries.principals import platform
from portal.queries.rate_cards import CardView, card
from portal.rules.actors import Actor
from portal.rules.editing import Value
from portal.rules.errors import Conflict, Invalid
from portal.rules.periods import local_day
from portal.rules.rate_cards import FIELDS, Terms, told

TERMS = tuple(name for name in FIELDS if name not in ("name", "currency"))  # what the months before keep


class StaleCard(Conflict):
    """Somebody saved the card after the form was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: CardView) -> None:
        super().__init__("Somebody else saved this rate card after you opened it. Compare both versions.")
        self.theirs = theirs


def create(texts: Mapping[str, Value], by: Actor) -> str:
    """There is a rate card of these terms; the first one in the currency of new organizations is theirs from now on.
    Answers its public id; raises Invalid."""
    with unit() as session:
        exclusively(session, "workspaces")  # names are unique, and nobody takes the default meanwhile
        exclusively(session, "platform")
        terms = check(texts)
        _check_name(session, terms.name, None)
        row = RateCard(**{name: getattr(terms, name) for name in FIELDS})
        session.add(row)
        session.flush()
        facts: dict[str, Any] = {name: pair[1] for name, pair in told(Terms("", ""), terms).items()}
        record("rate_card.created", by, **facts)
        before = platform()
        if not before.default_rate_card and terms.currency == before.default_currency:
            put(session, replace(before, default_rate_card=row.public_id), by.at)
            record("platform.defaults_changed", by, default_rate_card=("", row.public_id))
        return row.public_id


def change(public_id: str, wanted: Mapping[str, Value], by: Actor, *, version: str | None = None) -> tuple[str, ...]:
    """The fields in `wanted` read so; others stay. Months before the running one are billed by what the card said.
    `version`: the mark of what the person has seen, None to overwrite whatever is there. Answers what changed.

    Raises NotFound, StaleCard, and Invalid with a message at every bad field."""
    with unit() as session:
        exclusively(session, "workspaces")
        row = locked(session, RateCard, public_id)
        before = card(public_id)
        after = check({**before.texts, **wanted})
        pairs: dict[str, Any] = told(before.terms, after)
        if not pairs:
            return ()
        if version is not None and version != before.version:
            raise StaleCard(before)
        if "currency" in pairs:
            why = "A card keeps its currency: what it prices is billed in it. Make another card."
            raise Invalid({"currency": why})
        _check_name(session, after.name, row.id)
        if set(TERMS) & set(pairs):
            _keep(session, row, local_day(by.at, platform().timezone).replace(day=1))
        for name in FIELDS:
            setattr(row, name, getattr(after, name))
        record("rate_card.changed", by, rate_card=before.name, organizations=before.organizations, **pairs)
        return tuple(pairs)


def archive(public_id: str, by: Actor) -> None:
    """No further organization can have the card; who has it keeps it. Raises NotFound, and Conflict for the default."""
    with unit() as session:
        exclusively(session, "workspaces")  # nobody makes it the default meanwhile
        row, view = locked(session, RateCard, public_id), card(public_id)
        check_archivable(view)
        row.archived_at = by.at
        record("rate_card.archived", by, rate_card=row.name, organizations=view.organizations)


def check_archivable(view: CardView) -> None:
    """Raises Conflict with the reason where it is not to be archived."""
    if view.archived:
        raise Conflict("This rate card is in the archive already.")
    if view.is_default:
        raise Conflict("New organizations start with this rate card. Choose another in Defaults first.")


def restore(public_id: str, by: Actor) -> None:
    """The card can be chosen again. Raises NotFound, and Conflict if it is not in the archive."""
    with unit() as session:
        row = locked(session, RateCard, public_id)
        if row.archived_at is None:
            raise Conflict("This rate card is not in the archive.")
        row.archived_at = None
        record("rate_card.restored", by, rate_card=row.name)


def _check_name(session: Session, name: str, key: int | None) -> None:
    others = session.execute(select(RateCard.id, RateCard.name)).all()
    taken = next((each for each in others if each.name.casefold() == name.casefold() and each.id != key), None)
    if taken:
        raise Invalid({"name": f"There is a rate card “{taken.name}” already. Choose another name."})


def _keep(session: Session, row: RateCard, month: date) -> None:
    """What the card says is written down before the first change of the month."""
    there = select(RatesBefore.id).where(RatesBefore.rate_card_id == row.id, RatesBefore.month == month)
    if session.scalar(there) is None:
        values = {name: getattr(row, name) for name in TERMS}
        session.add(RatesBefore(rate_card_id=row.id, month=month, **values))
