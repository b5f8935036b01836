"""The instant at which tests start, and a clock that a test moves."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # a Saturday


class Clock:
    """Called, it answers the instant at which it stands (aware UTC)."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def at(self, instant: datetime) -> datetime:
        """Stands at this instant from now on."""
        self.instant = instant.astimezone(UTC)
        return self.instant

    def advance(self, **amount: float) -> datetime:
        """Moves on by `days=…`, `hours=…`, `minutes=…`, `seconds=…` and answers the new instant."""
        return self.at(self.instant + timedelta(**amount))
