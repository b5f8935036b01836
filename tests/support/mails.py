"""A real SMTP server on loopback that keeps what it is given."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support import processes


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
