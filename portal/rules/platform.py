"""What the platform's owner sets on screen: every key with its default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, Self

from portal.rules import thresholds
from portal.rules.editing import Value, listed
from portal.rules.health import Thresholds


@dataclass(frozen=True, slots=True)
class Platform:
    """The settings in force. `exchange_rates` are units of the reporting currency for one unit of another."""

    brand: str = ""
    is_example: bool = False
    example_loading: bool = False  # the example platform is not complete: its loading goes on, or was killed
    reporting_currency: str = "INR"
    exchange_rates: Mapping[str, str] = field(default_factory=dict)
    exchange_rates_on: str = ""  # the day (of the platform) on which they were last changed, in ISO 8601
    timezone: str = "Asia/Kolkata"
    default_timezone: str = "Asia/Kolkata"
    default_currency: str = "INR"
    default_cnam: str = ""
    default_suspension_behaviour: str = "notify_only"
    default_rate_card: str = ""
    default_plan: str = ""
    trial_days: int = 7
    grace_days: int = 14  # for which an invoice may be overdue before its organization is suspended
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


DEFAULTS = (
    *("default_timezone", "default_currency", "default_cnam", "default_suspension_behaviour", "trial_days"),
    *("default_plan", "default_rate_card"),
)
"""What new workspaces start with."""

PLAIN = ("brand", "timezone", "grace_days", "tell_impersonated_owner")


def rate_field(currency: str) -> str:
    """The field of an exchange rate."""
    return f"rate_{currency}"


def threshold_field(name: str) -> str:
    """The field of a threshold."""
    return f"threshold_{name}"


def settings_fields(currencies: Iterable[str]) -> tuple[str, ...]:
    """All fields of the settings, with rates of these currencies, in the order in which they stand."""
    return (*PLAIN, *map(rate_field, currencies), *map(threshold_field, thresholds.NAMES))


def settings_texts(platform: Platform, currencies: Iterable[str] = ()) -> dict[str, Value]:
    """What a form would send for the settings, with blank fields for further currencies."""
    codes = sorted({*platform.exchange_rates, *currencies} - {platform.reporting_currency})
    texts: dict[str, Value] = dict.fromkeys(settings_fields(codes), "")
    texts |= {name: getattr(platform, name) for name in PLAIN} | {"grace_days": str(platform.grace_days)}
    texts |= {rate_field(code): rate for code, rate in platform.exchange_rates.items()}
    return texts | {threshold_field(name): text for name, text in thresholds.texts_of(platform.thresholds).items()}


def defaults_texts(platform: Platform) -> dict[str, Value]:
    """What a form would send for what new workspaces start with."""
    return {name: str(getattr(platform, name)) for name in DEFAULTS}


def told(before: Platform, after: Platform) -> dict[str, tuple[Any, Any]]:
    """What differs, before and after, as the audit log keeps it; of rates and thresholds those alone that differ."""
    pairs: dict[str, tuple[Any, Any]] = {
        name: (getattr(before, name), getattr(after, name)) for name in (*PLAIN, *DEFAULTS)
    }
    pairs["exchange_rates"] = listed(before.exchange_rates, after.exchange_rates)
    pairs["thresholds"] = listed(
        *(
            {name.replace("_", " "): text for name, text in thresholds.texts_of(each.thresholds).items()}
            for each in (before, after)
        )
    )
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
