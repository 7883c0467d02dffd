"""Mail out: one message composed safely, sent once by SMTP, with an honest word about what became of it."""

import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from crmbot.config.settings import SmtpSettings
from crmbot.crm.outbox import OutboxMessage
from crmbot.domain.clock import Clock
from crmbot.domain.identity import domain_of, normalise_email
from crmbot.domain.intake import mark
from crmbot.errors import SendFailed
from crmbot.mail.lines import answer_line, error_line, one_line
from crmbot.mail.submission import REFUSED, TIMEOUT_S, Submission
from crmbot.reports.charts import png_of

_TRY_LATER = range(400, 500)
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,200}@[A-Za-z0-9.-]{1,200}>")
_ANY_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
"""Of somebody else's mail: printable, and nothing that could begin another header."""
_LONGEST_SUBJECT = 500
_PICTURE_PIXELS = 880
"""Twice the width at which mails show a chart, for screens with small pixels."""


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that the HTML shows by its content id, `cid:NAME`; drawn from `svg` when the mail is composed."""

    name: str
    svg: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to send. `automatic`: nobody wrote it by hand, so nobody's program shall answer it.

    `from_name` is shown in place of the team's; `message_id` is one that was chosen when the mail was logged,
    `references` are those of the thread that it goes on with, the nearest one last.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    to_name: str = ""
    reply_to: tuple[str, ...] = ()
    automatic: bool = True
    from_name: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    pictures: tuple[Inline, ...] = ()


class Outgoing:
    """Sends mail through one SMTP server; the gateway of `mail.send` in the outbox."""

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        sender: str,
        sender_name: str = "crmbot",
        secret_key: bytes,
        clock: Clock,
        timeout: float = TIMEOUT_S,
    ) -> None:
        self._submission = Submission(settings, timeout=timeout)
        self._sender, self._sender_name = normalise_email(sender), sender_name
        self._key, self._clock = secret_key, clock

    def send(self, message: OutboxMessage) -> str:
        """Send an outbox row and return the mail's Message-ID."""
        return self.send_letter(letter_of(message), message.id)

    def find(self, message: OutboxMessage) -> str | None:
        """Refuse to look: SMTP keeps no list of what was sent. A second copy has the same Message-ID."""
        del message
        raise SendFailed("A mail server can't be asked what it sent.", permanent=True)

    def send_letter(self, letter: Letter, identity: str) -> str:
        """Send a letter and return its Message-ID, which is the same at every try of one `identity`.

        Raises:
            SendFailed: it was not sent, or nobody knows (`unknown`).
        """
        mail = self.compose(letter, identity)
        server = self._submission.open()
        try:
            return self._hand_over(server, letter, mail)
        finally:
            server.close()

    def compose(self, letter: Letter, identity: str) -> EmailMessage:
        """Return the letter as a message; nothing in a name, subject or address can add a header.

        Raises:
            SendFailed: an address is none.
        """
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _mailbox(letter.from_name or self._sender_name, self._sender)
        mail["To"] = _mailbox(letter.to_name, letter.to)
        if letter.reply_to:
            mail["Reply-To"] = tuple(_mailbox("", address) for address in letter.reply_to)
        mail["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT] or "(no subject)"
        mail["Date"] = format_datetime(self._clock())
        own = _NOT_IN_ID.sub("", identity)
        chosen = _MESSAGE_ID.match(letter.message_id)
        mail["Message-ID"] = chosen[0] if chosen else f"<{own}@{domain_of(self._sender)}>"
        thread = [word for word in letter.references if _ANY_MESSAGE_ID.fullmatch(word)]
        if thread:
            mail["In-Reply-To"], mail["References"] = thread[-1], " ".join(thread)
        mail["X-Crmbot-Id"] = mark(self._key, own)
        if letter.automatic:
            mail["Auto-Submitted"] = "auto-generated"
            mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(_encodable(letter.text))
        if letter.html:
            mail.add_alternative(_encodable(letter.html), subtype="html")
            _add_pictures(mail, letter.pictures)
        return mail

    def _hand_over(self, server: smtplib.SMTP, letter: Letter, mail: EmailMessage) -> str:
        try:
            server.send_message(mail, self._sender, [normalise_email(letter.to)])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise SendFailed(
                f"The mail server refused {letter.to}: {answer_line(code, words)}", permanent=code not in _TRY_LATER
            ) from error
        except REFUSED as error:
            raise SendFailed(
                f"The mail server refused: {error_line(error)}", permanent=error.smtp_code not in _TRY_LATER
            ) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            # Gone in the middle: the server may have taken it and only its answer was lost.
            raise SendFailed(f"The connection broke while sending: {error}", unknown=True) from error
        except smtplib.SMTPException as error:
            raise SendFailed(f"The mail server can't take this mail: {error}", permanent=True) from error
        return str(mail["Message-ID"])


def letter_of(message: OutboxMessage) -> Letter:
    """Return the letter of an outbox row: `subject`, `text` and, if any, `html`, `to_name`, `reply_to`, `automatic`."""
    payload: Mapping[str, Any] = message.payload
    subject = str(payload.get("subject", ""))
    return Letter(
        to=message.destination,
        subject=f"{subject} (sent again)" if message.resent else subject,
        text=str(payload.get("text", "")),
        html=payload.get("html"),
        to_name=str(payload.get("to_name", "")),
        reply_to=_addresses(payload.get("reply_to")),
        from_name=str(payload.get("from_name", "")),
        message_id=str(payload.get("message_id", "")),
        references=_addresses(payload.get("references")),
        automatic=bool(payload.get("automatic", True)),
        pictures=tuple(Inline(str(one["cid"]), str(one["svg"])) for one in payload.get("pictures") or ()),
    )


def _add_pictures(mail: EmailMessage, pictures: tuple[Inline, ...]) -> None:
    """Put the pictures beside the HTML that shows them: the file name is for programs that list them instead."""
    html = mail.get_body(("html",))
    if html is None:
        return
    for picture in pictures:
        name = f"{one_line(picture.name)}.png"
        html.add_related(
            png_of(picture.svg, _PICTURE_PIXELS),
            "image",
            "png",
            cid=f"<{one_line(picture.name)}>",
            disposition="inline",
            filename=name,
        )


def _addresses(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, list) else ()


def _mailbox(name: str, address: str) -> Mailbox:
    try:
        local, _, domain = normalise_email(address).rpartition("@")
    except ValueError as error:
        raise SendFailed(f"“{one_line(address)[:100]}” is not an e-mail address.", permanent=True) from error
    return Mailbox(one_line(name)[:200], local, domain)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
