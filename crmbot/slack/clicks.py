"""Presses as Slack tells of them, read at the edge."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltContext

from crmbot.slack.desk import Incoming
from crmbot.slack.message import Block
from crmbot.slack.places import Place


@dataclass(frozen=True, slots=True)
class Click:
    """A press: who pressed what, and where it stands.

    `view_kind` is home or modal for a press in a window, else empty; only who looks at a window or at a private message
    sees it. `unfurl_url` is the link below which the card stands.
    """

    incoming: Incoming
    action_id: str
    value: str
    block_id: str
    trigger_id: str
    response_url: str
    channel_id: str
    thread_ts: str
    message_ts: str
    is_private: bool
    blocks: tuple[Block, ...]
    view_id: str = ""
    view_kind: str = ""
    unfurl_url: str = ""

    def place(self, *, replace: bool = False) -> Place:
        """Return where an answer to this press goes; `replace` puts it in the card's place, where there is one."""
        return Place(
            self.response_url,
            self.channel_id,
            self.thread_ts,
            replace and bool(self.response_url) and not self.unfurl_url,
        )


def read_click(body: dict[str, Any], context: BoltContext) -> Click:
    """Return the press in an interaction payload."""
    action = body["actions"][0]
    option = action.get("selected_option") or {}
    container, user = body.get("container") or {}, body.get("user") or {}
    message, view = body.get("message") or {}, body.get("view") or {}
    return Click(
        incoming=Incoming(
            team_id=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
            user_id=str(user.get("id") or ""),
            key=str(context["delivery_key"]),
            deadline=float(context["deadline"]),
            user_team_id=user.get("team_id"),
        ),
        action_id=str(action.get("action_id") or ""),
        value=str(action.get("value") or option.get("value") or ""),
        block_id=str(action.get("block_id") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        channel_id=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        thread_ts=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        message_ts=str(container.get("message_ts") or ""),
        is_private=bool(container.get("is_ephemeral")) or bool(view),
        blocks=tuple(message.get("blocks") or ()),
        view_id=str(view.get("id") or ""),
        view_kind=str(view.get("type") or ""),
        unfurl_url=str(container.get("app_unfurl_url") or (body.get("app_unfurl") or {}).get("app_unfurl_url") or ""),
    )
