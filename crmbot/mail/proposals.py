"""Proposals as mail: the lines and the link to the page, in the words of templates/email/proposal."""

from dataclasses import replace
from typing import Protocol

from crmbot.crm.outbox import OutboxMessage
from crmbot.crm.proposals.sending import LETTER
from crmbot.mail.letters import render_letter

_WORDS = "title words contact seller owner link valid lines net taxes total".split()


class Sender(Protocol):
    """Sends mail of the outbox."""

    def send(self, message: OutboxMessage) -> str:
        """Send it."""
        ...

    def find(self, message: OutboxMessage) -> str | None:
        """Look for it where it would have gone."""
        ...


class ProposalMail:
    """The gateway of all mail: writes proposals out, and hands everything to the mail server."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, message: OutboxMessage) -> str:
        """Send it and return its Message-ID."""
        return self._sender.send(_as_mail(message))

    def find(self, message: OutboxMessage) -> str | None:
        """Look for an earlier send."""
        return self._sender.find(_as_mail(message))


def _as_mail(message: OutboxMessage) -> OutboxMessage:
    if message.kind != LETTER:
        return message
    letter = render_letter("proposal", **{name: message.payload[name] for name in _WORDS})
    # Its subject was logged with the deal, so it goes out as it stands there.
    return replace(
        message, kind="mail.send", payload={**message.payload, **letter, "subject": message.payload["subject"]}
    )
