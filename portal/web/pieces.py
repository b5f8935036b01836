"""Pieces of pages: templates that are given nothing but their data, so that what was drawn once need not be again.

There is no rule for when a piece is out of date: other data are another piece. A piece knows no request, and so neither
its reader nor its token; a template that asks for them is an error.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from jinja2 import BytecodeCache, Environment, StrictUndefined, TemplateAssertionError
from markupsafe import Markup

from portal.web import formats

EXTENSION = "portal.pieces"


def init_app(app: Flask, cache: BytecodeCache | None, **known: Any) -> None:
    """The app's templates once more, with these globals alone, and without the filters that ask who reads."""
    environment = app.jinja_env.overlay(undefined=StrictUndefined, bytecode_cache=cache)
    environment.globals = {**known, "icon": icon, "piece": piece}
    environment.filters = {name: act for name, act in environment.filters.items() if name not in formats.FILTERS}
    app.extensions[EXTENSION] = environment
    app.jinja_env.globals.update(icon=icon, piece=piece)


def compile_ahead(app: Flask) -> None:
    """Compile every template now, so that no reader waits for it: those of a page take a tenth of a second."""
    for environment in (app.jinja_env, app.extensions[EXTENSION]):
        for name in environment.list_templates(extensions=["html"]):
            with suppress(TemplateAssertionError):  # not a piece: it asks who reads
                environment.get_template(name)


def draw(template: str, **data: Any) -> Markup:
    """The template (its path under `templates/`) with these data."""
    return Markup(_environment().get_template(template).render(data))  # noqa: S704  (Jinja has escaped it)


@lru_cache(maxsize=2_000)
def piece(template: str, **data: Hashable) -> Markup:
    """The same, kept. The data must not change after they were given: texts, numbers, tuples, frozen dataclasses."""
    return draw(template, **data)


@lru_cache(maxsize=500)
def icon(name: str, class_name: str = "") -> Markup:
    """An icon, as `components/icon.html` draws it."""
    module: Any = _environment().get_template("components/icon.html").module
    drawn: Markup = module.icon(name, class_name)
    return drawn


def _environment() -> Environment:
    environment: Environment = current_app.extensions[EXTENSION]
    return environment
