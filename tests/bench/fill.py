"""Fills Portal's database of one size and engine with the shared benchmark's rows, once: `fill.py SIZE sqlite|pg`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg
from flask_migrate import upgrade

from portal import create_app
from portal.settings import Settings
from tests.bench.load import load
from tests.bench.run import DATA, ROOT, shared

PORT = os.environ.get("BENCH_PGPORT", "54329")


def database_url(size: int, engine: str) -> str:
    """Where Portal's rows of this size lie."""
    if engine == "sqlite":
        return f"sqlite:///{DATA / str(size) / 'portal.sqlite3'}"
    return f"postgresql://bench@/portal_{size}?host={DATA / 'pg'}&port={PORT}"


def create_postgresql(size: int) -> None:
    """An empty database of that size's name."""
    server = f"host={DATA / 'pg'} port={PORT} user=bench dbname=postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS portal_{size} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE portal_{size}")


def main() -> None:
    """Make, migrate and fill the database, unless that was done."""
    size, engine = int(sys.argv[1]), sys.argv[2]
    done = DATA / str(size) / f".portal-{engine}.done"
    if done.exists():
        return
    (DATA / str(size)).mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{DATA / str(size) / 'portal.sqlite3'}{suffix}").unlink(missing_ok=True)
    else:
        create_postgresql(size)
    settings = Settings(database_url=database_url(size, engine), secret_key="bench" * 8, testing=True)
    with create_app(settings).app_context():
        upgrade(str(ROOT / "migrations"))
        load(shared("common").PLANS, *shared("gen").rows(size))
    done.touch()
    print(f"portal {size} {engine}: loaded", flush=True)


if __name__ == "__main__":
    main()
