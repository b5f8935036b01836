"""What is edited as a form: texts by field, and a mark by which two people's versions are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

Value = str | bool
"""A field as the form sends it: text as it was typed, or whether it is ticked."""


def version_of(texts: Mapping[str, Value]) -> str:
    """A mark of what stands there now: another one as soon as anything of it is changed. Blank fields do not count, so
    that a further one is no change."""
    said = "\n".join(f"{name}={value}" for name, value in sorted(texts.items()) if value not in ("", False))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def listed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, str]:
    """The entries that differ, before and after, each in a line: "USD 83.40, EUR not set"."""
    names = [name for name in sorted({**before, **after}) if before.get(name) != after.get(name)]
    was, will = (", ".join(f"{name} {each.get(name, 'not set')}" for name in names) for each in (before, after))
    return was, will
