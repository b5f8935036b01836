"""Pieces: what was drawn is drawn again only for other data, and a piece knows no request."""

from errno import ENOSPC
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, TemplateAssertionError, UndefinedError

from portal.web import pieces
from tests.conftest import MakeApp


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


def test_templates_are_compiled_once_for_all_workers_and_restarts(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    pieces.compile_ahead(make_app(instance=folder))
    kept = {path.name.partition("-")[0] for path in (folder / "templates").iterdir()}
    assert kept == {"pages", "pieces"}, "each compiles in its own way"
    monkeypatch.setattr(Environment, "compile", None)
    again = make_app(instance=folder)
    with again.app_context():
        assert again.jinja_env.get_template("layouts/_who.html")
        assert pieces.icon.__wrapped__("search").startswith("<svg")


def test_a_full_disk_stops_no_page(make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    folder = tmp_path / "fresh"
    folder.mkdir()
    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", full)
    assert make_app(instance=folder).jinja_env.get_template("layouts/_who.html")
    assert make_app(instance=tmp_path / "none").jinja_env.get_template("layouts/_who.html")


def test_a_damaged_file_stops_no_page_and_is_written_anew(make_app: MakeApp, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    make_app(instance=folder).jinja_env.get_template("layouts/_who.html")
    [kept] = (folder / "templates").iterdir()
    whole = kept.read_bytes()
    for damaged in (b"", whole[:25], whole[:-9], b"\xff" * 90):
        kept.write_bytes(damaged)
        assert make_app(instance=folder).jinja_env.get_template("layouts/_who.html")
        assert len(kept.read_bytes()) == len(whole)
