"""A real SMTP server for tests that keeps what it receives and answers as told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from crmbot.playground.ports import free_port

HOST = "127.0.0.1"
DROP = "DROP"
"""As a scripted reply: close the connection without a word; after DATA the mail is kept all the same."""


@dataclass(frozen=True, slots=True)
class Received:
    """One mail the server took: the envelope and the raw bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpServer:
    """What the server received, and the replies it shall give next (each used once)."""

    port: int
    host: str = HOST
    user: str = "crm"
    password: str = "letter box"
    received: list[Received] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)

    def script(self, command: str, *replies: str) -> None:
        """Answer the next RCPT or DATA commands with these replies, such as "451 4.3.0 later" or DROP."""
        self.replies.setdefault(command, []).extend(replies)

    def next_reply(self, command: str) -> str | None:
        """Take the next scripted reply for a command, if there is one."""
        waiting = self.replies.get(command)
        return waiting.pop(0) if waiting else None


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self._server.next_reply("RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return _answer(smtp, reply)

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, smtp: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        reply = self._server.next_reply("DATA")
        if reply in (None, DROP):
            content = envelope.original_content or b""
            self._server.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return _answer(smtp, reply)


def _answer(smtp: SMTP, reply: str | None) -> str:
    if reply == DROP and smtp.transport is not None:
        smtp.transport.close()
    return reply or "250 2.0.0 taken"


def _authenticator(server: SmtpServer) -> Any:
    def authenticate(_smtp: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (
            data.login == server.user.encode() and data.password == server.password.encode()
        )
        return AuthResult(success=right, handled=False)

    return authenticate


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A running SMTP server; logging in is allowed, not required."""
    server = SmtpServer(free_port())
    controller = Controller(
        _Handler(server),
        hostname=server.host,
        port=server.port,
        authenticator=_authenticator(server),
        auth_require_tls=False,
    )
    controller.start()
    yield server
    controller.stop()
