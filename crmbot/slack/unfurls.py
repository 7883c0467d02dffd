"""Links to records in messages: which records they lead to, and the card that appears below each."""

import re
from typing import Any
from urllib.parse import urlsplit

from slack_bolt import BoltContext

from crmbot.crm.answers import Shown
from crmbot.crm.requests import UnfurlLinks
from crmbot.domain.ids import Kind, is_id, parse_reference
from crmbot.slack.arrivals import event_incoming
from crmbot.slack.blocks.buttons import record_actions
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import stack
from crmbot.slack.blocks.records import record_card
from crmbot.slack.desk import Desk
from crmbot.slack.message import Message
from crmbot.slack.mrkdwn import escape
from crmbot.slack.reader import Reader

_MOST_LINKS = 10
_PATH = re.compile(rf"^/(?:{'|'.join(kind.plural for kind in Kind)})/(?P<word>[\w-]{{1,40}})/?$", re.IGNORECASE)


def record_of(address: str, base_url: str) -> str | None:
    """Return the number or id of the record that an address of crmbot's leads to; None for every other address."""
    own, link = urlsplit(base_url), urlsplit(address)
    if not base_url or (link.scheme, link.netloc.lower()) != (own.scheme, own.netloc.lower()):
        return None
    match = _PATH.match(link.path.removeprefix(own.path.rstrip("/")))
    word = match["word"] if match else ""
    return word if parse_reference(word) or is_id(word.lower()) else None


def domain_of(base_url: str) -> str | None:
    """Return the domain whose links Slack is to tell of; None for an address that Slack knows nothing of."""
    host = urlsplit(base_url).hostname or ""
    public = "." in host and not host.replace(".", "").isdigit() and not host.endswith((".local", ".localhost"))
    return host if public else None


def take_links(desk: Desk, base_url: str, body: dict[str, Any], event: dict[str, Any], context: BoltContext) -> None:
    """Have the cards of shared links shown, as far as who shared them may see the records.

    Nothing is shown in a channel that other organisations read too, nor while somebody is still writing.
    """
    if event.get("source") == "composer" or body.get("is_ext_shared_channel") or not event.get("user"):
        return
    links = []
    for link in event.get("links") or ():
        address = str(link.get("url") or "")
        word = record_of(address, base_url)
        if word:
            links.append((address, word))
    if links:
        shared = UnfurlLinks(str(event["channel"]), str(event["message_ts"]), tuple(links[:_MOST_LINKS]))
        # Whoever may not see them gets no card, and no word about it either.
        desk.press(event_incoming(body, event, context), shared)


def unfurled(shown: Shown, reader: Reader) -> dict[str, Any]:
    """Return the card below a link, for everybody in the channel."""
    card = Message(escape(shown.said), stack(record_card(shown.record, reader), record_actions(shown.record, reader)))
    return {"blocks": list(fit(card).blocks)}
