"""Examples of what is done to numbers and extensions, by the staff and by a workspace's own people."""

from __future__ import annotations

import io
from collections.abc import Callable

from sqlalchemy import select

from portal.base.db import db
from portal.models import Number, Workspace
from portal.operations import extensions, numbers
from tests import factories
from tests.support import telephony
from tests.support.creation import BY
from tests.support.people import submit
from tests.support.scenes import Example, Fields, Scene

FILE = "e164\n+918047182200\n"


def free(scene: Scene) -> Fields:
    """A free number, and a workspace that is to have it."""
    scene.values["num"] = telephony.number()
    return {"workspace": factories.workspace().web_address}


def unused(scene: Scene) -> Fields:
    """A free number."""
    free(scene)
    return {}


def used(scene: Scene) -> Fields:
    """A number that a workspace has."""
    scene.values["num"] = telephony.assigned(factories.workspace())
    return {}


def leaving(scene: Scene) -> Fields:
    """One that is being ported out."""
    used(scene)
    numbers.port_out(scene.values["num"], BY)
    return {}


def upload(scene: Scene, mode: str = "real") -> Fields:
    """A file of numbers."""
    return {"mode": mode, "file": (io.BytesIO(FILE.encode()), "numbers.csv")}


def tried(scene: Scene) -> Fields:
    """It was tried."""
    where = "/admin/numbers/import/"
    answer = submit(scene.browser, where, upload(scene, "trial"), content_type="multipart/form-data")
    scene.values["task"] = answer.location.rpartition("/")[2]
    return {}


def inside(act: Callable[[Scene, Workspace], Fields]) -> Callable[[Scene], Fields]:
    """Alice manages a workspace from the inside."""

    def scene_of(scene: Scene) -> Fields:
        row = factories.workspace()
        fields = act(scene, row)
        scene.values["slug"] = row.web_address
        submit(scene.browser, f"/admin/workspaces/{row.public_id}/manage", {"mode": "act"})
        return fields

    return scene_of


def picks(scene: Scene, row: Workspace) -> Fields:
    telephony.number()
    return {"number": db.session.scalars(select(Number.public_id)).one()}


def own_number(scene: Scene, row: Workspace) -> Fields:
    scene.values["num"] = telephony.assigned(row)
    return {}


def new_extension(scene: Scene, row: Workspace) -> Fields:
    return {"number": "101", "display_name": "Front desk"}


def extension(scene: Scene, row: Workspace) -> Fields:
    scene.values["ext"] = extensions.create(row.public_id, "101", "", BY).extension
    return {}


def unregistered(scene: Scene, row: Workspace) -> Fields:
    extension(scene, row)
    extensions.unregister(row.public_id, scene.values["ext"], BY)
    return {}


TELEPHONY: dict[str, Example] = {
    "admin_number_imports.run_for_real": Example(tried, ("import.started", "number.imported", "import.finished")),
    "admin_number_imports.upload": Example(upload, ("import.started", "number.imported", "import.finished")),
    "admin_numbers.assign": Example(free, ("number.assigned",)),
    "admin_numbers.keep": Example(leaving, ("number.port_out_cancelled",)),
    "admin_numbers.new": Example(lambda _: {"e164": telephony.MUMBAI}, ("number.added",)),
    "admin_numbers.port_out": Example(used, ("number.port_out_begun",)),
    "admin_numbers.ported": Example(leaving, ("number.ported_out",)),
    "admin_numbers.remove": Example(unused, ("number.removed",)),
    "admin_numbers.release": Example(used, ("number.released",)),
    "workspace_extensions.new": Example(inside(new_extension), ("extension.created",)),
    "workspace_extensions.provision": Example(inside(unregistered), ("extension.provisioned",)),
    "workspace_extensions.renew": Example(inside(extension), ("extension.secret_renewed",)),
    "workspace_extensions.unregister": Example(inside(extension), ("extension.unregistered",)),
    "workspace_numbers.pick_one": Example(inside(picks), ("number.assigned",)),
    "workspace_numbers.release": Example(inside(own_number), ("number.released",)),
}
