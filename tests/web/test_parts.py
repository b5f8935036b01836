"""What htmx asks for says what the whole page says: dialogs and parts read nothing that only pages are given."""

from flask import Flask, g
from jinja2 import meta

DIALOG = "layouts/dialog.html"


def given(app: Flask, *, is_part: bool) -> set[str]:
    """The names that every template knows here."""
    with app.test_request_context("/"):
        g.principal, g.is_part = None, is_part
        context: dict[str, object] = {}
        app.update_template_context(context)
        return set(context)


def test_dialogs_and_parts_read_what_parts_are_given(app: Flask) -> None:
    pages_alone = given(app, is_part=False) - given(app, is_part=True)
    assert "sides" in pages_alone and "brand" not in pages_alone
    loader, found = app.jinja_env.loader, []
    assert loader
    for name in app.jinja_env.list_templates(["html"]):
        source = loader.get_source(app.jinja_env, name)[0]
        folder, _, file = name.rpartition("/")
        if DIALOG in source or (file.startswith("_") and folder not in ("layouts", "errors")):
            asked = meta.find_undeclared_variables(app.jinja_env.parse(source)) & pages_alone
            found += [f"{name}: {each}" for each in sorted(asked)]
    assert not found, "\n".join(found)
