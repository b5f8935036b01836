"""Processes that never outlive the tests, even when the tests are killed."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def free_port() -> int:
    """A TCP port on loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts `command` with its output in `log`; it is sent `stop_signal` when the process that started it dies."""

    def die_with_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, stop_signal)

    ids = {"user": user, "group": user, "extra_groups": []} if user else {}
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload]
            [str(each) for each in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            preexec_fn=die_with_parent,
            **ids,
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, within: float = 15.0) -> None:
    """The process has ended afterwards: asked first, killed after `within` seconds."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def wait_until(true: Callable[[], bool], *, within: float, what: Callable[[], str]) -> None:
    """Returns as soon as `true()`; raises TimeoutError with the text of `what()` after `within` seconds."""
    end = time.monotonic() + within
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what())
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def own_environment(**changes: str) -> dict[str, str]:
    """The environment without any PORTAL_ or PG setting of the person who runs the tests, plus `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PG"))}
    return kept | changes
