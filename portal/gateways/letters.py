"""What mails say: the texts of templates/emails, rendered plainly. A text that names something unknown fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parents[2] / "templates" / "emails"

# Plain text is not escaped: there is no markup in it to break out of.
_texts = Environment(  # noqa: S701
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def render(template: str, **context: Any) -> str:
    """The text of a mail; raises UndefinedError for what the context lacks."""
    return _texts.get_template(template + ".txt").render(**context)
