"""What is said and done once a change was saved from which stored figures follow."""

from __future__ import annotations

from functools import partial

from flask import flash

from portal.base import background, clock
from portal.operations import task_workers
from portal.operations.settlements import Begun
from portal.web.formats import counted
from portal.web.pages import tell_saved


def tell(what: str, changed: bool, begun: Begun) -> None:
    """Says that it was saved; where figures follow by a task, so much, and a worker begins with it."""
    if changed and begun.task:
        flash(
            f"{what} saved. Figures of {counted(begun.workspaces, 'workspace')} follow: Tasks shows how far it is.",
            "good",
        )
        background.run(partial(task_workers.work, begun.task, clock.now))
    else:
        tell_saved(f"{what} saved.", changed)
