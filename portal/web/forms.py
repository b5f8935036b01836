"""Forms: named fields only, errors at the field they belong to, input kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf

from portal.rules.errors import Invalid, Refused


def listed(options: Iterable[tuple[str, str]], default: str | None = None) -> StringField:
    """A field that takes one of these values (value and words, as a select shows them) and no other."""
    values = [value for value, _ in options]
    return StringField(default=default, validators=[AnyOf(values, message="Choose one of those listed.")])


class Form(FlaskForm):
    """A form whose errors may also come from the operation that it asks for."""

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Inside, what an operation refuses becomes an error of the field it names, or of the whole form; the block
        is left, and what follows it shows the form again."""
        try:
            yield
        except Refused as error:
            self.add_error(error.field, error.message)
        except Invalid as error:
            for name, message in error.errors.items():
                self.add_error(name, message)

    def add_error(self, name: str | None, message: str) -> None:
        """Put a message at a field, or at the form."""
        if name and name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)

    def error(self, name: str) -> str | None:
        """The first message at this field."""
        errors = self._fields[name].errors
        return str(errors[0]) if errors else None
