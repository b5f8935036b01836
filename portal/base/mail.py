"""Flask-Mail's instance, with what it lacks: a timeout, verified certificates, and a connection that always closes."""

from __future__ import annotations

import smtplib
import ssl
from functools import cache
from types import TracebackType
from typing import Any

import flask_mail
from flask import Flask, current_app

from portal.base import site
from portal.settings import Settings

EXTENSION = "portal.mail"


@cache
def _trusted() -> ssl.SSLContext:
    """By what certificates are verified: the system's, read once, since that takes longer than all else of a letter."""
    return ssl.create_default_context()


class Connection(flask_mail.Connection):
    """One conversation with the mail server; each of its answers may take `timeout` seconds."""

    def __init__(self, mail: Any, timeout: float) -> None:
        super().__init__(mail)
        self.timeout = timeout

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and log in as the settings say."""
        context = _trusted()
        # Our own name is given, because smtplib would ask the DNS for it, without a timeout.
        to: dict[str, Any] = {"local_hostname": site.host(), "timeout": self.timeout}
        host: smtplib.SMTP
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(self.mail.server, self.mail.port, context=context, **to)
        else:
            host = smtplib.SMTP(self.mail.server, self.mail.port, **to)
        try:
            if self.mail.use_tls:
                host.starttls(context=context)
            if self.mail.username:
                host.login(self.mail.username, self.mail.password or "")
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Say good-bye, but never let that hide what went wrong before."""
        if self.host is None:
            return
        try:
            self.host.quit()
        except (OSError, smtplib.SMTPException):
            self.host.close()


class Mail(flask_mail.Mail):
    """Flask-Mail with our connection."""

    def connect(self, timeout: float | None = None) -> Connection:
        """A connection, to be used in a `with`. Without a timeout, that of the settings."""
        return Connection(current_app.extensions["mail"], timeout or site.settings().mail_timeout)


class Unwritable(Exception):
    """There is no way to write this as a mail."""


mail = Mail()


def send(message_id: str, recipient: str, subject: str, body: str, timeout: float) -> None:
    """Hand a mail over to the server. Raises Unwritable, smtplib's errors and OSError."""
    headers = {"Auto-Submitted": "auto-generated"}
    message = flask_mail.Message(subject, recipients=[recipient], body=body, extra_headers=headers)
    message.msgId = f"<{message_id}@{site.host()}>"
    try:
        with mail.connect(timeout) as connection:
            connection.send(message)
    except (UnicodeError, flask_mail.BadHeaderError) as error:
        raise Unwritable(str(error)) from error


def init_app(app: Flask, settings: Settings, gateway: object) -> None:
    """The app's mail server, and the gateway that operations deliver by (see `portal.gateways.mail`)."""
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username or None,
        MAIL_PASSWORD=settings.mail_password or None,
        MAIL_USE_TLS=settings.mail_security == "starttls",
        MAIL_USE_SSL=settings.mail_security == "tls",
        MAIL_DEFAULT_SENDER=settings.mail_sender,
        MAIL_SUPPRESS_SEND=False,
    )
    mail.init_app(app)
    app.extensions[EXTENSION] = gateway


def gateway() -> Any:
    """What the app delivers mail by."""
    return current_app.extensions[EXTENSION]
