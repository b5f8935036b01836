"""The archive of a backup: one zip file with a manifest, which says what is in it and proves that it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.gateways.snapshots import Progress
from portal.rules.errors import Refused

FORMAT = 1
MANIFEST, DATABASE, SECRET = "manifest.json", "database", "secret.key"
FILES = "files/"
LARGEST_MANIFEST = 1 << 20  # bytes
CHUNK = 1 << 20
QUICK = 1  # of zlib's levels: three times as fast as the usual one, for a tenth more bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive is. `portal`: version that made it; `made_at`: the instant as of which it is; `kind`: sqlite or
    postgresql; `revision`: of the tables; `rows`: by table; `sha256`: by name in the archive."""

    portal: str
    made_at: datetime
    kind: str
    revision: str
    rows: Mapping[str, int]
    sha256: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def text(self) -> str:
        """As it stands in the archive."""
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, indent=1)


class Writer:
    """An archive in the making. What is put in is there once, under the first name that it was given."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.sha256: dict[str, str] = {}

    def add(self, name: str, path: Path, told: Progress, *, packed: bool = True) -> None:
        """The file is in the archive under this name; as it is, if it is `packed` already."""
        if name in self.sha256:
            return
        digest, done, total = hashlib.sha256(), 0, path.stat().st_size
        entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        with path.open("rb") as source, self.archive.open(entry, "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
                done += len(chunk)
                told("Packing", done, total)
        self.sha256[name] = digest.hexdigest()

    def seal(self, manifest: Manifest) -> None:
        """With the manifest the archive is whole."""
        self.archive.writestr(MANIFEST, manifest.text())


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A new archive at this path, readable by this user alone and safely on the disk afterwards."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as archive:
            yield Writer(archive)
        file.flush()
        os.fsync(file.fileno())


class Archive:
    """An archive that is read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.manifest = _manifest(archive)

    def take(self, name: str, to: Path, told: Progress) -> None:
        """What is in the archive under this name is in this file, readable by this user alone. Raises Refused if it is
        not what was put in; then the file is gone."""
        entry = self.archive.getinfo(name)
        digest, done = hashlib.sha256(), 0
        to.unlink(missing_ok=True)
        try:
            with (
                self.archive.open(entry) as source,
                open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
            ):
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
                    done += len(chunk)
                    told("Unpacking", done, entry.file_size)
                os.fsync(target.fileno())
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            to.unlink(missing_ok=True)
            raise Refused(f"The archive is damaged: {name} cannot be read.") from error
        if digest.hexdigest() != self.manifest.sha256[name]:
            to.unlink()
            raise Refused(f"The archive is damaged: {name} is not what was backed up.")

    @property
    def files(self) -> list[str]:
        """The names of the instance's files in it."""
        return [name for name in self.manifest.sha256 if name.startswith(FILES)]


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive at this path. Raises Refused if it is none, or one that this version cannot read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(archive)
    except (zipfile.BadZipFile, KeyError) as error:
        raise Refused(f"{path} is no backup of Portal, or was cut off.") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    entry = archive.getinfo(MANIFEST)
    if entry.file_size > LARGEST_MANIFEST:
        raise Refused("This is no backup of Portal.")
    try:
        values: dict[str, Any] = json.loads(archive.read(entry))
        if values["format"] != FORMAT:
            raise Refused(f"The backup was made by Portal {values['portal']}, whose backups this version cannot read.")
        found = Manifest(**values | {"made_at": datetime.fromisoformat(values["made_at"])})
    except (ValueError, TypeError) as error:
        raise Refused("This is no backup of Portal, or its manifest is damaged.") from error
    if set(archive.namelist()) != {*found.sha256, MANIFEST}:
        raise Refused("The archive is damaged: it does not hold what its manifest says.")
    return found
