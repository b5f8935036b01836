"""Times the list and the detail page beside the floor and the peers of the shared benchmark.

    make bench ARGS="--sizes 1000,100000 --engines sqlite,pg --peers raw-limit,flask-floor,flask-admin-fast"

Rows, driver and row check are the benchmark's own. Closed workspaces are left out of the rows for everybody, because
Portal shows them in its trash and not in its list. Reads PEERS_BENCH (default ../shared/bench); needs Debian's `wrk`.
The peers run in an environment of their own, into which this script puts itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PEERS_BENCH", ROOT.parent / "shared" / "bench")).resolve()
DATA = Path(os.environ.setdefault("BENCH_DATA", "/tmp/portal-bench"))
PEERS = Path(os.environ.get("BENCH_VENV", "/tmp/portal-bench-peers"))
PORTAL = ROOT / ".venv" / "bin" / "python"
STATUSES = ("trial", "active", "suspended", "active")


def main() -> None:
    """Generate, load, drive, report."""
    if not (SHARED / "drive.py").exists():
        sys.exit(f"the peers' benchmark is not at {SHARED}: set PEERS_BENCH")
    if Path(sys.prefix).resolve() != PEERS.resolve():
        enter_peers()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--engines", default="sqlite,pg")
    parser.add_argument("--peers", default="raw-limit,flask-floor")
    parser.add_argument("--rounds", default="3")
    arguments = parser.parse_args()
    generate(arguments.sizes.split(","), arguments.engines.split(","))
    drive(arguments)


def shared(name: str) -> Any:
    """A module of the shared benchmark, which knows the statuses that Portal lists."""
    if str(SHARED) not in sys.path:
        sys.path.insert(0, str(SHARED))
    import_module("common").STATUSES = STATUSES
    return import_module(name)


def enter_peers() -> None:
    """Run again in the peers' environment, made when it is missing."""
    if not (PEERS / "bin" / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        install = [str(PEERS / "bin" / "pip"), "install", "-q", "-r", str(SHARED / "requirements.txt")]
        subprocess.run(install, check=True)
    python = str(PEERS / "bin" / "python")
    os.environ["PATH"] = f"{PEERS / 'bin'}:{os.environ['PATH']}"
    os.execv(python, [python, __file__, *sys.argv[1:]])  # noqa: S606


def generate(sizes: list[str], engines: list[str]) -> None:
    """The rows stand in the peers' databases and in Portal's."""
    gen = shared("gen")
    DATA.mkdir(parents=True, exist_ok=True)
    if "pg" in engines:
        subprocess.run([str(SHARED / "pg.sh"), "start"], check=True)
    sys.argv = ["gen.py", *sizes, "--engines", ",".join(sorted({"sqlite", *engines}, reverse=True))]
    gen.main()
    for size in sizes:
        for engine in engines:
            subprocess.run([str(PORTAL), "-m", "tests.bench.fill", size, engine], check=True, cwd=ROOT)


def drive(arguments: argparse.Namespace) -> None:
    """Prove that every page shows the right rows, then time them in interleaved rounds."""
    os.environ["PORTAL_ROOT"] = str(ROOT)
    sys.argv = ["drive.py", "--engines", arguments.engines, "--sizes", arguments.sizes, "--rounds", arguments.rounds]
    sys.argv += ["--peers", f"{arguments.peers},portal", "--targets", str(Path(__file__).with_name("targets.toml"))]
    shared("drive").main()


if __name__ == "__main__":
    main()
