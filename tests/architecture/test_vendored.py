"""Every file of others stands in static/vendor/README with its hash, and is the file that was vendored."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.trees import ROOT

VENDOR = ROOT / "static" / "vendor"
# From the npm package htmx.org 4.0.1 itself; the hash in that package's own README belongs to 4.0.0.
HTMX = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"


def integrity(path: Path) -> str:
    """The hash as browsers write it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def complaints(folder: Path) -> Iterator[str]:
    """Files that README does not list in a line `name … sha384-…`, or lists with another hash."""
    readme = folder / "README"
    lines = readme.read_text().splitlines() if readme.exists() else []
    for path in sorted(folder.iterdir()):
        if path.name == "README":
            continue
        line = next((line for line in lines if path.name in line.split()), "")
        if integrity(path) not in line.split():
            yield f"static/vendor/README needs a line: {path.name} <version> <source> <licence> {integrity(path)}"


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    found = list(complaints(VENDOR))
    assert not found, "\n".join(found)


def test_htmx_is_the_one_that_was_measured() -> None:
    assert integrity(VENDOR / "htmx-4.0.1.min.js") == HTMX


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("one")
    (tmp_path / "README").write_text(f"a.js 1.0 npm MIT {integrity(tmp_path / 'a.js')}\n")
    assert not list(complaints(tmp_path))
    (tmp_path / "a.js").write_text("two")
    (tmp_path / "b.js").write_text("three")
    assert len(list(complaints(tmp_path))) == 2
