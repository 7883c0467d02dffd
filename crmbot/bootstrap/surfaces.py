"""What is drawn only when it is sent, so that it is true then: Home tabs, and cards below links."""

from collections.abc import Callable
from dataclasses import replace

from crmbot.bootstrap import Crmbot
from crmbot.crm.actors import Actor
from crmbot.crm.answers import Answer, Home, Shown
from crmbot.crm.homes import user_of
from crmbot.crm.outbox import OutboxMessage
from crmbot.crm.requests import ShowHome
from crmbot.domain.files import download_name
from crmbot.errors import CrmError, SendFailed
from crmbot.slack.blocks.lines import show_request
from crmbot.slack.home import home_view
from crmbot.slack.reader import Reader
from crmbot.slack.unfurls import unfurled

Renderer = Callable[[OutboxMessage], OutboxMessage]


def surface_renderers(bot: Crmbot) -> dict[str, Renderer]:
    """Return what draws each of these kinds of message."""
    return {
        "notice.home": lambda message: _home(bot, message),
        "notice.unfurl": lambda message: _unfurl(bot, message),
        "notice.file": lambda message: _file(bot, message),
    }


def _home(bot: Crmbot, message: OutboxMessage) -> OutboxMessage:
    actor = _actor(bot, message.workspace_id, user_of(message.destination))
    home = bot.service.perform(actor, ShowHome())
    if not isinstance(home, Home) or actor.slack_user_id is None:
        raise SendFailed("The person has no Home tab in Slack.", permanent=True)
    view = home_view(home, _reader(bot, actor))
    return replace(message, kind="slack.home", destination=actor.slack_user_id, payload={"view": view})


def _unfurl(bot: Crmbot, message: OutboxMessage) -> OutboxMessage:
    actor = _actor(bot, message.workspace_id, str(message.payload.get("user") or ""))
    reader = _reader(bot, actor, shared=True)
    unfurls = {}
    for address, number in message.payload["links"]:
        shown = _shown(bot, actor, number)
        if isinstance(shown, Shown):
            unfurls[address] = unfurled(shown, reader)
    if not unfurls:
        raise SendFailed("The records are gone, or the person may not see them any more.", permanent=True)
    payload = {"ts": message.payload["ts"], "unfurls": unfurls}
    return replace(message, kind="slack.unfurl", payload=payload)


def _file(bot: Crmbot, message: OutboxMessage) -> OutboxMessage:
    """Return a mail's file with its content, if the person may still see it."""
    actor = _actor(bot, message.workspace_id, message.destination)
    try:
        file = bot.service.attachment(actor, str(message.payload["file"]))
    except CrmError as error:
        raise SendFailed(str(error), permanent=True) from error
    if actor.slack_user_id is None:
        raise SendFailed("The person has no Slack account here.", permanent=True)
    name = download_name(file.name)
    payload = {"name": name, "content": file.content, "words": "Here is the file you asked for."}
    return replace(message, kind="slack.file", destination=actor.slack_user_id, payload=payload)


def _shown(bot: Crmbot, actor: Actor, number: str) -> Answer | None:
    request = show_request(number)
    try:
        return bot.service.perform(actor, request) if request else None
    except CrmError:
        # Deleted meanwhile, or not for this person's eyes: no card.
        return None


def _actor(bot: Crmbot, workspace_id: str, user_id: str) -> Actor:
    found = bot.service.actor_of_id(workspace_id, user_id, "slack")
    if found is None:
        raise SendFailed("The person has left the workspace.", permanent=True)
    return found


def _reader(bot: Crmbot, actor: Actor, *, shared: bool = False) -> Reader:
    words = bot.service.vocabulary(actor.workspace_id)
    return Reader(
        actor.zone,
        bot.clock(),
        shared=shared,
        stages=words.stages,
        lost_reasons=words.lost_reasons,
        prefix=bot.settings.slack.command_prefix,
        user_id=actor.user_id,
        permissions=actor.permissions,
    )
