"""Templates as they were compiled last, kept in the instance folder: compiling all of them takes a worker more than a
second, reading them a twentieth of that."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

HERE = Path(__file__).parent
SHAPES = ("chrome.py", "pieces.py", "formats.py", "compiled.py")  # what says how templates are compiled


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's own, which keeps what it can and reads what is whole: neither a full disk nor a damaged file stops a
    page."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """One template, if it was kept."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever unmarshalling rubbish raises
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one template, if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def kept_in(instance: Path, name: str) -> CompiledTemplates | None:
    """For the environment of this name, since each compiles a template in its own way. A template that changed is
    compiled anew, and all of them where Jinja or the environments did. None where there is no such folder (yet)."""
    folder = instance / "templates"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        return CompiledTemplates(str(folder.resolve()), f"{name}-{_shape()}-%s.cache")
    return None


@lru_cache(maxsize=1)
def _shape() -> str:
    parts = [(HERE / name).read_bytes() for name in SHAPES]
    parts += [version(name).encode() for name in ("jinja2", "markupsafe")]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
