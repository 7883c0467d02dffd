"""chat.* and reactions.add: posting, changing and removing messages."""

from typing import Any

from crmbot.playground.arguments import ApiError, flag, structured
from crmbot.playground.methods.conversations import channel_of, show_message
from crmbot.playground.methods.registry import method
from crmbot.playground.records import Channel, Json, Message
from crmbot.playground.state import Workspace
from crmbot.playground.validation import Verdict, block_problems, message_verdict

UPDATE_TEXT_LIMIT = 4_000
_SHARED = "text blocks attachments markdown_text as_user link_names parse"


def checked_body(workspace: Workspace, where: str, args: Json, text_limit: int | None = None) -> Json:
    """Return text, blocks, attachments and metadata, or refuse them as Slack does and keep the reason."""
    body = {key: structured(args, key) for key in ("blocks", "attachments", "metadata")}
    body.update(text=args.get("text"), markdown_text=args.get("markdown_text"))
    _refuse_unavailable(workspace, body["blocks"])
    verdict = message_verdict(body, text_limit) if text_limit else message_verdict(body)
    if not verdict.error and (unknown := _unknown_files(workspace, body["blocks"])):
        verdict = Verdict("invalid_blocks", unknown)
    workspace.remark(where, *[remark for remark in verdict.remarks if remark.startswith("text has")])
    workspace.refuse(where, *verdict.reasons)
    workspace.refuse(where, *[remark for remark in verdict.remarks if remark.startswith("blocks without")])
    if verdict.error:
        raise ApiError(verdict.error, errors=verdict.reasons, response_metadata={"messages": verdict.reasons})
    return body


def _refuse_unavailable(workspace: Workspace, blocks: Any) -> None:
    """Refuse what a message may have and this workspace lacks, or cannot show yet; that is no fault of the app."""
    for place, block in enumerate(blocks if isinstance(blocks, list) else ()):
        kind = block.get("type") if isinstance(block, dict) else None
        file = workspace.files.get(str((block.get("slack_file") or {}).get("id"))) if kind == "image" else None
        reason = None
        if kind in workspace.refused_blocks:
            reason = f"[ERROR] unsupported type: {kind} [json-pointer:/blocks/{place}/type]"
        elif file is not None and workspace.slow_files:
            workspace.slow_files -= 1
            reason = f"[ERROR] invalid slack file [json-pointer:/blocks/{place}/slack_file]"
        if reason:
            raise ApiError("invalid_blocks", errors=[reason], response_metadata={"messages": [reason]})


def _unknown_files(workspace: Workspace, blocks: Any) -> list[str]:
    """Name the pictures of a message that were never uploaded to the end."""
    files = [block["slack_file"] for block in blocks or () if block["type"] == "image" and "slack_file" in block]
    named = [file["id"] for file in files if "id" in file]
    known = {file.id for file in workspace.files.values() if file.complete}
    return [f"[ERROR] invalid slack file {name}" for name in named if name not in known]


def new_message(workspace: Workspace, channel: str, body: Json, via: str, ephemeral_to: str | None = None) -> Message:
    """Make a message of the bot's from a checked body."""
    return Message(
        channel,
        workspace.new_ts(),
        workspace.bot_user_id,
        body.get("text") or body.get("markdown_text") or "",
        list(body.get("blocks") or []),
        metadata=body.get("metadata"),
        attachments=list(body.get("attachments") or []),
        ephemeral_to=ephemeral_to,
        via=via,
    )


def _writable(workspace: Workspace, args: Json) -> Channel:
    channel = channel_of(workspace, args["channel"])
    if channel.is_archived:
        raise ApiError("is_archived")
    if not channel.is_member:
        raise ApiError("not_in_channel")
    return channel


def _own_message(workspace: Workspace, args: Json, error: str) -> Message:
    # Unlike posting, changing takes the id of the conversation only, never a person's or a name.
    if args["channel"] not in workspace.channels:
        raise ApiError("channel_not_found")
    channel = channel_of(workspace, args["channel"])
    message = workspace.find_message(channel.id, str(args["ts"]))
    if message is None or message.ephemeral_to is not None:
        raise ApiError("message_not_found")
    if message.user != workspace.bot_user_id:
        raise ApiError(error)
    return message


@method(
    "chat.postMessage",
    "channel",
    f"{_SHARED} thread_ts reply_broadcast unfurl_links unfurl_media container_id icon_emoji icon_url "
    "mrkdwn username metadata",
    scope="chat:write",
)
def post_message(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Post a message to a channel or a person."""
    channel = _writable(workspace, args)
    body = checked_body(workspace, "chat.postMessage", args)
    thread = args.get("thread_ts")
    if thread is not None and workspace.find_message(channel.id, str(thread)) is None:
        raise ApiError("thread_not_found")
    if not channel.is_direct and flag(args, "unfurl_links"):
        workspace.remark("chat.postMessage", "unfurl_links is on")
    message = new_message(workspace, channel.id, body, "chat.postMessage")
    message.thread_ts = thread
    workspace.keep(message)
    return {"channel": channel.id, "ts": message.ts, "message": show_message(workspace, message)}


@method(
    "chat.postEphemeral",
    "channel user",
    f"{_SHARED} thread_ts icon_emoji icon_url username",
    scope="chat:write",
)
def post_ephemeral(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Show a message to one person in a channel."""
    channel = _writable(workspace, args)
    user = str(args["user"])
    if user not in workspace.users or (channel.members and user not in channel.members):
        raise ApiError("user_not_in_channel")
    body = checked_body(workspace, "chat.postEphemeral", args)
    message = new_message(workspace, channel.id, body, "chat.postEphemeral", user)
    message.thread_ts = args.get("thread_ts")
    workspace.keep(message)
    return {"message_ts": message.ts}


@method("chat.update", "channel ts", f"{_SHARED} file_ids reply_broadcast metadata", scope="chat:write")
def update_message(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Change a message of the bot's own."""
    message = _own_message(workspace, args, "cant_update_message")
    body = checked_body(workspace, "chat.update", args, UPDATE_TEXT_LIMIT)
    rewrite(workspace, message, body)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": show_message(workspace, message),
    }


def rewrite(workspace: Workspace, message: Message, body: Json) -> None:
    """Put a checked body into an existing message; what is not given goes, as with Slack."""
    with workspace.changed:
        message.text = body.get("text") or ""
        fresh = new_message(workspace, message.channel, body, message.via)
        message.blocks = [{"block_id": f"e{message.edits}{place}", **block} for place, block in enumerate(fresh.blocks)]
        message.attachments = fresh.attachments
        if body.get("metadata") is not None:
            message.metadata = body["metadata"]
        message.edits += 1
        workspace.changed.notify_all()


@method("chat.delete", "channel ts", "as_user", scope="chat:write")
def delete_message(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Remove a message of the bot's own."""
    message = _own_message(workspace, args, "cant_delete_message")
    with workspace.changed:
        message.deleted = True
        workspace.changed.notify_all()
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink", "channel message_ts")
def link_message(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Return the address of a message."""
    channel = channel_of(workspace, args["channel"])
    message = workspace.find_message(channel.id, str(args["message_ts"]))
    if message is None:
        raise ApiError("message_not_found")
    link = f"{workspace.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


@method(
    "chat.unfurl",
    "",
    "channel ts source unfurl_id unfurls metadata user_auth_blocks user_auth_message user_auth_required user_auth_url",
    scope="links:write",
)
def unfurl_links(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Attach previews to the links of somebody's message."""
    unfurls = structured(args, "unfurls") or {}
    if not (args.get("channel") and args.get("ts")) and not (args.get("source") and args.get("unfurl_id")):
        raise ApiError("missing_channel")
    if not isinstance(unfurls, dict) or not (unfurls or args.get("metadata")):
        raise ApiError("missing_unfurls")
    message = None
    if args.get("channel"):
        message = workspace.find_message(channel_of(workspace, args["channel"]).id, str(args["ts"]))
        if message is None:
            raise ApiError("cannot_find_message")
    for url, unfurl in unfurls.items():
        found = block_problems(unfurl.get("blocks") or [], "message", f"/unfurls/{url}/blocks")
        workspace.refuse("chat.unfurl", *found)
        if found:
            raise ApiError("cannot_unfurl_url", response_metadata={"messages": found})
    workspace.unfurls.append(dict(args, unfurls=unfurls))
    if message is not None:
        _attach(workspace, message, unfurls)
    return {}


def _attach(workspace: Workspace, message: Message, unfurls: Json) -> None:
    """Put previews below a message; one of a link that has one already takes its place."""
    with workspace.changed:
        kept = [one for one in message.attachments if one.get("from_url") not in unfurls]
        fresh: list[Json] = []
        for url, unfurl in unfurls.items():
            name = f"u{len(workspace.unfurls)}{len(fresh)}"
            blocks = [{"block_id": f"{name}b{at}", **block} for at, block in enumerate(unfurl.get("blocks") or [])]
            fresh.append({"from_url": url, "blocks": blocks})
        message.attachments = [*kept, *fresh]
        message.unfurled += 1
        workspace.changed.notify_all()


@method("reactions.add", "channel name timestamp", scope="reactions:write")
def add_reaction(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Add the bot's emoji to a message."""
    channel = channel_of(workspace, args["channel"])
    message = workspace.find_message(channel.id, str(args["timestamp"]))
    if message is None:
        raise ApiError("message_not_found")
    reaction = (workspace.bot_user_id, str(args["name"]))
    if reaction in message.reactions:
        raise ApiError("already_reacted")
    message.reactions.append(reaction)
    return {}
