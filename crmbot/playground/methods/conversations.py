"""conversations.*: opening, listing and reading channels."""

from typing import TypeVar

from crmbot.playground.arguments import ApiError, flag, whole
from crmbot.playground.methods.registry import method
from crmbot.playground.records import Channel, Json, Message
from crmbot.playground.state import Workspace

T = TypeVar("T")
PAGE = 100


def channel_of(workspace: Workspace, name: str) -> Channel:
    """Return the channel an argument means: an id, a person's id, or a public channel's name."""
    if name in workspace.channels:
        channel = workspace.channels[name]
        if channel.is_private and not channel.is_member:
            raise ApiError("channel_not_found")
        return channel
    if name in workspace.users:
        return workspace.direct_channel(name)
    for channel in workspace.channels.values():
        if channel.name == name.removeprefix("#") and not channel.is_private and not channel.is_direct:
            return channel
    raise ApiError("channel_not_found")


def readable_channel(workspace: Workspace, name: str) -> Channel:
    """Return a channel whose messages the bot may read."""
    channel = channel_of(workspace, name)
    if not channel.is_member:
        raise ApiError("not_in_channel")
    return channel


def show_channel(workspace: Workspace, channel: Channel) -> Json:
    """Return a channel as Slack shows it."""
    if channel.is_direct:
        return {"id": channel.id, "is_im": True, "is_org_shared": False, "user": channel.user, "created": 0}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
        "is_general": False,
        "is_ext_shared": channel.is_shared,
        "is_shared": channel.is_shared,
        "context_team_id": workspace.team_id,
        "num_members": len(channel.members),
        "created": 0,
    }


def show_message(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """Return a message as Slack shows it."""
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.user == workspace.bot_user_id:
        shown.update(bot_id=workspace.bot_id, app_id=workspace.app_id)
    for key in ("blocks", "attachments", "thread_ts"):
        if getattr(message, key):
            shown[key] = getattr(message, key)
    if message.metadata and metadata:
        shown["metadata"] = message.metadata
    elif message.metadata:
        shown["metadata"] = {"event_type": message.metadata.get("event_type", "")}
    if message.files:
        shown["files"] = [{"id": name, "name": workspace.files[name].name} for name in message.files]
    if message.edits:
        shown["edited"] = {"user": message.user, "ts": message.ts}
    return shown


@method("conversations.open", optional="channel users return_im prevent_creation", scope="im:write")
def open_conversation(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Open the direct message with one person."""
    if args.get("channel"):
        channel = channel_of(workspace, args["channel"])
    else:
        names = str(args.get("users", "")).split(",")
        if names == [""]:
            raise ApiError("users_list_not_supplied")
        if len(names) > 1:
            raise ApiError("method_not_supported_for_channel_type")
        if names[0] not in workspace.users:
            raise ApiError("user_not_found")
        if workspace.users[names[0]].deleted:
            raise ApiError("user_disabled")
        channel = workspace.direct_channel(names[0])
    full = flag(args, "return_im")
    return {"channel": show_channel(workspace, channel) if full else {"id": channel.id}}


@method("conversations.list", optional="cursor exclude_archived limit team_id types", scope="channels:read")
def list_conversations(workspace: Workspace, args: Json, _team: Json) -> Json:
    """List channels by kind, page by page."""
    kinds = set(str(args.get("types") or "public_channel").split(","))
    found = []
    for channel in workspace.channels.values():
        kind = "im" if channel.is_direct else "private_channel" if channel.is_private else "public_channel"
        hidden = (channel.is_private and not channel.is_member) or (
            channel.is_archived and flag(args, "exclude_archived")
        )
        if kind in kinds and not hidden:
            found.append(show_channel(workspace, channel))
    shown, cursor = page(found, args)
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


@method("conversations.info", "channel", "include_locale include_num_members", scope="channels:read")
def tell_conversation(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Tell about one channel."""
    return {"channel": show_channel(workspace, channel_of(workspace, args["channel"]))}


@method("conversations.members", "channel", "cursor limit", scope="channels:read")
def list_members(workspace: Workspace, args: Json, _team: Json) -> Json:
    """List who is in a channel."""
    channel = channel_of(workspace, args["channel"])
    return {"members": channel.members, "response_metadata": {"next_cursor": ""}}


@method("conversations.join", "channel", scope="channels:join")
def join_conversation(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Take the bot into a public channel."""
    channel = channel_of(workspace, args["channel"])
    if channel.is_archived:
        raise ApiError("is_archived")
    if channel.is_private or channel.is_direct:
        raise ApiError("method_not_supported_for_channel_type")
    channel.is_member = True
    return {"channel": show_channel(workspace, channel)}


@method(
    "conversations.history",
    "channel",
    "cursor inclusive include_all_metadata latest limit oldest",
    scope="channels:history",
)
def read_history(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Read a channel, newest first, replies left out."""
    channel = readable_channel(workspace, args["channel"])
    found = [
        message
        for message in reversed(workspace.messages(channel.id))
        if message.thread_ts in {None, message.ts} and _within(message, args)
    ]
    shown, cursor = page(found, args)
    metadata = flag(args, "include_all_metadata")
    return {
        "messages": [show_message(workspace, message, metadata=metadata) for message in shown],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


@method(
    "conversations.replies",
    "channel ts",
    "cursor inclusive include_all_metadata latest limit oldest",
    scope="channels:history",
)
def read_replies(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Read a thread, oldest first, its parent before."""
    channel = readable_channel(workspace, args["channel"])
    found = workspace.messages(channel.id, thread=args["ts"])
    if not found:
        raise ApiError("thread_not_found")
    shown, cursor = page([message for message in found if _within(message, args)], args)
    metadata = flag(args, "include_all_metadata")
    return {
        "messages": [show_message(workspace, message, metadata=metadata) for message in shown],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _within(message: Message, args: Json) -> bool:
    """Say whether a message lies between `oldest` and `latest`."""
    ts = float(message.ts)
    try:
        oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    except ValueError as error:
        raise ApiError("invalid_ts_oldest") from error
    return oldest <= ts <= latest if flag(args, "inclusive") else oldest < ts < latest


def page(found: list[T], args: Json) -> tuple[list[T], str]:
    """Cut one page out of a list; the cursor is opaque to the caller."""
    cursor = str(args.get("cursor") or "")
    if cursor and not cursor.removeprefix("page:").isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("page:") or 0)
    limit = whole(args, "limit", PAGE)
    if not 1 <= limit <= 1000:  # noqa: PLR2004 - Slack's own bounds
        raise ApiError("invalid_limit")
    rest = start + limit
    return found[start:rest], f"page:{rest}" if rest < len(found) else ""
