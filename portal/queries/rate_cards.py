"""Rate cards: the list with who uses each, one card as it can be edited, and what a card said in a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Organization, RateCard, RatesBefore
from portal.queries.principals import platform
from portal.rules.editing import Value, version_of
from portal.rules.errors import NotFound
from portal.rules.rate_cards import FIELDS, Terms, texts_of

PAGE = 12


@dataclass(frozen=True, slots=True)
class CardView:
    """A rate card. `organizations`: how many use it; `is_default`: new organizations in its currency start with it."""

    key: int
    public_id: str
    archived_at: datetime | None
    terms: Terms
    organizations: int
    is_default: bool

    @property
    def name(self) -> str:
        """Its name."""
        return self.terms.name

    @property
    def archived(self) -> bool:
        """Whether nobody new can have it."""
        return self.archived_at is not None

    @property
    def texts(self) -> dict[str, Value]:
        """What a form would send for it."""
        return texts_of(self.terms)

    @property
    def version(self) -> str:
        """A mark of its terms as they stand."""
        return version_of(self.texts)


class User(NamedTuple):
    """An organization that uses a card."""

    public_id: str
    name: str


def cards() -> tuple[CardView, ...]:
    """Every card by name, the archived ones last."""
    return tuple(sorted(_views(), key=lambda each: (each.archived, each.name.casefold(), each.key)))


def card(public_id: str) -> CardView:
    """The card with this public id, read afresh; raises NotFound."""
    found = _views(RateCard.public_id == public_id) if public_id.isprintable() else []
    if not found:
        raise NotFound("There is no such rate card.")
    return found[0]


def users(key: int, page: int) -> Sequence[User]:
    """A page of the organizations that use the card (integer key), by name."""
    query = select(Organization.public_id, Organization.name).where(Organization.rate_card_id == key)
    query = query.order_by(Organization.name_key, Organization.id).limit(PAGE).offset((page - 1) * PAGE)
    return [User._make(row) for row in db.session.execute(query)]


def until_after(month: date) -> ColumnElement[bool]:
    """That a row of `RatesBefore` is what `RateCard` said of the month (its first day), which it said until its first
    change after that; without such a row it says the same still."""
    later = aliased(RatesBefore)
    first = (
        select(func.min(later.month))
        .where(later.rate_card_id == RateCard.id, later.month > month)
        .correlate(RateCard)
        .scalar_subquery()
    )
    return and_(RatesBefore.rate_card_id == RateCard.id, RatesBefore.month == first)


def _views(*where: ColumnElement[bool]) -> list[CardView]:
    default = platform().default_rate_card
    using: Any = (
        select(func.count(Organization.id))
        .where(Organization.rate_card_id == RateCard.id)
        .correlate(RateCard)
        .scalar_subquery()
    )
    rows = db.session.execute(select(RateCard, using).where(*where).execution_options(populate_existing=True))
    return [
        CardView(
            row.id,
            row.public_id,
            row.archived_at,
            Terms(**{name: getattr(row, name) for name in FIELDS}),
            count,
            default in (row.public_id, row.name),
        )
        for row, count in rows
    ]
