"""What can go wrong on purpose: errors whose message may be shown to a person.

Floor 5 turns them into answers: Refused and Invalid 422, NotFound 404,
Conflict 409, Forbidden 403, TooMany 429. Every refusal says what, why and what next.
"""

from __future__ import annotations

from collections.abc import Mapping


class PortalError(Exception):
    """Base of all errors that Portal raises on purpose. `message` is one or more
    plain sentences, fit for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(PortalError):
    """A rule forbids it. `field` names the form field at fault, where there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFound(PortalError):
    """There is no such thing, or none that this person may know of."""

    def __init__(self, message: str = "There is nothing here, or nothing you can see.") -> None:
        super().__init__(message)


class Conflict(PortalError):
    """It contradicts the present state: somebody else was faster, or the move is not legal."""


class Forbidden(PortalError):
    """This person may see it, and may not do this."""


class TooMany(PortalError):
    """Tried too often. `wait` is how many seconds from now the next try is open."""

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class Invalid(PortalError):
    """Several fields at fault at once: `errors` maps each field's name to its message."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors: dict[str, str] = dict(errors)


class LimitReached(Refused):
    """An effective limit forbids it: the message names the limit, the figure, what is used
    and where the figure comes from.

    `limit` is the catalogue's name (`monthly_messages`), `label` its words, `source`
    one of `limits.Source`. `figure`, `used` and `wanted` are counts in the limit's
    unit; `way_out` what people can do about it by themselves, where it could fit at all.
    `limits.reached()` builds one from an `Effective`.
    """

    def __init__(
        self,
        *,
        limit: str,
        label: str,
        figure: int,
        used: int,
        source: str,
        wanted: int = 1,
        way_out: str = "Free some",
        field: str | None = None,
    ) -> None:
        allowed = f"{figure:,} allowed" if figure else "none allowed"
        super().__init__(
            f"{label}: {used:,} used, {allowed} (set by {_ORIGIN.get(source, source)}), so "
            f"{wanted:,} more would be too many. "
            f"{f'{way_out}, or ask' if wanted <= figure else 'Ask'} for a higher limit or another plan.",
            field,
        )
        self.limit = limit
        self.label = label
        self.figure = figure
        self.used = used
        self.source = source
        self.wanted = wanted


_ORIGIN = {
    "override": "an override of this workspace",
    "plan": "its plan",
    "free plan": "the free plan",
}
