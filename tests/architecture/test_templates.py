"""Templates are short and carry nothing that the content policy forbids; colours stand in one stylesheet."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.trees import files, read

LONGEST = 150
FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.I),
    "a handler attribute": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[\w:-]*)\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "an address of another host": re.compile(
        r"<(script|link|img|iframe|source)\b[^>]*(src|href)\s*=\s*.?https?:", re.I
    ),
    "unescaped output": re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false", re.I),
    "a raw colour": re.compile(r"""\b(fill|stroke|color|bgcolor|stop-color)\s*=\s*["'](\#|rgb|hsl)""", re.I),
}
MAIL_MAY = {"an inline style", "a style element", "a raw colour"}  # mail programs read no stylesheet
COMMENT = re.compile(r"\{#.*?#\}", re.S)

# A declaration's value: after a colon, up to ; or } with no { between (which would be a selector's pseudo-class).
VALUE = re.compile(r":([^;{}]*)(?=[;}])")
NAMED = "white|black|red|green|blue|gr[ae]y|silver|orange|yellow|purple|navy|teal|maroon|pink|gold|brown|crimson"
COLOUR = re.compile(
    rf"#[0-9a-f]{{3,8}}\b|\b(rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(\s*[\d.]|(?<![\w-])({NAMED})(?![\w-])", re.I
)


def template_complaints(path: str, source: str) -> Iterator[str]:
    """What a template must not hold."""
    lines = len(source.splitlines())
    if lines > LONGEST:
        yield f"{path} has {lines} lines"
    text = COMMENT.sub("", source)
    for name, pattern in FORBIDDEN.items():
        if path.startswith("templates/emails/") and name in MAIL_MAY:
            continue
        for found in pattern.finditer(text):
            yield f"{path}: {name}: {found.group()[:80]}"


def style_complaints(path: str, source: str) -> Iterator[str]:
    """Colours written out instead of taken from tokens.css."""
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)|\"[^\"]*\"|'[^']*'", "", source, flags=re.S)
    for value in VALUE.finditer(text):
        for found in COLOUR.finditer(value.group(1)):
            yield f"{path}: the colour {found.group()} in {value.group(1).strip()[:60]}"


def test_templates_keep_the_rules() -> None:
    found = [each for path in files("templates/**/*.html") for each in template_complaints(path, read(path))]
    assert not found, "\n".join(found)


def test_colours_are_named_in_one_stylesheet() -> None:
    sheets = [path for path in files("static/css/*.css") if path != "static/css/tokens.css"]
    found = [each for path in sheets for each in style_complaints(path, read(path))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        '<p class="a" style="color: red">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<script type="module">go()</script>',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/x.js"></script>',
        "{{ note|safe }}",
        "{{ note | safe }}",
        "{% autoescape false %}",
        '<path fill="#fff">',
        "<p>\n" * 151,
    ],
)
def test_a_bad_template_is_found(source: str) -> None:
    assert list(template_complaints("templates/admin/planted.html", source))


@pytest.mark.parametrize(
    "source",
    [
        "<script src=\"{{ url_for('static', filename='js/app.js') }}\" defer></script>",
        '<p class="style">{# |safe is never used #}</p>',
        '<svg fill="none" stroke="currentColor">',
        '<a href="https://example.org">',
        "{{ values|safely }}",
        "<p>\n" * 150,
    ],
)
def test_a_good_template_is_left_alone(source: str) -> None:
    assert not list(template_complaints("templates/admin/planted.html", source))


@pytest.mark.parametrize(
    "source",
    [
        "a { color: #fff; }",
        "a { color: white }",
        "a { background: linear-gradient(var(--x), rgb(0 0 0 / 10%)); }",
        "a:hover { border: 1px solid hsl(20deg 10% 10%); }",
    ],
)
def test_a_raw_colour_is_found(source: str) -> None:
    assert list(style_complaints("static/css/planted.css", source))


@pytest.mark.parametrize(
    "source",
    [
        "a:hover { color: var(--white); background: transparent; }",
        "#face:focus { color: currentColor; white-space: nowrap; }",
        "a { background: rgb(from var(--ink) r g b / 10%); /* #fff */ }",
        "a { mask: url(#abc); }",
    ],
)
def test_a_token_is_left_alone(source: str) -> None:
    assert not list(style_complaints("static/css/planted.css", source))
