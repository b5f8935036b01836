"""Two versions of a workspace: what somebody else saved meanwhile, and what was typed over an older one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for

from portal.queries import catalogue, saves
from portal.queries.editing import Present, same
from portal.rules.editing import Value
from portal.web import formats
from portal.web.admin import workspace_choices as choices
from portal.web.admin.conflicts import TwoVersions
from portal.web.admin.workspace_form import FLAGS, LABELS
from portal.web.versions import Difference, sent


def compared(theirs: Present, mine: Mapping[str, Value]) -> TwoVersions:
    """Both versions for the page. Fields that the person did not touch are not there: they stay as they are now."""
    owner = {name: str(value) for name, value in mine.items() if name.startswith("owner")}
    asked = owner.get("owner_email" if owner.get("owner_mode") == "invite" else "owner", "")
    return TwoVersions(
        title=str(theirs.texts["name"]),
        thing="this workspace",
        saved=saves.workspace_saved(theirs.key),
        rows=[
            _difference(name, value, theirs)
            for name, value in mine.items()
            if name in theirs.texts and name not in owner and not same(value, theirs.texts[name])
        ],
        kept={"version": str(theirs.version), **owner},
        action=url_for("admin_workspaces.edit_save", ws=theirs.public_id),
        theirs_url=url_for("admin_workspaces.edit", ws=theirs.public_id),
        beside=("Owner", theirs.owner, asked) if asked.casefold() not in ("", theirs.owner_email.casefold()) else None,
    )


def _difference(name: str, value: Value, theirs: Present) -> Difference:
    there = theirs.texts[name]
    return Difference(
        name, LABELS[name], said(name, there, theirs), said(name, value, theirs), sent(there), sent(value)
    )


def said(name: str, value: Value, found: Present) -> str:
    """A field's value as people read it."""
    if name in FLAGS:
        return "Yes" if value else "No"
    text = str(value)
    if name == "plan" and text:
        plans = catalogue.plan_choices(besides=found.plan_key)
        return next((each.name for each in plans if each.public_id == text), text)
    if name in ("country", "e911_country") and text:
        return formats.country(text, formats.reader_locale())
    known = {"billing_cycle": dict(choices.CYCLES), "suspension_behaviour": dict(choices.AT_CAP)}
    return known.get(name, {}).get(text, text) or formats.NONE
