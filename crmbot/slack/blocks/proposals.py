"""What the card of a proposal shows: its facts, and its lines with their sums."""

from collections.abc import Iterable
from typing import Any

from crmbot.crm.offered import ProposalView
from crmbot.domain.line_items import LineItem, plain
from crmbot.slack.blocks.primitives import section
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, join, one_line
from crmbot.slack.reader import Reader

_MOST_LINES = 12


def proposal_facts(proposal: ProposalView, reader: Reader) -> Iterable[tuple[str, Any]]:
    """Yield the facts in the order people need them."""
    yield "Total", str(proposal.totals.total)
    yield "Status", _status(proposal, reader)
    yield "Version", str(proposal.position) if proposal.position > 1 else ""
    yield "Deal", one_line(f"{proposal.deal[0]} {proposal.deal[1]}", 80)
    yield "For", join([one_line(name, 80) for name in (proposal.contact, proposal.company) if name], ", ")
    yield "Owner", one_line(proposal.owner or "nobody", 60)
    if not proposal.accepted_at and not proposal.declined_at:
        yield "Valid until", reader.day(proposal.expires_on) if proposal.expires_on else "no last day"
    yield "Not delivered", one_line(proposal.bounced, 200)


def _status(proposal: ProposalView, reader: Reader) -> Mrkdwn:
    """Return the state with its moment: “accepted by Jane Doe, Fri 27 Nov 2026, 15:00 CET”."""
    moments = {
        "sent": proposal.sent_at,
        "viewed": proposal.viewed_at,
        "accepted": proposal.accepted_at,
        "declined": proposal.declined_at,
    }
    at = moments.get(proposal.status)
    by = f" by {one_line(proposal.accepted_by, 80)}" if proposal.status == "accepted" and proposal.accepted_by else ""
    when = f", {reader.moment(at)}" if at else ""
    return Mrkdwn(f"{proposal.status}{by}{when}{_since_sent(proposal)}")


def _since_sent(proposal: ProposalView) -> str:
    """Say why an offer is a draft again; one that was withdrawn has no page any more."""
    if proposal.status != "draft" or not proposal.sent_at:
        return ""
    return ", changed since it was sent" if proposal.link else ", withdrawn"


def offered_lines(proposal: ProposalView) -> Block:
    """Return the lines, what is added to them, and what they come to."""
    lines = [_line(item) for item in proposal.items[:_MOST_LINES]]
    left = len(proposal.items) - len(lines)
    totals = proposal.totals
    taxes = [Mrkdwn(f"Tax {plain(rate)} %: {tax}") for rate, tax in totals.taxes]
    net = [Mrkdwn(f"Net: {totals.net}")] if taxes else []
    more = [f"… and {left} more" if left > 0 else ""]
    return section(join([*lines, *more, *net, *taxes, Mrkdwn(f"*Total: {totals.total}*")], "\n"))


def _line(item: LineItem) -> Mrkdwn:
    less = f" -{plain(item.discount_percent)} %" if item.discount_percent else ""
    sum_of = f" = {item.net}" if less or item.quantity != 1 else ""
    return Mrkdwn(f"• {plain(item.quantity)} x {one_line(item.description, 120)} @ {item.unit_price}{less}{sum_of}")
