"""Changing the platform's settings and what new workspaces start with. What follows from exchange rates and thresholds
is settled with the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.operations import platform_drafts
from portal.operations.audit import record
from portal.operations.platform import put
from portal.operations.settlements import Begun, Settlement, settle
from portal.operations.unit import exclusively, unit
from portal.queries.principals import platform
from portal.queries.reach import Reach
from portal.rules.actors import Actor
from portal.rules.editing import Value, version_of
from portal.rules.errors import Conflict
from portal.rules.periods import local_day
from portal.rules.platform import Platform, defaults_texts, settings_texts, told


class StaleSettings(Conflict):
    """Somebody saved them after the form was opened: `theirs` is what stands there now."""

    def __init__(self, theirs: Platform) -> None:
        super().__init__("Somebody else saved this after you opened it. Compare both versions.")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Saved:
    """What of it changed (nothing, where all was so already), and the settling of what follows."""

    changed: tuple[str, ...]
    begun: Begun = Begun(0)


@dataclass(frozen=True, slots=True)
class _Page:
    """One form: its texts, what they come to, and the event that tells of it."""

    event: str
    texts: Callable[[Platform], Mapping[str, Value]]
    check: Callable[[Platform, Mapping[str, Value]], Platform]


_SETTINGS = _Page("platform.settings_changed", settings_texts, platform_drafts.settings)
_DEFAULTS = _Page("platform.defaults_changed", defaults_texts, platform_drafts.defaults)


def change_settings(wanted: Mapping[str, Value], by: Actor, *, version: str | None = None) -> Saved:
    """The settings in `wanted` read so; others stay. `version`: the mark of what the person has seen (see
    `settings_version`), None to overwrite whatever is there. Raises StaleSettings, and Invalid with a message at every
    bad field."""
    return _change(_SETTINGS, wanted, by, version)


def change_defaults(wanted: Mapping[str, Value], by: Actor, *, version: str | None = None) -> Saved:
    """The same for what new workspaces start with; those that are there keep theirs."""
    return _change(_DEFAULTS, wanted, by, version)


def settings_version(settings: Platform) -> str:
    """A mark of the settings as they stand."""
    return version_of(settings_texts(settings))


def defaults_version(settings: Platform) -> str:
    """A mark of the defaults as they stand."""
    return version_of(defaults_texts(settings))


def settings_with(before: Platform, wanted: Mapping[str, Value]) -> Platform:
    """What the settings would be. Raises Invalid."""
    return platform_drafts.settings(before, {**settings_texts(before), **wanted})


def check_version(before: Platform, version: str) -> None:
    """Raises StaleSettings where the settings are no longer those."""
    if version != settings_version(before):
        raise StaleSettings(before)


def _change(page: _Page, wanted: Mapping[str, Value], by: Actor, version: str | None) -> Saved:
    with unit() as session:
        exclusively(session, "workspaces")  # nobody makes a workspace by the old ones meanwhile
        exclusively(session, "platform")
        before = platform()
        texts = page.texts(before)
        after = page.check(before, {**texts, **wanted})
        pairs: dict[str, Any] = told(before, after)
        if not pairs:
            return Saved(())
        if version is not None and version != version_of(texts):
            raise StaleSettings(before)
        if "exchange_rates" in pairs:
            after = replace(after, exchange_rates_on=local_day(by.at, after.timezone).isoformat())
        put(session, after, by.at)
        record(page.event, by, **pairs)
        return Saved(tuple(pairs), settle(session, _settlement(before, after), _title(pairs), by))


def _settlement(before: Platform, after: Platform) -> Settlement:
    rates, health = before.rates != after.rates, before.thresholds != after.thresholds
    changed = {code for code in {**before.rates, **after.rates} if before.rates.get(code) != after.rates.get(code)}
    reach = Reach(everything=True) if health else Reach(currencies=tuple(sorted(changed)))
    return Settlement(reach, derived=rates, health=health)


def _title(pairs: Mapping[str, Any]) -> str:
    names = {"exchange_rates": "exchange rates", "thresholds": "health thresholds"}
    return " and ".join(words for name, words in names.items() if name in pairs).capitalize()
