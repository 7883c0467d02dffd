"""What one person sees of the workspace, as the playground's page draws it."""

from crmbot.playground.methods.views import show_view
from crmbot.playground.records import Channel, Json, Message, User
from crmbot.playground.state import Workspace

SHOWN = 200
"""How many messages of the conversation are drawn, the latest ones."""


def version_of(workspace: Workspace) -> str:
    """Return a text that changes whenever something to be seen changes."""
    with workspace.changed:
        everything = workspace.everything
        counts = (
            len(everything),
            sum(
                message.edits + message.unfurled + 2 * message.deleted + len(message.reactions)
                for message in everything
            ),
            len(workspace.users),
            len(workspace.channels),
        )
        views = [(view.hash, view.closed) for view in workspace.views[-20:]]
    return str(hash((counts, tuple(views), len(workspace.views))))


def picture_of(workspace: Workspace, user: str) -> Json:
    """Return everything this person sees."""
    with workspace.changed:
        workspace.direct_channel(user)
        modals = workspace.open_views(user)
        home = workspace.home(user)
        seen = [message for message in workspace.everything if _sees(workspace, user, message)]
        return {
            "people": [_person(person) for person in workspace.users.values()],
            "channels": [
                _channel(channel)
                for channel in workspace.channels.values()
                if not channel.is_direct or channel.user == user
            ],
            "messages": [_message(workspace, message) for message in seen[-SHOWN:]],
            "modal": show_view(workspace, modals[-1]) if modals else None,
            "home": show_view(workspace, home) if home else None,
        }


def _sees(workspace: Workspace, user: str, message: Message) -> bool:
    channel = workspace.channels[message.channel]
    mine = message.ephemeral_to in {None, user}
    return mine and not message.deleted and (not channel.is_direct or channel.user == user)


def _person(user: User) -> Json:
    return {"id": user.id, "name": user.real_name or user.name, "handle": user.name, "bot": user.is_bot}


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.is_private,
        "direct": channel.is_direct,
        "archived": channel.is_archived,
    }


def _message(workspace: Workspace, message: Message) -> Json:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "at": message.at,
        "text": message.text,
        "blocks": message.blocks,
        "unfurls": [one for one in message.attachments if one.get("blocks")],
        "thread": message.thread_ts,
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edits > 0,
        "reactions": [name for _, name in message.reactions],
        "files": [{"id": name, "name": workspace.files[name].name} for name in message.files],
    }
