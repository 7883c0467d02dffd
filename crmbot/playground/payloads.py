"""The payloads Slack sends: commands, interactions, events."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from crmbot.playground.methods.conversations import show_message
from crmbot.playground.methods.views import show_view
from crmbot.playground.records import Channel, Json, Message, User, View
from crmbot.playground.state import Workspace

DOMAIN = "playground"
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


def verification_token(workspace: Workspace) -> str:
    """Return the old, unsigned token that still rides along in every payload."""
    return "verify-" + workspace.app_id


def channel_name(channel: Channel) -> str:
    """Return a channel's name as payloads tell it; private ones are not named."""
    return "directmessage" if channel.is_direct else "privategroup" if channel.is_private else channel.name


def command_fields(
    workspace: Workspace, user: User, channel: Channel, *, command: str, text: str, response_url: str
) -> dict[str, str]:
    """Return the form fields of a slash command, in Slack's order."""
    return {
        "token": verification_token(workspace),
        "team_id": workspace.team_id,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(user.id),
    }


def interaction(workspace: Workspace, kind: str, user: User, **more: Any) -> Json:
    """Return the part every interaction payload shares."""
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": workspace.app_id,
        "token": verification_token(workspace),
        "team": {"id": workspace.team_id, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


def place_of_message(workspace: Workspace, message: Message, channel: Channel, block_id: str = "") -> Json:
    """Return container, channel and message of a click in a message, or in the preview that has a block."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    for number, preview in enumerate(message.attachments, 1):
        if any(block.get("block_id") == block_id for block in preview.get("blocks", [])):
            unfurl = {"is_app_unfurl": True, "app_unfurl_url": preview.get("from_url")}
            container.update(type="message_attachment", attachment_id=number, **unfurl)
    place: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": {}},
    }
    if message.ephemeral_to is None:
        place["message"] = show_message(workspace, message)
    return place


def place_of_view(workspace: Workspace, view: View, values: Json | None = None) -> Json:
    """Return container and view of a click in a view."""
    shown = show_view(workspace, view)
    shown["state"] = {"values": values or {}}
    return {"container": {"type": "view", "view_id": view.id}, "view": shown}


def event_callback(workspace: Workspace, event: Json, event_id: str | None, **more: Any) -> Json:
    """Return an event in its envelope; `more` overrides (team_id, authorizations, is_ext_shared_channel)."""
    now = workspace.clock()
    ts = event.get("event_ts") or event.get("ts") or f"{now:.6f}"
    return {
        "token": verification_token(workspace),
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": {**event, "event_ts": ts},
        "type": "event_callback",
        "event_id": event_id or "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(12)}",
        **more,
    }


def said_message(workspace: Workspace, message: Message, channel: Channel, kind: str) -> Json:
    """Return the event of a person's message: `message` or `app_mention`."""
    event: Json = {
        "type": kind,
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "client_msg_id": secrets.token_hex(16),
        "team": workspace.team_id,
        "channel": channel.id,
        "blocks": [],
    }
    if kind == "message":
        event["channel_type"] = "im" if channel.is_direct else "group" if channel.is_private else "channel"
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event


def shared_links(workspace: Workspace, message: Message) -> Json | None:
    """Return the event of links to the app's own pages in a message; None when it has none."""
    links = [
        {"domain": urlsplit(address).hostname or "", "url": address}
        for address in dict.fromkeys(_ADDRESS.findall(message.text))
        if urlsplit(address).netloc in workspace.unfurl_domains
    ]
    if not links:
        return None
    return {
        "type": "link_shared",
        "user": message.user,
        "channel": message.channel,
        "message_ts": message.ts,
        "is_bot_user_member": True,
        "source": "conversations_history",
        "links": links,
    }
