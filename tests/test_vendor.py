"""What is vendored is what the package holds, and every icon that a template names is in the sprite."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
README = (STATIC / "vendor" / "README.md").read_text()
LISTED: dict[str, str] = dict(re.findall(r"^\| `([^`]+)` \|.*`(sha384-[^`]+)` \|$", README, re.MULTILINE))
HTMX_OF_THE_PACKAGE = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"


def sha384(path: Path) -> str:
    """The hash as a browser's integrity attribute writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_vendored_file_has_the_hash_that_the_readme_states(name: str) -> None:
    assert sha384(STATIC / name) == LISTED[name]


def test_htmx_is_the_released_file() -> None:
    assert LISTED["vendor/htmx-4.0.1.min.js"] == HTMX_OF_THE_PACKAGE


def test_nothing_vendored_is_left_out_of_the_readme() -> None:
    files = {f"vendor/{path.name}" for path in (STATIC / "vendor").iterdir() if path.suffix not in {".md", ".txt"}}
    assert files == {name for name in LISTED if name.startswith("vendor/")}


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text()))
    named: set[str] = set()
    for template in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
        named |= set(re.findall(r"\bicon\('([a-z0-9-]+)'", text))
        named |= set(re.findall(r"\bicon_name='([a-z0-9-]+)'", text))
        named |= set(re.findall(r"(?:sprite|icons\.svg.\)) \}\}#([a-z][a-z0-9-]+)", text))
    assert len(named) > 10
    assert named <= symbols
