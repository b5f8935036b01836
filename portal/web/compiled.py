"""Templates as they were compiled last, kept in the instance folder: compiling all of them takes a worker more than a
second, reading them a twentieth of that."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class Kept(FileSystemBytecodeCache):
    """Jinja's own, which keeps what it can: a full disk stops no page."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one template, if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def kept_in(instance: Path, name: str) -> Kept | None:
    """For the environment of this name, since each compiles a template in its own way; a template that changed is
    compiled anew, as all are by another Jinja. None where there is no such folder (yet)."""
    folder = instance / "templates"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        return Kept(str(folder.resolve()), f"{name}-{version('jinja2')}-%s.cache")
    return None
