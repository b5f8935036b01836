"""Line charts: nothing that a strict content policy would stop, and a picture that says what it shows."""

import gzip
import re
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

import pytest
from markupsafe import Markup

from portal.web import charts
from portal.web.charts import NARROW, WIDE, Canvas, Line

DAYS = tuple(date(2026, 10, 23) + timedelta(days=n) for n in range(30))
SENT = tuple(15_000 + 137 * n for n in range(30))
LINES = (Line("Sent", SENT), Line("Delivered", tuple(n - 400 for n in SENT)))
SVG = "{http://www.w3.org/2000/svg}"


def draw(canvas: Canvas = WIDE, lines: tuple[Line, ...] = LINES, days: tuple[date, ...] = DAYS) -> Markup:
    return charts.line_chart(canvas, days, lines, "Sent and delivered", "30 days of it", "en")


def tree(canvas: Canvas = WIDE, lines: tuple[Line, ...] = LINES) -> ElementTree.Element:
    return ElementTree.fromstring(draw(canvas, lines))  # noqa: S314 our own drawing


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_it_carries_nothing_that_the_policy_stops_or_that_asks_another_host(canvas: Canvas) -> None:
    svg = draw(canvas)
    assert not re.search(r"style\s*=|<style|<script|\son\w+\s*=|javascript:|<!--|<\?xml", svg)
    assert re.findall(r"https?://[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"], "the namespace alone"
    assert "xlink" not in svg


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_it_is_one_picture_with_a_title_and_a_description(canvas: Canvas) -> None:
    root = tree(canvas)
    assert root.get("role") == "img"
    title, text = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert title is not None and text is not None
    assert (title.text, text.text) == ("Sent and delivered", "30 days of it")
    assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
    assert root.get("viewBox") == f"0 0 {canvas.width} {canvas.height}"


def test_ids_of_the_two_drawings_differ() -> None:
    ids = [each.get("id") for canvas in (WIDE, NARROW) for each in tree(canvas).iter() if each.get("id")]
    assert len(ids) == len(set(ids)) == 6


def test_every_day_says_its_figures() -> None:
    said = [each.text for group in tree().iter(f"{SVG}g") if group.get("class") == "day" for each in group[:1]]
    assert len(said) == 30
    assert said[0] == "23 Oct: sent 15,000, delivered 14,600"
    assert said[-1] == "21 Nov: sent 18,973, delivered 18,573"


def texts(canvas: Canvas) -> list[str | None]:
    return [each.text for each in tree(canvas).iter(f"{SVG}text")]


def test_five_dates_five_figures_and_the_lines_names_at_their_ends() -> None:
    assert texts(WIDE) == ["0", "5k", "10k", "15k", "20k", "23 Oct", "30 Oct", "6 Nov", "13 Nov", "21 Nov"] + [
        "Sent",
        "Delivered",
    ]
    assert texts(NARROW) == ["0", "5k", "10k", "15k", "20k", "23 Oct", "6 Nov", "21 Nov"]


def test_both_lines_are_drawn_to_the_same_scale_from_zero() -> None:
    lines = (Line("Sent", (0,) * 29 + (20_000,)), Line("Delivered", (0,) * 29 + (10_000,)))
    ends = []
    for index in (0, 1):
        group = next(each for each in tree(WIDE, lines).iter(f"{SVG}g") if each.get("class") == f"color-{index}")
        first, *_, last = re.findall(r"[ML]([\d.]+) ([\d.]+)", group[0].get("d", ""))
        assert float(first[1]) == WIDE.height - charts.TOP - charts.BOTTOM, "zero lies on the base line"
        ends.append(float(last[1]))
    assert ends == [0, (WIDE.height - charts.TOP - charts.BOTTOM) / 2]


def test_names_at_the_ends_do_not_touch() -> None:
    same = (Line("Sent", (5,) * 30), Line("Delivered", (5,) * 30))
    places = [float(each.get("y", "")) for each in tree(WIDE, same).iter(f"{SVG}text")][-2:]
    assert places[1] - places[0] >= 14
    low = (Line("Sent", (9,) * 29 + (0,)), Line("Delivered", (9,) * 29 + (0,)))
    lowest = max(float(each.get("y", "")) for each in tree(WIDE, low).iter(f"{SVG}text") if each.text == "Delivered")
    assert lowest <= WIDE.height


def test_names_are_escaped() -> None:
    svg = draw(lines=(Line("<script>", (1,) * 30), Line("&", (1,) * 30)))
    assert "<script" not in svg
    ElementTree.fromstring(svg)  # noqa: S314


def test_the_two_drawings_weigh_less_than_three_kilobytes() -> None:
    assert len(gzip.compress((draw(WIDE) + draw(NARROW)).encode())) < 3 * 1024


@pytest.mark.parametrize("days", [1, 2, 7])
def test_fewer_days_are_drawn_too(days: int) -> None:
    assert draw(WIDE, (Line("Sent", (3,) * days), Line("Delivered", (2,) * days)), DAYS[:days])


@pytest.mark.parametrize(
    ("largest", "step"),
    [(0, 1), (1, 1), (4, 1), (5, 2), (9, 3), (17, 5), (100, 25), (101, 30), (19_204, 5_000), (21_000, 6_000)]
    + [(40_001, 15_000), (10**12, 25 * 10**10)],
)
def test_gridlines_stand_at_round_figures(largest: int, step: int) -> None:
    assert charts.nice_step(largest) == step
    assert charts.GRIDLINES * step >= largest
