"""The ways out, wired: Slack, mail, and notices by whichever of the two reaches a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.installing import api_finder, takes_installations
from crmbot.bootstrap.surfaces import surface_renderers
from crmbot.bootstrap.triage import triage_renderers
from crmbot.crm.outbox import OutboxMessage
from crmbot.errors import SendFailed
from crmbot.jobs.charts import ChartMemory
from crmbot.jobs.delivery import Gateway
from crmbot.jobs.notices import NoticeGateway, Renderer
from crmbot.mail.letters import render_letter
from crmbot.mail.outgoing import Outgoing
from crmbot.mail.proposals import ProposalMail
from crmbot.models import User
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.message import Message
from crmbot.slack.notices import given_message, nudge_message, offer_message, undelivered_message
from crmbot.slack.outbox import SlackOutbox
from crmbot.slack.receipts import receipt_message
from crmbot.slack.triage import mailbox_message, more_receipts_message


@dataclass(frozen=True, slots=True)
class Notice:
    """How a notice is told: as a Slack message, and by which templates as a mail."""

    as_slack: Callable[[Mapping[str, Any]], Message]
    template: str


_NOTICES = {
    "notice.receipt": Notice(receipt_message, "receipt"),
    "notice.undelivered": Notice(undelivered_message, "undelivered"),
    "notice.mailbox": Notice(mailbox_message, "mailbox"),
    "notice.more_receipts": Notice(more_receipts_message, "more_receipts"),
    "notice.nudge": Notice(nudge_message, "nudge"),
    "notice.given": Notice(given_message, "given"),
    "notice.offer": Notice(offer_message, "offer"),
}


def slack_gateway(bot: Crmbot) -> SlackGateway:
    """Return the way to the Slack workspace that the settings are about."""
    find_api, workspace_id = api_finder(bot), bot.service.workspaces()[0].id
    return SlackGateway(lambda: find_api(workspace_id))


def mail_gateway(bot: Crmbot) -> Outgoing | None:
    """Return the way to the mail server of the settings; None without a server or a sender's address."""
    smtp = bot.settings.smtp
    sender = smtp.sender or next((intake.address for intake in bot.settings.mail_intake if intake.address), None)
    if not smtp.host or sender is None:
        return None
    return Outgoing(
        smtp,
        sender=sender,
        sender_name=bot.settings.workspace.name,
        secret_key=bot.service.policy.secret_key,
        clock=bot.clock,
    )


def gateways(bot: Crmbot) -> dict[str, Gateway]:
    """Return every way out that the settings allow, by the family of the outbox rows it takes."""
    ways: dict[str, Gateway] = {}
    if bot.settings.secrets.slack_bot_token or takes_installations(bot.settings):
        find_api = api_finder(bot)
        ways["slack"] = SlackOutbox(
            lambda workspace_id: SlackGateway(
                lambda: find_api(workspace_id), ChartMemory(bot.store, bot.clock, workspace_id)
            )
        )
    outgoing = mail_gateway(bot)
    if outgoing is not None:
        ways["mail"] = ProposalMail(outgoing)
    ways["notice"] = NoticeGateway(
        {kind: _renderer(bot, kind, ways) for kind in _NOTICES} | surface_renderers(bot) | triage_renderers(bot, ways),
        ways,
    )
    return ways


def _renderer(bot: Crmbot, kind: str, ways: Mapping[str, Gateway]) -> Renderer:
    def render(message: OutboxMessage) -> OutboxMessage:
        with bot.store.reading(message.workspace_id) as session:
            user = session.get(User, (message.workspace_id, message.destination))
        if user is None or not user.active:
            raise SendFailed("The person has left the workspace.", permanent=True)
        by_mail = message.payload.get("by") == "mail" and "mail" in ways
        if user.slack_user_id is not None and "slack" in ways and not by_mail:
            payload = _NOTICES[kind].as_slack(message.payload).payload
            return replace(message, kind="slack.dm", destination=user.slack_user_id, payload=payload)
        if "mail" in ways:
            letter = render_letter(_NOTICES[kind].template, **message.payload)
            return replace(message, kind="mail.send", destination=user.email, payload=letter)
        raise SendFailed(f"Neither Slack nor a mail server is there to reach {user.email}.", permanent=True)

    return render
