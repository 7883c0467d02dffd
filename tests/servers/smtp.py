"""A real SMTP server for tests that keeps what it receives and answers as told."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from crmbot.playground.ports import free_port

HOST = "127.0.0.1"
DROP = "DROP"
"""As a scripted reply: close the connection without a word; after DATA the mail is kept all the same."""
REFUSAL = {"status": "401", "schemes": "bearer", "scope": "https://mail.example.com/"}
"""What the server tells of an access token before it says 535, as Gmail does."""
_XOAUTH2 = re.compile(rb"user=([^\x01]+)\x01auth=Bearer ([!-~]+)\x01\x01")
_OAUTHBEARER = re.compile(rb"n,a=([^\x01,]+),\x01auth=Bearer ([!-~]+)\x01\x01")


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
    tokens: Mapping[str, str] = field(default_factory=dict)
    """The access tokens that are good now, and whose they are."""
    mechanisms: str | None = None
    """What EHLO tells of ways to log in, when not all of them."""
    log_ins: list[str] = field(default_factory=list)
    """How each log-in with an access token went: the first words of the server's answer to it."""
    received: list[Received] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)

    def script(self, command: str, *replies: str) -> None:
        """Answer the next AUTH (of tokens), RCPT or DATA commands so, as with "451 4.3.0 later" or DROP."""
        self.replies.setdefault(command, []).extend(replies)

    def next_reply(self, command: str) -> str | None:
        """Take the next scripted reply for a command, if there is one."""
        waiting = self.replies.get(command)
        return waiting.pop(0) if waiting else None


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, _smtp: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        told = self._server.mechanisms
        if told is None:
            return responses
        kept = [line for line in responses if not line.startswith("250-AUTH")]
        return [*kept[:-1], f"250-AUTH {told}", kept[-1]] if told else kept

    async def auth_XOAUTH2(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the name is aiosmtpd's
        return await self._judge(smtp, args, _XOAUTH2, farewell=b"")

    async def auth_OAUTHBEARER(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the name is aiosmtpd's
        return await self._judge(smtp, args, _OAUTHBEARER, farewell=b"\1")

    async def _judge(self, smtp: SMTP, args: list[str], form: re.Pattern[bytes], farewell: bytes) -> AuthResult:
        said = b64decode(args[1]) if len(args) > 1 else await smtp.challenge_auth("")
        match = form.fullmatch(b"" if said is MISSING else said)
        reply = self._server.next_reply("AUTH")
        if match is None:
            reply = "501 5.5.2 that is not the mechanism's form"
        elif reply is None and self._server.tokens.get(match[2].decode()) != match[1].decode():
            last = await smtp.challenge_auth(json.dumps(REFUSAL))
            reply = "535 5.7.8 token not accepted" if last == farewell else "501 5.5.2 no empty answer"
        self._server.log_ins.append((reply or "235")[:3])
        if reply == DROP:
            _answer(smtp, reply)
        return AuthResult(success=reply is None, handled=reply == DROP, message=reply)

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
