"""Who does something: the person, job or program behind a change, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class ActorKind(StrEnum):
    """What sort of actor it is."""

    USER = "user"
    JOB = "job"
    CLI = "cli"
    API = "api"


@dataclass(frozen=True, slots=True)
class Actor:
    """`at` is the instant of the act, aware UTC; `label` is the name that the audit log shows for ever.

    `access`: public id of the access session in which staff act; `on_behalf_of`: the name of the owner whom they
    impersonate in it, else blank."""

    kind: ActorKind
    label: str
    at: datetime
    user_id: int | None = None
    request_id: str = ""
    access: str = ""
    on_behalf_of: str = ""

    @classmethod
    def job(cls, name: str, now: datetime) -> Self:
        """A job that time moves."""
        return cls(ActorKind.JOB, f"job {name}", now)

    @classmethod
    def command(cls, name: str, now: datetime) -> Self:
        """The command line, on the machine itself."""
        return cls(ActorKind.CLI, f"portal {name}", now)
