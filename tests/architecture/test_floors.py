"""The floors, as import-linter sees them; and that it does see a breach."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.trees import ROOT, copy_of_the_project

LINT = Path(sys.executable).with_name("lint-imports")

# A planted file, what it says, and the words by which import-linter must name the breach.
PLANTED = {
    "portal/queries/planted.py": (
        "from portal.operations import unit\n",
        "portal.queries.planted -> portal.operations",
    ),
    "portal/models/planted.py": ("from portal.queries import principals\n", "portal.models.planted -> portal.queries"),
    "portal/rules/planted.py": ("from portal.base import ids\n", "portal.rules.planted -> portal.base"),
    "portal/jobs/planted.py": ("from portal.web import pages\n", "portal.jobs.planted -> portal.web"),
    "portal/operations/planted.py": ("from flask import g\n", "portal.operations.planted -> flask"),
    "portal/gateways/flasked.py": ("import flask\n", "portal.gateways.flasked -> flask"),
    "portal/operations/rooted.py": ("from portal import create_app\n", "portal.operations.rooted -> portal"),
    "portal/gateways/planted.py": ("from portal.models import scope\n", "portal.gateways.planted -> portal.models"),
    "portal/attic.py": ("X = 1\n", "attic"),
}


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and output of import-linter over the project in this folder."""
    done = subprocess.run(
        [str(LINT), "--no-cache", "--config", "pyproject.toml"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says about a copy of the project with every breach planted."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("planted"))
    for path, (source, _) in PLANTED.items():
        planted = folder / path
        planted.parent.mkdir(exist_ok=True)
        (planted.parent / "__init__.py").touch()
        planted.write_text(source)
    code, output = lint(folder)
    assert code != 0
    # One breach a line whatever the width: "a.b -> c.d (l.1)" or "a.b is not allowed to import c.d".
    return output.replace(" is not allowed to import ", " -> ")


def test_a_floor_imports_only_from_lower_floors() -> None:
    code, output = lint(ROOT)
    assert code == 0, output


@pytest.mark.parametrize("path", PLANTED)
def test_a_planted_breach_is_named(report: str, path: str) -> None:
    assert PLANTED[path][1] in report, report
