"""What the platform's owner sets on screen: every key with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, Self

from portal.rules.health import Thresholds


@dataclass(frozen=True, slots=True)
class Platform:
    """The settings in force. `exchange_rates` are units of the reporting currency for one unit of another."""

    brand: str = ""
    is_example: bool = False
    example_loading: bool = False  # the example platform is not complete: its loading goes on, or was killed
    reporting_currency: str = "INR"
    exchange_rates: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "Asia/Kolkata"
    default_timezone: str = "Asia/Kolkata"
    default_currency: str = "INR"
    default_cnam: str = ""
    default_suspension_behaviour: str = "notify_only"
    default_rate_card: str = ""
    default_plan: str = ""
    trial_days: int = 7
    tell_impersonated_owner: bool = True  # by mail, when staff enter a workspace as its owner
    thresholds: Thresholds = field(default_factory=Thresholds)

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Self:
        """The stored values over the defaults; a key that is not declared raises."""
        values = dict(stored or {})
        unknown = set(values) - {each.name for each in fields(cls)}
        if unknown:
            raise KeyError(f"unknown platform settings: {', '.join(sorted(unknown))}")
        if "thresholds" in values:
            values["thresholds"] = Thresholds(**values["thresholds"])
        return cls(**values)

    def stored(self) -> dict[str, Any]:
        """What the database keeps, as JSON."""
        return {**asdict(self), "exchange_rates": dict(self.exchange_rates)}

    @property
    def rates(self) -> dict[str, Decimal]:
        """Exchange rates to the reporting currency, which itself is 1."""
        rates = {code: Decimal(rate) for code, rate in self.exchange_rates.items()}
        return {**rates, self.reporting_currency: Decimal(1)}
