"""Mail: the gateway that takes letters, by SMTP; none, where no server is set; and a fake for tests."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from typing import Protocol

from portal.base import mail as base
from portal.settings import Settings


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. `id` is the public id of its outbox row, and its Message-ID, so that a second copy is recognised."""

    id: str
    recipient: str
    subject: str
    body: str


class NotSent(Exception):
    """It could not be handed over now; later it may. The text says why."""


class Bounced(Exception):
    """The mail server refused this letter for good. The text is what it said."""


class MailGateway(Protocol):
    """`ready` says whether mail is set up at all."""

    ready: bool

    def send(self, letter: Letter, timeout: float) -> None:
        """Hand it over; each answer of the server may take `timeout` seconds. Raises NotSent or Bounced."""


class Smtp:
    """The mail server of the settings."""

    ready = True

    def send(self, letter: Letter, timeout: float) -> None:
        """Hand it over to the mail server."""
        try:
            base.send(letter.id, letter.recipient, letter.subject, letter.body, timeout)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refusal(code, said) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPServerDisconnected as error:
            raise NotSent(f"The mail server did not answer: {error}") from error
        except smtplib.SMTPException as error:
            raise NotSent(f"The mail server did not take it: {error}") from error
        except OSError as error:
            raise NotSent(f"The mail server cannot be reached: {error}") from error
        except base.Unwritable as error:
            raise Bounced(f"It cannot be written as a mail: {error}") from error


def _refusal(code: int, said: bytes | str) -> NotSent | Bounced:
    """5xx about a letter or its recipient is final, 4xx is not (RFC 5321, 4.2.1)."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Bounced(f"{code} {text}") if code >= 500 else NotSent(f"{code} {text}")


class NotSetUp:
    """No mail server is set: letters wait in the outbox."""

    ready = False

    def send(self, letter: Letter, timeout: float) -> None:
        """Never succeeds."""
        raise NotSent("Mail is not set up: set PORTAL_MAIL_SERVER")


@dataclass
class FakeMail:
    """For tests: keeps the letters, or raises `failure` instead."""

    letters: list[Letter] = field(default_factory=list)
    failure: NotSent | Bounced | None = None
    ready: bool = True

    def send(self, letter: Letter, timeout: float) -> None:
        """Keep the letter."""
        if self.failure:
            raise self.failure
        self.letters.append(letter)

    def to(self, address: str) -> list[Letter]:
        """The letters to this address."""
        return [letter for letter in self.letters if letter.recipient == address]


def chosen(settings: Settings) -> MailGateway:
    """The gateway that the settings ask for."""
    return Smtp() if settings.mail_server else NotSetUp()


def gateway() -> MailGateway:
    """The gateway of the app at work."""
    found: MailGateway = base.gateway()
    return found
