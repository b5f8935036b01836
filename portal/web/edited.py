"""Forms of what is edited field by field, whose fields depend on what there is: a price for each currency, a figure for
each limit. They hold text as it was typed; what it means is checked by the operation."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from wtforms import BooleanField, Field, StringField

from portal.rules.editing import Value
from portal.web.forms import Form

NO = (False, "false", "no", "off", "0", "")
Label = Callable[[str], str]
"""What a field is called, by its name."""


class EditedForm(Form):
    """What is sent beside the fields themselves: the version that the form began with, marks of what stood there then
    (see `portal.web.versions`), whether what it would do was seen, and a currency to be added. `names`: its fields."""

    version = StringField()
    seen = StringField()
    confirm = StringField()
    more_currency = StringField()
    names: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    label_of: Label

    def value(self, name: str) -> Any:
        """What stands in the field: text, or whether it is ticked."""
        data = self._fields[name].data
        return bool(data) if name in self.flags else data or ""

    def given(self) -> dict[str, Value]:
        """What was sent, by field; a field that was not is not there."""
        return {name: self.value(name) for name in self.names if self._fields[name].raw_data}

    def faults(self) -> list[tuple[str | None, str]]:
        """Every message for the summary above the form: the id of the field, and label and message."""
        found: list[tuple[str | None, str]] = [(None, str(each)) for each in self.form_errors]
        for name in self.names:
            message, label = self.error(name), self.label_of(name)
            if message:
                named = message.startswith(label + ":")  # a limit's message names it itself
                found.append((f"f-{name}", message if named else f"{label}: {message}"))
        return found


@lru_cache(maxsize=64)
def form_of(names: tuple[str, ...], flags: frozenset[str], label_of: Label) -> type[EditedForm]:
    """The form with these fields, of which `flags` are ticked or not."""
    given = {"names": names, "flags": flags, "label_of": staticmethod(label_of)}
    return type("EditedForm", (EditedForm,), {**{name: field_of(name in flags) for name in names}, **given})


def field_of(flag: bool) -> Field:
    """A field that holds text, or is ticked or not."""
    return BooleanField(false_values=NO) if flag else StringField()
