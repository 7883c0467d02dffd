"""Notices to one person: the word about a message that could not be delivered, a reminder of what waits."""

from collections.abc import Mapping
from typing import Any

from crmbot.crm.requests import CompleteActivity, ShowActivity, ShowProposal, SnoozeActivity, WinDeal
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.lines import show_request
from crmbot.slack.blocks.primitives import actions, context, section, sentence, stack
from crmbot.slack.message import Block, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join
from crmbot.slack.press import press_button

_MOST_NUDGED = 8


def undelivered_message(payload: Mapping[str, Any]) -> Message:
    """Return what could not be delivered, or could not be if it were sent; the payload is `notice.undelivered`'s."""
    what = f"The digest “{payload['digest']}”" if payload.get("digest") else "A message"
    how = "cannot" if payload.get("what") == "slack.check" else "could not"
    said = f"{what} {how} be delivered to {payload['destination']}. {payload['reason']}"
    hint = "Choose another channel, or invite the bot there: /invite @crmbot" if payload.get("digest") else None
    return fit(Message(escape(said), stack(sentence(f"⚠️ {said}"), context(hint) if hint else None)))


def nudge_message(payload: Mapping[str, Any]) -> Message:
    """Return what somebody is reminded of, and by whom; the payload is that of `notice.nudge` (crm.nudges)."""
    said = f"{payload['by']} nudges you {payload['about']}."
    items = payload.get("items", [])
    rows = [_nudged(item) for item in items[:_MOST_NUDGED]]
    left = int(payload.get("more", 0)) + max(len(items) - _MOST_NUDGED, 0)
    more = context(Mrkdwn(f"… and {left} more: `/task list overdue`")) if left else None
    return fit(Message(escape(said), stack(sentence(f"👋 {said}"), *rows, more)))


def offer_message(payload: Mapping[str, Any]) -> Message:
    """Return what a customer did with an offer; the payload is that of `notice.offer` (crm.proposals.answering)."""
    reference, title = payload["proposal"]
    offer = f"{reference} {title}, {payload['total']}"
    told = {
        "viewed": f"👀 {offer}, was opened by its customer.",
        "accepted": f"🎉 {payload['by']} accepted {offer}.",
        "declined": f"🪦 {offer}, was declined{': ' + payload['reason'] if payload['reason'] else '.'}",
    }
    said = told[payload["what"]]
    won = payload["what"] == "accepted" and payload["open"]
    deal = payload["deal"]
    deeds = actions(
        press_button("Deal won", WinDeal(deal[0]), style="primary") if won else None,
        press_button("Open", ShowProposal(reference)),
    )
    return fit(Message(escape(said), stack(sentence(said), context(f"Deal: {deal[0]} {deal[1]}"), deeds)))


def given_message(payload: Mapping[str, Any]) -> Message:
    """Return what somebody was given by another, or lost again; the payload is that of `notice.given` (crm.owners)."""
    said, items = str(payload["said"]), payload.get("items", [])
    rows = [_nudged(item) for item in items[:_MOST_NUDGED]]
    left = int(payload.get("more", 0)) + max(len(items) - _MOST_NUDGED, 0)
    lists = ", ".join(f"`{line}`" for line in payload.get("lists", ()))
    more = context(Mrkdwn(f"… and {left} more{': ' if lists else ''}{lists}")) if left else None
    return fit(Message(escape(said), stack(sentence(f"📬 {said}"), *rows, more)))


def _nudged(item: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return a record that somebody was reminded of, and what can be done about it."""
    reference = str(item["reference"])
    title = Mrkdwn(f"{bold(item['title'])}  {reference}\n{join(item['facts'])}")
    look = show_request(reference)
    opens = press_button("Open", look) if look else None
    if not isinstance(look, ShowActivity):
        return stack(section(title, accessory=opens))
    deeds = actions(
        press_button("Done", CompleteActivity(reference), row=True, style="primary"),
        press_button("Snooze 1 day", SnoozeActivity(reference), row=True),
        opens,
    )
    return stack(section(title), deeds)
