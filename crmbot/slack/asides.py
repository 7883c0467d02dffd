"""Charts that follow an answer: an ack that Slack refuses is lost, so it carries only what is known to be taken."""

import json
import logging
from dataclasses import replace
from typing import Any

from crmbot.crm.actors import Actor
from crmbot.crm.requests import SendAside
from crmbot.errors import CrmError
from crmbot.service import CrmService
from crmbot.slack.blocks.limits import CHART, has_charts
from crmbot.slack.message import Message

_APART = "apart."
"""How the ids of blocks begin in whose card a chart is missing, as it followed: no press tells what else is there."""
_PRESSED = frozenset({"elements", "accessory"})
_logger = logging.getLogger(__name__)


def hold_back_charts(message: Message) -> tuple[Message, Message | None]:
    """Return a message without charts, and one of those charts that there are pictures of, if any."""
    if not has_charts(message):
        return message, None
    pictured = {picture.block_id for picture in message.pictures}
    charts = tuple(block for block in message.blocks if block["type"] == CHART and block.get("block_id") in pictured)
    return stand_apart(message), replace(message, blocks=charts) if charts else None


def stand_apart(message: Message) -> Message:
    """Return a message without the charts that follow it; its blocks with buttons tell a press that they do."""
    blocks = [block for block in message.blocks if block["type"] != CHART]
    marked = [
        {**block, "block_id": f"{_APART}{place}"} if block.keys() & _PRESSED else block
        for place, block in enumerate(blocks)
    ]
    return replace(message, blocks=tuple(marked), pictures=())


def stands_apart(block_id: str) -> bool:
    """Say whether the charts of the card that was pressed there stand in a message of their own."""
    return block_id.startswith(_APART)


def send_aside(
    service: CrmService, actor: Actor | None, aside: Message | None, body: dict[str, Any], *, in_channel: bool = False
) -> None:
    """Let charts follow the answer to a command or click, seen by the same people; without them the answer stands.

    `body` is what Slack sent: it says who asked, and at which address answers are taken.
    """
    user = body.get("user")
    user_id = str(body.get("user_id") or (user.get("id") if isinstance(user, dict) else "") or "")
    if actor is None or aside is None or not user_id:
        return
    payload = {**aside.kept, "response_url": str(body.get("response_url") or ""), "in_channel": in_channel}
    try:
        service.perform(actor, SendAside(user_id, json.dumps(payload)))
    except CrmError as error:
        _logger.warning("a chart could not be queued: %s", error)
