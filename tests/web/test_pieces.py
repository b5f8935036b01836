"""Pieces: what was drawn is drawn again only for other data, and a piece knows no request."""

import pytest
from flask import Flask
from jinja2 import TemplateAssertionError, UndefinedError

from portal.web import pieces


def find_box(words: str) -> str:
    return str(pieces.piece("layouts/_find.html", url="/w", words=words, where="Here"))


def test_a_piece_is_drawn_once_for_the_same_data(app: Flask) -> None:
    pieces.piece.cache_clear()  # the cache is the process's, and outlives the app of a test
    assert find_box("a < b") == find_box("a < b")
    assert find_box("c") != find_box("a < b")
    assert pieces.piece.cache_info().misses == 2


def test_a_piece_escapes_its_data(app: Flask) -> None:
    assert "a &lt; b" in find_box("a < b") and "a < b" not in find_box("a < b")


@pytest.mark.parametrize("asked", ["current_user.name", "csrf_token()", "request.path", "g.principal", "may('x')"])
def test_a_piece_knows_no_request(app: Flask, asked: str) -> None:
    template = pieces._environment().from_string("{{ " + asked + " }}")
    with app.test_request_context("/"), pytest.raises(UndefinedError):
        template.render()


@pytest.mark.parametrize("name", ["number", "day", "minute"])
def test_a_piece_does_not_format_for_whoever_reads(app: Flask, name: str) -> None:
    with pytest.raises(TemplateAssertionError):
        pieces._environment().from_string("{{ 1|" + name + " }}")


def test_an_icon_is_that_of_its_component(app: Flask) -> None:
    assert pieces.icon("search", "big").startswith('<svg class="icon big"')
    assert pieces.icon("search", "big").endswith('#search"/></svg>')


def test_templates_can_be_compiled_before_anybody_asks(app: Flask) -> None:
    pieces.compile_ahead(app)
    for environment in (app.jinja_env, app.extensions[pieces.EXTENSION]):
        assert {"components/usage_chart.html", "layouts/_who.html"} <= {name for _, name in environment.cache}
