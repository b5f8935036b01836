"""Processes that never outlive the tests, even when the tests are killed."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

PR_SET_PDEATHSIG = 1
RANGE, LOWEST = Path("/proc/sys/net/ipv4/ip_local_port_range"), 15_000
_libc = ctypes.CDLL(None, use_errno=True)


class Running(Protocol):
    """A process that was started: subprocess.Popen, or one of `warm`."""

    @property
    def returncode(self) -> int | None:
        """Negative for the signal that ended it, None while it runs."""

    def poll(self) -> int | None:
        """The same, asked anew."""

    def wait(self, timeout: float | None = None) -> int:
        """Its code once it has ended; raises TimeoutExpired after so many seconds."""

    def send_signal(self, sent: int, /) -> None:
        """Nothing where it has ended."""

    def kill(self) -> None:
        """It is gone, without having been asked."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on, out of those that the system hands to nobody by itself: one that
    it does may be the end of somebody's connection by the time it is listened on."""
    first_handed_out = int(RANGE.read_text().split()[0])
    while True:
        port = LOWEST + secrets.randbelow(first_handed_out - LOWEST)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
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

    def prepare() -> None:
        end_with_parent(stop_signal)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it for what it runs in the background

    ids = {"user": user, "group": user, "extra_groups": []} if user else {}
    with log.open("ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload]
            [str(each) for each in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            preexec_fn=prepare,
            **ids,
        )


def end_with_parent(how: signal.Signals) -> None:
    """This process is sent the signal when the one that started it dies."""
    _libc.prctl(PR_SET_PDEATHSIG, how)


def stop(process: Running, how: signal.Signals = signal.SIGTERM, within: float = 15.0) -> None:
    """The process has ended afterwards: asked first, killed after `within` seconds."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: Running) -> None:
    """The process is gone, without having been asked. Waits as long as a busy disk may hold it."""
    process.kill()
    process.wait(60)


def kill_whole(process: subprocess.Popen[bytes]) -> None:
    """The process and those that it started are gone at once, as when a machine loses its power: none of them has been
    asked, and none has seen another one go."""
    process.send_signal(signal.SIGSTOP)  # it starts no others meanwhile
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    kill(process)


def wait_until(true: Callable[[], bool], *, within: float, what: Callable[[], str]) -> None:
    """Returns as soon as `true()`; raises TimeoutError with the text of `what()` after `within` seconds."""
    end = time.monotonic() + within
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what())
        time.sleep(0.02)


def wait_for(process: Running, true: Callable[[], bool], *, within: float, what: Callable[[], str]) -> None:
    """`wait_until`, for something that this process is to do; one that does not do it, or ends before, is left behind
    by no test: it is killed, and the error has the text of `what()`."""
    try:
        wait_until(lambda: process.poll() is not None or true(), within=within, what=what)
        if process.returncode is not None:
            raise RuntimeError(f"it ended with {process.returncode}:\n{what()}")
    except BaseException:
        kill(process)
        raise


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
