"""Mail in tests: what the program wrote to its outbox, and a real SMTP server that keeps what it is given."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from portal.base.db import db
from portal.models import OutboxMessage
from tests.support import processes


class Mailbox:
    """The mails that the program wrote, sent or not, oldest first."""

    @property
    def messages(self) -> list[OutboxMessage]:
        """All of them, read afresh."""
        db.session.rollback()
        return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    @property
    def subjects(self) -> list[str]:
        """Their subjects."""
        return [each.subject for each in self.messages]

    def to(self, address: str) -> list[OutboxMessage]:
        """Those for this address."""
        return [each for each in self.messages if each.recipient == address]

    def only(self, address: str) -> OutboxMessage:
        """The only mail there is, which is for this address."""
        assert [each.recipient for each in self.messages] == [address]
        return self.messages[0]


class MailServer:
    """Accepts mail on `host`:`port`. `messages` holds what arrived; `answer` set to an SMTP line refuses instead."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = processes.free_port()
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this with each mail."""
        if self.answer.startswith("250"):
            content = envelope.content
            raw = content if isinstance(content, bytes) else str(content).encode()
            self.messages.append(message_from_bytes(raw, policy=policy.default))
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that arrived for this address."""
        return [each for each in self.messages if address in str(each["To"])]

    def wait_for(self, count: int, within: float = 10.0) -> list[EmailMessage]:
        """The mails, as soon as there are `count` of them; TimeoutError otherwise."""
        processes.wait_until(
            lambda: len(self.messages) >= count,
            within=within,
            what=lambda: f"{len(self.messages)} mails arrived, not {count}",
        )
        return self.messages

    def stop(self) -> None:
        """The server has ended."""
        self._controller.stop()
