"""What closing a workspace will do, and what making it the primary comes to, as the rows of a dialog: for the staff and
for its own people alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Response, request
from wtforms import StringField

from portal.base import clock
from portal.queries import closing
from portal.queries.closing import Effects
from portal.queries.detail import Profile
from portal.rules.lifecycle import purge_at
from portal.web import formats
from portal.web.formats import counted
from portal.web.forms import Form
from portal.web.pages import ask

Row = tuple[str, str, str, Any, str, str | None]
"""A row of `effects` in components/dialog.html."""


class CloseForm(Form):
    """The name, typed once more; and which numbers the question said to be ported out."""

    confirm_name = StringField()
    told = StringField()

    def heard(self) -> list[str]:
        """Those numbers (E.164)."""
        return (self.told.data or "").split()


def about(profile: Profile, now: datetime, lost: str) -> dict[str, Any]:
    """All that the dialog says of closing this workspace; `lost`: what its MRR is called. Within the platform's
    scope."""
    effects = closing.effects_of(profile.key)
    return {
        "effects": (*_effects(profile, effects, lost), _purge(purge_at(now))),
        "warned": effects.first_number and formats.phone(effects.first_number),
        "more": counted(effects.numbers - 1, "other") if effects.numbers > 1 else None,
        "porting": numbers(effects.porting_out),
        "several": len(effects.porting_out) > 1,
        "told": " ".join(effects.porting_out),
    }


def counts(rows: Iterable[tuple[str, str, str, int]]) -> tuple[Row, ...]:
    """Icon, label, name and count of each."""
    locale = formats.reader_locale()
    return tuple(
        (icon, label, f"lost_{name}", count, formats.number(count, locale), None) for icon, label, name, count in rows
    )


def moved(icon: str, label: str, name: str, pair: tuple[int, int], profile: Profile) -> Row:
    """An amount before and after, or the one that it stays."""
    locale = formats.reader_locale()
    was, will = (formats.money(each, profile.currency, locale, whole=True) for each in pair)
    return (icon, label, name, pair[1], will if was == will else f"{was} → {will}", profile.currency)


def numbers(e164: tuple[str, ...]) -> str:
    """The first few by name, the others counted."""
    named = [formats.phone(each) for each in e164[: formats.MOST_NAMED]]
    return formats.several(named, len(e164), formats.reader_locale())


def _effects(profile: Profile, found: Effects, lost: str) -> tuple[Row, ...]:
    locale = formats.reader_locale()
    sending = f", {formats.number(found.sending, locale)} of them sending now" if found.sending else ""
    recorded = [("microphone", "Recordings that end", "recordings", found.recordings)] if found.recordings else []
    rows = counts(
        [
            ("phone", "Numbers back to inventory", "numbers", found.numbers),
            ("device-landline-phone", "Extensions unregistered", "extensions", profile.extensions),
            ("access-point", f"Broadcasts stopped{sending}", "broadcasts", found.broadcasts),
            *recorded,
        ]
    )
    amount = formats.money(profile.mrr_minor, profile.currency, locale, whole=True)
    return (*rows, ("coins", lost, "lost_mrr", profile.mrr_minor, amount, profile.currency))


def _purge(at: datetime) -> Row:
    text = formats.minute(at, formats.reader_locale(), formats.reader_timezone())
    return ("trash", "Purged for good", "purged_at", at.isoformat(), text, None)


def customers_ask(
    profile: Profile, form: CloseForm, back: str, crumbs: Sequence[tuple[str, str | None]], who: str = ""
) -> Response:
    """The dialog in which its own people close it; `back`: where Cancel leads; `who`: who may do
    what has to be done first, where that is not the reader. Within the platform's scope."""
    others = profile.organization.workspaces - 1 if profile.is_primary else 0
    said = {} if others else about(profile, clock.now(), "Subscription that ends, a month")
    return ask(
        "workspace/close",
        422 if form.is_submitted() else 200,
        ws=profile,
        form=form,
        others=counted(others, "other workspace") if others else None,
        single=others == 1,
        who=who,
        action=None if others else request.path,
        back_url=back,
        crumbs=crumbs,
        **said,
    )
