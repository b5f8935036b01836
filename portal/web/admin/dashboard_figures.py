"""The dashboard's four figures, each with its change against the window before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.queries.dashboard import Figures
from portal.rules.dashboard import Window
from portal.rules.pricing import percent_change
from portal.web import formats
from portal.web.figures import Figure, rate

BEFORE = {
    Window.DAY: "24 hours before",
    Window.WEEK: "7 days before",
    Window.MONTH: "30 days before",
    Window.QUARTER: "90 days before",
    Window.YEAR: "year before",
}
DAY_BY_DAY = "Counted by the workspaces’ own days, today included so far"
GOOD, RISK = "good", "risk"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, how it has changed (nothing where that cannot be said), the words behind the change, and `kind`: good
    or risk where either is certain. `beside`: what is not in the figure."""

    figure: Figure
    change: Figure | None
    words: str
    kind: str | None = None
    beside: str = ""


def tiles(present: Figures, before: Figures, window: Window, currency: str, locale: str) -> tuple[Tile, ...]:
    """Income, messages sent, new workspaces, trials that became paying customers."""
    return (
        _income(present, before, window, currency, locale),
        _sent(present, before, window, locale),
        _new(present, before, window, locale),
        _trials(present, before, window, locale),
    )


def _income(present: Figures, before: Figures, window: Window, currency: str, locale: str) -> Tile:
    code, text = formats.amount(present.income, currency, locale)
    figure = Figure("income", "Income from paid orders", text, str(present.income), currency, code)
    change = percent_change(present.income, before.income)
    beside = " + ".join(formats.money(minor, code, locale) for code, minor in present.unrated)
    return _by_percent(figure, change, f"the {BEFORE[window]}", locale, beside and f"+ {beside} without a rate")


def _sent(present: Figures, before: Figures, window: Window, locale: str) -> Tile:
    label = "Messages sent today" if window is Window.DAY else "Messages sent"
    figure = Figure("sent", label, formats.number(present.sent, locale), str(present.sent), title=DAY_BY_DAY)
    than = "yesterday, today so far" if window is Window.DAY else f"the {BEFORE[window]}"
    change = percent_change(present.sent, before.sent)
    # Today is not over: a fall by less than a day's share may yet be none.
    fall = before.sent - present.sent
    is_certain = fall < 0 or fall * window.days > before.sent
    return _by_percent(figure, change, than, locale, is_certain=is_certain)


def _new(present: Figures, before: Figures, window: Window, locale: str) -> Tile:
    number = formats.number(present.new, locale)
    figure = Figure("new", "New workspaces", number, str(present.new), title="Made then, and not closed since")
    more = present.new - before.new
    if not present.new and not before.new:
        return Tile(figure, None, f"nor any in the {BEFORE[window]}")
    if not more:
        return Tile(figure, _change("new", Decimal(0), "as many"), f"as in the {BEFORE[window]}")
    text = _signed(more, formats.number(abs(more), locale))
    return Tile(figure, _change("new", Decimal(more), text), f"on the {BEFORE[window]}", GOOD if more > 0 else RISK)


def _trials(present: Figures, before: Figures, window: Window, locale: str) -> Tile:
    figure = rate("conversion", "Trial → paid", present.conversion, "No trial ended then", locale)
    beside = f"{formats.number(present.converted, locale)} of {formats.number(present.ended, locale)} trials that ended"
    if present.conversion is None or before.conversion is None:
        why = "no trial ended" if present.conversion is None else f"none ended in the {BEFORE[window]}"
        return Tile(figure, None, why, beside=beside if present.ended else "")
    points = present.conversion - before.conversion
    if not points:
        return Tile(figure, _change("conversion", points, "the same"), f"as in the {BEFORE[window]}", beside=beside)
    text = f"{_signed(points, str(abs(points)))} points"
    kind = GOOD if points > 0 else RISK
    return Tile(figure, _change("conversion", points, text), f"on the {BEFORE[window]}", kind, beside)


def _by_percent(
    figure: Figure, change: Decimal | None, than: str, locale: str, beside: str = "", *, is_certain: bool = True
) -> Tile:
    if change is None:
        return Tile(figure, None, f"none in {than}" if int(figure.value) else f"nor any in {than}", beside=beside)
    if not change:
        return Tile(figure, _change(figure.name, change, "as much"), f"as in {than}", beside=beside)
    text = _signed(change, formats.percent(abs(change), locale))
    kind = (GOOD if change > 0 else RISK) if is_certain else None
    return Tile(figure, _change(figure.name, change, text), f"on {than}", kind, beside)


def _change(name: str, value: Decimal, text: str) -> Figure:
    return Figure(f"{name}_change", "", text, str(value))


def _signed(value: Decimal | int, text: str) -> str:
    return f"{'+' if value > 0 else '−'}{text}"
