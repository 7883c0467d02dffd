"""A stand-in for Slack on loopback, and the page to play with the bot without a workspace.

with StandIn() as slack:
    slack.add_user("U1", "ada", "ada@example.com", "Europe/Berlin")
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    slack.script("chat.postMessage", [RateLimited(retry_after=1), DropAfter()])
    answer = slack.command("http://127.0.0.1:8000/slack/events", "/deal", "new Acme $40k", "U1")
    slack.click(url, answer.message, "deal.undo", "U1")
    assert answer.in_time
    assert slack.violations == []
"""

from crmbot.playground.faults import (
    DropAfter,
    DropBefore,
    ErrorCode,
    Flood,
    Garbage,
    Hang,
    Normal,
    RateLimited,
    Redirect,
    ServerError,
    Slow,
)
from crmbot.playground.mrkdwn import Token, control_tokens, message_tokens
from crmbot.playground.pages import Playground
from crmbot.playground.records import Answer, Call, Channel, Message, User, View, Violation
from crmbot.playground.server import StandIn

__all__ = [
    "Answer",
    "Call",
    "Channel",
    "DropAfter",
    "DropBefore",
    "ErrorCode",
    "Flood",
    "Garbage",
    "Hang",
    "Message",
    "Normal",
    "Playground",
    "RateLimited",
    "Redirect",
    "ServerError",
    "Slow",
    "StandIn",
    "Token",
    "User",
    "View",
    "Violation",
    "control_tokens",
    "message_tokens",
]
