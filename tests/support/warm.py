"""Processes of Portal that begin at once: each forked from one that has read the program, and no further than that.

Reading it is nine tenths of what a short command takes. A fresh interpreter reads it for the `server` of the tests.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from portal import cli
from tests.support import processes

ROOT = Path(__file__).resolve().parents[2]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


class Process:
    """One of them; what it can do is told at `processes.Running`."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self._process.exitcode

    def send_signal(self, sent: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(*words: str, log: Path, env: Mapping[str, str]) -> Process:
    """A `portal` command, or with `-c` the Python text that follows, as a process with its output in `log`."""
    return _start(words, env, Path(os.devnull), log, log)


def portal(
    *words: str, environment: Mapping[str, str], answer: str = "", within: float = 120.0
) -> "subprocess.CompletedProcess[str]":
    """Runs a `portal` command with this environment; output as text, the exit code unchecked. `answer` is typed when
    it asks."""
    with TemporaryDirectory() as folder:
        given, out, errors = (Path(folder) / name for name in ("in", "out", "errors"))
        given.write_text(answer)
        process = _start(words, environment, given, out, errors)
        try:
            code = process.wait(within)
        finally:
            process.kill()
        return subprocess.CompletedProcess(["portal", *words], code, out.read_text(), errors.read_text())


def _start(words: tuple[str, ...], env: Mapping[str, str], given: Path, out: Path, errors: Path) -> Process:
    for each in (out, errors):
        each.touch()
    process = _context.Process(target=_become, args=(words, dict(env), given, out, errors), daemon=True)
    process.start()
    return Process(process)


def _become(words: tuple[str, ...], env: dict[str, str], given: Path, out: Path, errors: Path) -> None:
    processes.end_with_parent(signal.SIGTERM)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    for number, path, how in ((0, given, os.O_RDONLY), (1, out, os.O_WRONLY), (2, errors, os.O_WRONLY)):
        os.dup2(os.open(path, how | os.O_APPEND), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<test>", "exec"), {"__name__": "__main__"})  # noqa: S102 (a test’s own)
        return
    sys.argv = ["portal", *words]
    cli.main()
