"""A route that declares no permission keeps the program from starting; what each declares is told."""

import json
import os
import subprocess
import sys
from pathlib import Path

from portal.api.calling import OPERATIONS
from portal.rules.access import Permission
from tests.architecture.trees import copy_of_the_project
from tests.support import warm
from tests.support.processes import own_environment
from tests.support.routes import NOWHERE, routes

START = "import portal; portal.create_app(); print(portal.__file__)"
BARE = """
from flask import Blueprint as PlantedBlueprint

planted = PlantedBlueprint("planted", __name__)

@planted.get("/planted-without-permission")
def bare() -> str:
    return ""

blueprints = (*blueprints, planted)
"""


def start(folder: Path) -> subprocess.CompletedProcess[str]:
    """Starts the program that lies in this folder."""
    environment = own_environment(PORTAL_SECRET_KEY="k" * 48, PORTAL_TESTING="1", PYTHONPATH=os.fspath(folder))
    return subprocess.run(
        [sys.executable, "-c", START], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_route_without_needs_stops_the_start(tmp_path: Path) -> None:
    folder = copy_of_the_project(tmp_path)
    before = start(folder)
    assert before.returncode == 0, before.stderr
    assert os.fspath(folder) in before.stdout, "the copy was meant to start"

    with (folder / "portal/web/account/__init__.py").open("a") as file:
        file.write(BARE)
    after = start(folder)
    assert after.returncode != 0
    assert "UndeclaredRoute" in after.stderr
    assert "/planted-without-permission" in after.stderr


def test_the_command_tells_every_route_with_its_permission() -> None:
    run = warm.portal("routes", "--json", environment=own_environment(PORTAL_SECRET_KEY="k" * 48))
    told = {(row["endpoint"], method, row["permission"]) for row in json.loads(run.stdout) for method in row["methods"]}
    of_people = {(route.endpoint, route.method, route.permission) for route in routes()}
    of_programs = {("api." + each.name.replace(".", "_"), each.method, each.scope) for each in OPERATIONS}
    of_both = {each for each in told if each[0] == NOWHERE}
    assert told == of_people | of_programs | of_both | {("static", "GET", None)}
    assert {permission for _, _, permission in of_both} == {Permission.PUBLIC}
