"""Line charts, drawn by pygal so that a strict content policy lets them through.

What leaves here has no style, no script and no address of another host: the stylesheet colours it by class. Points
carry native tooltips; the drawing is one picture to a screen reader, with a title and a description.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import pygal
from markupsafe import Markup
from pygal.config import SerieConfig
from pygal.etree import etree
from pygal.serie import Serie
from pygal.svg import Svg

from portal.web import formats

# pygal hooks itself into every import of the program, to find plug-ins of its own, in a way that Python 3.11 warns of.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

GRIDLINES = 4  # above the base line
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # that people count in, times a power of ten
LEFT, TOP, BOTTOM = 36, 8, 26
ABOVE_TEXT = 4  # from a text's middle to its base line


@dataclass(frozen=True, slots=True)
class Line:
    """A measured line: its name, and a value for each day."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Canvas:
    """How large a chart is drawn, in pixels at which its text is 11 high. `right` leaves room for the lines' names;
    `dates`: which days are named below; `points`: whether they carry tooltips."""

    id: str
    width: int
    height: int
    right: int
    dates: tuple[int, ...]
    names: bool
    points: bool


WIDE = Canvas("chart-wide", 760, 208, 62, (0, 7, 14, 21, 29), names=True, points=True)
NARROW = Canvas("chart-narrow", 358, 176, 8, (0, 14, 29), names=False, points=False)


@lru_cache(maxsize=1_000)
def line_chart(
    canvas: Canvas, days: tuple[date, ...], lines: tuple[Line, ...], title: str, summary: str, locale: str
) -> Markup:
    """The drawing, as inline SVG; the last of the lines stands out, above a tinted ground."""
    chart = LineChart(canvas, title, summary, locale, margin=0)
    chart.days = days
    for line in lines:
        chart.add(line.name, list(line.values))
    # Made of numbers and names that ElementTree has escaped.
    return Markup(chart.render(is_unicode=True))  # noqa: S704


def nice_step(largest: int, lines: int = GRIDLINES) -> int:
    """The distance of so many gridlines under which the largest value fits below the uppermost; whole, at least 1."""
    least = max(1, -(-largest // lines))
    power = 10 ** (len(str(least)) - 1)
    steps = [step * factor for factor in (power, 10 * power) for step in STEPS]
    return int(next(step for step in steps if step >= least and step == int(step)))


class PlainSvg(Svg):
    """SVG without styles, scripts, comments and namespaces of tooltips; coordinates of one decimal."""

    def __init__(self, graph: Any) -> None:
        super().__init__(graph)
        canvas: Canvas = graph.canvas
        for child in list(self.root):
            self.root.remove(child)
        self.root.set("id", canvas.id)
        self.root.set("role", "img")
        self.root.set("aria-labelledby", f"{canvas.id}-title {canvas.id}-text")
        self.node(tag="title", id=f"{canvas.id}-title").text = graph.heading
        self.node(tag="desc", id=f"{canvas.id}-text").text = graph.summary

    def pre_render(self) -> None:
        """Only the size; the stylesheet does the rest."""
        self.root.set("viewBox", f"0 0 {self.graph.width} {self.graph.height}")

    def node(self, parent: Any = None, tag: str = "g", attrib: dict[str, Any] | None = None, **extras: Any) -> Any:
        """An element; `class_` stands for class. pygal's own also knows nested and horizontal charts, and is slow."""
        given = {**(attrib or {}), **extras}
        attributes = {name.rstrip("_"): str(value) for name, value in given.items()}
        return etree.SubElement(self.root if parent is None else parent, tag, attributes)

    def text(self, parent: Any, x: float, y: float, words: str, anchor: str, class_: str | None = None) -> None:
        """A text; `anchor` says which end of it stands at x."""
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
        self.node(parent, "text", place | ({"class": class_} if class_ else {})).text = words

    def path(self, parent: Any, points: list[tuple[float, float]], class_: str, end: str = "") -> None:
        """A line through the points."""
        self.node(parent, "path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + end, class_=class_)


class LineChart(pygal.Line):
    """pygal's line chart: its scales, series and document; the drawing is pared down to what the page shows."""

    days: tuple[date, ...] = ()
    gridlines = GRIDLINES
    left = LEFT

    def __init__(self, canvas: Canvas, heading: str, summary: str, locale: str, **config: Any) -> None:
        super().__init__(
            **config,
            width=canvas.width,
            height=canvas.height,
            no_prefix=True,
            disable_xml_declaration=True,
            show_dots=False,
            show_legend=False,
            include_x_axis=True,
        )
        self.canvas, self.heading, self.summary, self.locale = canvas, heading, summary, locale

    def prepare_values(self, raw: list[Any], offset: int = 0) -> list[Serie]:
        """The lines as they were added; there is nothing to adapt, align or format."""
        return [
            Serie(offset + index, list(values), SerieConfig(**config)) for index, (values, config) in enumerate(raw)
        ]

    def _draw(self) -> None:
        self.svg = PlainSvg(self)
        self._compute()
        self._compute_y_labels()
        self._compute_margin()
        self._set_view()
        self._make_graph()
        self._axes()
        self._plot()

    def _compute_y_labels(self) -> None:
        lines = self.gridlines
        step = nice_step(self._largest(), lines)
        self._y_labels = [(self._written(step * n), step * n) for n in range(lines + 1)]
        self._box.ymin, self._box.ymax = 0, step * lines

    def _largest(self) -> int:
        return max((value for serie in self.series for value in serie.values), default=0)

    def _written(self, value: int) -> str:
        """A value at the axis."""
        return formats.compact(value, self.locale)

    def _compute_margin(self) -> None:
        box = self.margin_box
        box.left, box.top, box.right, box.bottom = self.left, TOP, self.canvas.right, BOTTOM
        self._box.margin = 0

    def _make_graph(self) -> None:
        move = f"translate({self.margin_box.left} {self.margin_box.top})"
        self.nodes["plot"] = self.svg.node(tag="g", transform=move)

    def _y_axis(self) -> None:
        axis = self.svg.node(self.nodes["plot"], class_="axis")
        for words, value in self._y_labels:
            y = self.view.y(value)
            self.svg.path(axis, [(0, y), (self.view.width, y)], "grid")
            self.svg.text(axis, -8, y + ABOVE_TEXT, words, "end")

    def _x_axis(self) -> None:
        axis = self.svg.node(self.nodes["plot"], class_="axis")
        last = len(self.days) - 1
        for index in (index for index in self.canvas.dates if index <= last):
            anchor = "start" if index == 0 else "end" if index == last and not self.canvas.names else "middle"
            words = formats.short_day(self.days[index], self.locale)
            self.svg.text(axis, self.view.x(self._x_pos[index]), self.view.height + 18, words, anchor)

    def _plot(self) -> None:
        drawn = [[self.view(point) for point in serie.points] for serie in self.series]
        self._ground(drawn[-1])
        for index, points in enumerate(drawn):
            group = self.svg.node(self.nodes["plot"], class_=f"color-{index}")
            self.svg.path(group, points, "line")
            x, y = points[-1]
            self.svg.node(group, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2.5)
        if self.canvas.names:
            self._names(drawn)
        if self.canvas.points:
            self._points_of_days(drawn)

    def _ground(self, points: list[tuple[float, float]]) -> None:
        base = self.view.y(0)
        self.svg.path(self.nodes["plot"], [(points[0][0], base), *points, (points[-1][0], base)], "fill", "Z")

    def _names(self, drawn: list[list[tuple[float, float]]]) -> None:
        """Each line's name at its end, the upper line's above, 14 apart where they would touch."""
        ends = sorted((points[-1][1], index) for index, points in enumerate(drawn))
        y = -1000.0
        room = self.view.height - 14 * (len(ends) - 1)
        for place, (end, index) in enumerate(ends):
            y = max(min(end, room + 14 * place), y + 14)
            x = drawn[index][-1][0] + 8
            self.svg.text(
                self.nodes["plot"], x, y + ABOVE_TEXT, self.series[index].title, "start", f"end color-{index}"
            )

    def _points_of_days(self, drawn: list[list[tuple[float, float]]]) -> None:
        """A band for each day, as wide as the day, that shows the day's points and says their figures."""
        node, parent, height, locale = self.svg.node, self.nodes["plot"], self.view.height, self.locale
        named = [(serie.title.lower(), serie.values) for serie in self.series]
        step = self.view.width / max(1, len(self.days) - 1)
        for index, day in enumerate(self.days):
            group = node(parent, class_="day")
            figures = ", ".join(f"{name} {formats.number(values[index], locale)}" for name, values in named)
            node(group, "title").text = f"{formats.short_day(day, locale)}: {figures}"
            x = drawn[0][index][0]
            node(group, "rect", x=f"{x - step / 2:.1f}", width=f"{step:.1f}", height=height)
            for series, points in enumerate(drawn):
                node(group, "circle", cx=f"{x:.1f}", cy=f"{points[index][1]:.1f}", r=3, class_=f"color-{series}")
