"""Notices of mail that waits, wired: each is rendered as the mail is now, for a channel or for a person."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crmbot.bootstrap import Crmbot
from crmbot.crm.answers import MailAnswer
from crmbot.crm.emails.announcing import CARD, DONE, MORE
from crmbot.crm.outbox import OutboxMessage
from crmbot.crm.requests import ShowEmail
from crmbot.domain.ids import is_id
from crmbot.errors import NotFound, SendFailed
from crmbot.jobs.delivery import Gateway
from crmbot.jobs.notices import Renderer
from crmbot.mail.letters import render_letter
from crmbot.models import User
from crmbot.slack.message import Message
from crmbot.slack.reader import Reader
from crmbot.slack.triage import done_card, more_waits_message, triage_card

Draw = Callable[[OutboxMessage], Message]


def triage_renderers(bot: Crmbot, ways: Mapping[str, Gateway]) -> dict[str, Renderer]:
    """Return what turns each notice of waiting mail into a message."""

    def card(message: OutboxMessage) -> Message:
        reader = Reader(_zone(bot, message), bot.clock(), shared=not is_id(message.destination))
        return triage_card(_mail(bot, message), reader)

    drawn: dict[str, Draw] = {
        CARD: card,
        DONE: lambda message: done_card(_mail(bot, message), message.payload),
        MORE: lambda message: more_waits_message(message.payload),
    }
    return {kind: _renderer(bot, draw, ways) for kind, draw in drawn.items()}


def _renderer(bot: Crmbot, draw: Draw, ways: Mapping[str, Gateway]) -> Renderer:
    def render(message: OutboxMessage) -> OutboxMessage:
        user = _user(bot, message)
        place = user.slack_user_id if user else message.destination
        if "slack" in ways and place:
            payload = draw(message).payload
            if message.kind == DONE:
                payload["ts"] = message.payload["ts"]
            kind = "slack.update" if message.kind == DONE else "slack.dm" if user else "slack.post"
            return replace(message, kind=kind, destination=place, payload=payload)
        if user is None or "mail" not in ways or message.kind != CARD:
            raise SendFailed("Nothing is there to show this in.", permanent=True)
        letter = render_letter("waiting", **_words(_mail(bot, message)))
        return replace(message, kind="mail.send", destination=user.email, payload=letter)

    return render


def _mail(bot: Crmbot, message: OutboxMessage) -> MailAnswer:
    actor = bot.service.system(message.workspace_id)
    try:
        answer = bot.service.perform(actor, ShowEmail(str(message.payload["email_id"])))
    except NotFound as error:
        raise SendFailed(str(error), permanent=True) from error
    if not isinstance(answer, MailAnswer):
        raise TypeError(type(answer).__name__)
    return answer


def _words(answer: MailAnswer) -> dict[str, Any]:
    email = answer.email
    return {"subject": email.subject, "from": email.from_name or email.from_address or "", "why": answer.said}


def _zone(bot: Crmbot, message: OutboxMessage) -> Any:
    return bot.service.system(message.workspace_id).zone


def _user(bot: Crmbot, message: OutboxMessage) -> User | None:
    """Return the person a notice is for; None for a channel."""
    if not is_id(message.destination):
        return None
    with bot.store.reading(message.workspace_id) as session:
        user = session.get(User, (message.workspace_id, message.destination))
    if user is None or not user.active:
        raise SendFailed("The person has left the workspace.", permanent=True)
    return user
