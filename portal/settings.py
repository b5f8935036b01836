"""Every setting of the program, in one place.

A setting is read from the environment variable `PORTAL_<NAME>`, else from its default. `Settings.load()` is the
only reader of the environment; everything else is given the finished object.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

KEY_FILE = "secret.key"
LOOPBACK = ("localhost", "127.0.0.1")


class SettingsError(Exception):
    """A setting cannot be used; the text names it and says what would do."""


def setting(default: Any, about: str, unit: str = "") -> Any:
    """A field with its explanation, from which the README's table and `portal doctor` are drawn."""
    return field(default=default, metadata={"about": about, "unit": unit})


@dataclass(frozen=True, slots=True)
class Settings:
    """The finished settings of one process."""

    instance: Path = setting(Path("instance"), "Folder of database, secret key, uploads, compiled templates and counts")
    database_url: str = setting("", "SQLAlchemy URL; blank is SQLite in the instance folder")
    public_url: str = setting("http://127.0.0.1:8000", "Where people reach Portal; every link in a mail starts with it")
    secret_key: str = setting("", "Signs CSRF tokens; blank is the key that `portal init` wrote to the instance folder")
    trusted_hosts: str = setting("", "Further host names answered, comma-separated; the public URL's always is")
    trusted_proxies: int = setting(0, "Reverse proxies in front whose X-Forwarded-* headers are believed", "proxies")
    brand: str = setting("Portal", "Name of the platform until the owner sets one on screen")
    mail_server: str = setting("", "SMTP host; blank keeps mail in the outbox")
    mail_port: int = setting(587, "SMTP port")
    mail_username: str = setting("", "SMTP user; blank sends without log-in")
    mail_password: str = setting("", "SMTP password")
    mail_security: str = setting("starttls", "starttls, tls or none")
    mail_sender: str = setting("Portal <portal@localhost>", "From address of mails")
    mail_timeout: float = setting(5.0, "How long a mail server may take", "seconds")
    session_hours: int = setting(24 * 14, "A log-in ends after this", "hours")
    max_upload: int = setting(32 * 1024 * 1024, "Largest request body", "bytes")
    api_rate: int = setting(3_000, "Requests of one API key, to each server process", "requests/minute")
    max_import: int = setting(64 * 1024 * 1024, "Largest CSV file for an import", "bytes")
    jobs: bool = setting(True, "Call jobs, and go on with tasks whose process died; false where other servers do")
    webhook_loopback: bool = setting(False, "Webhooks may call this machine itself, also by http: for development")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    log_json: bool = setting(False, "Write logs as JSON lines")
    count_queries: bool = setting(False, "Answer with the number of SQL queries in X-Bench-Queries")
    metrics_token: str = setting(
        "", "Bearer token for /metrics and /readyz?verbose; blank opens them on a desk, from this machine, alone"
    )
    now: str = setting("", "A fixed clock (ISO instant) for demonstrations and benchmarks; refused on real data")
    testing: bool = setting(False, "Cheap password hashing and strict mail, for tests only")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Settings from the environment; raises SettingsError naming the variable that cannot be used."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for each in fields(cls):
            raw = environ.get("PORTAL_" + each.name.upper())
            if raw is not None and raw != "":
                values[each.name] = _read(each.name, raw, each.default)
        return replace(cls(**values), **overrides)._checked()

    def _checked(self) -> Self:
        if not self.public_url.startswith(("http://", "https://")):
            raise SettingsError(f"PORTAL_PUBLIC_URL is {self.public_url!r}: it must start with http:// or https://")
        if self.mail_security not in {"starttls", "tls", "none"}:
            raise SettingsError(f"PORTAL_MAIL_SECURITY is {self.mail_security!r}: use starttls, tls or none")
        return self

    @property
    def url(self) -> str:
        """The database URL that SQLAlchemy is given: psycopg 3 for PostgreSQL, a file in the instance for SQLite."""
        if not self.database_url:
            return f"sqlite:///{self.database.resolve()}"
        if self.database_url.startswith("postgres://"):
            return "postgresql://" + self.database_url.removeprefix("postgres://")
        return self.database_url

    @property
    def database(self) -> Path:
        """SQLite's file."""
        return self.instance / "portal.sqlite3"

    @property
    def secure(self) -> bool:
        """Whether people come over HTTPS, and cookies are for HTTPS alone."""
        return self.public_url.startswith("https://")

    @property
    def on_a_desk(self) -> bool:
        """Whether people reach Portal on this machine alone: it is being tried out."""
        return (urlsplit(self.public_url).hostname or "") in LOOPBACK

    @property
    def hosts(self) -> list[str]:
        """The host names that are answered: the public URL's, and those named beside it."""
        public = urlsplit(self.public_url).hostname or ""
        loopback = LOOPBACK if self.on_a_desk else ()
        return [public, *loopback, *(host.strip() for host in self.trusted_hosts.split(",") if host.strip())]

    def key(self) -> str:
        """The signing key; raises SettingsError before `portal init` has made one."""
        if self.secret_key:
            return self.secret_key
        path = self.instance / KEY_FILE
        if path.exists():
            return path.read_text().strip()
        raise SettingsError(f"There is no secret key: run `portal init`, which writes {path}, or set PORTAL_SECRET_KEY")

    def prepare(self) -> None:
        """The instance folder, its secret key and SQLite's file exist afterwards, readable by this user alone; the
        files also in a folder that was there before, open to others."""
        self.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.database_url:
            self.database.touch(0o600)
            self.database.chmod(0o600)  # SQLite gives the files beside it the same
        path = self.instance / KEY_FILE
        if not self.secret_key and not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48) + "\n")


def for_libraries(name: str, value: str) -> None:
    """This variable, which a library reads by itself, has this value in this process and in those that it starts."""
    os.environ[name] = value


def _read(name: str, raw: str, default: Any) -> Any:
    kind = type(default)
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[raw.lower()]
        return kind(raw)
    except (ValueError, KeyError) as error:
        raise SettingsError(f"PORTAL_{name.upper()} is {raw!r}: a value such as {default!r} is needed") from error
