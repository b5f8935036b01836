"""The dashboard's small charts: money over days as a line, and bars of stacked counts or shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from portal.rules.money import to_major
from portal.web import formats
from portal.web.charts import ABOVE_TEXT, Canvas, LineChart

WIDTH, HEIGHT = 330, 168
BAR, SEAM = 18, 1  # a bar's width, and the gap between its parts
CLOSEST = 0.7  # of the room of a bar, where there are many
FULL = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its text below, its title's beginning, and a value of each part; None: nobody knows."""

    label: str
    title: str
    values: tuple[int, ...] | None


@lru_cache(maxsize=200)
def money_chart(
    id_: str,
    points: tuple[tuple[date, int], ...],
    dates: tuple[int, ...],
    currency: str,
    title: str,
    summary: str,
    locale: str,
) -> Markup:
    """An amount (minor units) over days, above a tinted ground; `dates`: which of the days are named."""
    canvas = Canvas(id_, WIDTH, HEIGHT, 10, dates, names=False, points=True)
    chart = MoneyChart(canvas, title, summary, locale, margin=0)
    chart.currency = currency
    chart.days = tuple(day for day, _ in points)
    chart.add("MRR", [int(to_major(amount, currency)) for _, amount in points])
    return Markup(chart.render(is_unicode=True))  # noqa: S704  (numbers, and names that ElementTree has escaped)


@lru_cache(maxsize=200)
def bar_chart(
    id_: str, bars: tuple[Bar, ...], parts: tuple[str, ...], share: bool, title: str, summary: str, locale: str
) -> Markup:
    """Bars of stacked parts, the first of them below; as `share`, each bar is drawn as parts of a hundred."""
    canvas = Canvas(id_, WIDTH, HEIGHT, 2, (), names=False, points=False)
    chart = BarChart(canvas, title, summary, locale, margin=0)
    chart.bars, chart.share = bars, share
    for index, name in enumerate(parts):
        chart.add(name, [bar.values[index] if bar.values else 0 for bar in bars])
    return Markup(chart.render(is_unicode=True))  # noqa: S704


class MoneyChart(LineChart):
    """A line of money."""

    currency = ""
    gridlines = 3
    left = 52

    def _written(self, value: int) -> str:
        sign = formats.SYMBOLS.get(self.currency, "")
        return sign + formats.compact(value, self.locale) if value else "0"


class BarChart(LineChart):
    """Stacked bars; a bar that nobody knows is left out."""

    bars: tuple[Bar, ...] = ()
    share = False
    gridlines = 3
    left = 42

    def _compute_y_labels(self) -> None:
        if not self.share:
            super()._compute_y_labels()
            return
        self._y_labels = [(formats.percent(part, self.locale, 0), part) for part in (0, FULL // 2, FULL)]
        self._box.ymin, self._box.ymax = 0, FULL

    def _largest(self) -> int:
        return max((sum(bar.values) for bar in self.bars if bar.values), default=0)

    def _x_axis(self) -> None:
        axis = self.svg.node(self.nodes["plot"], class_="axis")
        every = -(-len(self.bars) // 7)  # more would not fit
        for index, bar in enumerate(self.bars):
            if (len(self.bars) - 1 - index) % every == 0:
                self.svg.text(axis, self._middle(index), self.view.height + 14 + ABOVE_TEXT, bar.label, "middle")

    def _middle(self, index: int) -> float:
        return float(self.view.width * (index + 0.5) / len(self.bars))

    def _plot(self) -> None:
        for index, bar in enumerate(self.bars):
            if bar.values is not None:
                self._bar(index, bar, bar.values)

    def _bar(self, index: int, bar: Bar, values: tuple[int, ...]) -> None:
        group = self.svg.node(self.nodes["plot"], class_="bar-of")
        named = zip((serie.title for serie in self.series), values, strict=True)
        figures = ", ".join(f"{formats.number(value, self.locale)} {name.lower()}" for name, value in named)
        self.svg.node(group, "title").text = f"{bar.title}: {figures}"
        width = min(BAR, self.view.width / len(self.bars) * CLOSEST)
        x, whole = self._middle(index) - width / 2, sum(values)
        scale: Callable[[float], Any] = self.view.y
        below = 0.0
        for part, value in enumerate(values):
            size = value * FULL / whole if self.share and whole else float(value)
            top, bottom = scale(below + size), scale(below)
            below += size
            if size:
                height = max(bottom - top - (SEAM if part else 0), 1)
                self.svg.node(
                    group,
                    "rect",
                    x=f"{x:.1f}",
                    y=f"{top:.1f}",
                    width=f"{width:.1f}",
                    height=f"{height:.1f}",
                    class_=f"part-{part}",
                )
