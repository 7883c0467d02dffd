"""From an answer to the message that shows it: one table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crmbot.crm import choices
from crmbot.crm.answers import (
    Answer,
    Board,
    Found,
    Help,
    Listing,
    MailAnswer,
    Outcome,
    Places,
    ReportAnswer,
    Shown,
    Table,
    Today,
    Triage,
)
from crmbot.crm.entrances import WebLink
from crmbot.crm.files import FileLink
from crmbot.crm.requests import Request, ShowReport
from crmbot.reports.digests.base import Digest
from crmbot.reports.values import Report
from crmbot.slack.blocks import carried, lists, outcomes, reports, settings, triage
from crmbot.slack.blocks.attention import attention_blocks
from crmbot.slack.blocks.help import help_message
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import actions, context, in_order, sentence, stack
from crmbot.slack.digests import render
from crmbot.slack.message import Message
from crmbot.slack.mrkdwn import escape, join
from crmbot.slack.reader import Reader


def _report(answer: ReportAnswer, reader: Reader, request: Request | None) -> Message:
    """Return a report's card, or a digest as its channel would get it, with the words that go before it."""
    if not isinstance(answer.report, Digest):
        message = reports.report_message(answer, reader)
        if not isinstance(request, ShowReport) or not isinstance(answer.report, Report):
            return message
        people = attention_blocks(answer.report, reader, request)
        return replace(message, blocks=stack(message.blocks, people, actions(outcomes.share_button(request))))
    message = render(answer.report, lost_reasons=reader.lost_reasons, prefix=reader.prefix)
    return replace(message, blocks=(sentence(answer.said), *message.blocks))


_CARDS: dict[type[Answer], Callable[[Any, Reader], Message]] = {
    Outcome: outcomes.outcome_message,
    MailAnswer: outcomes.receipt_message,
    Shown: lists.shown_message,
    Today: lists.today_message,
    Found: lists.found_message,
    Triage: lists.triage_message,
    Places: triage.places_message,
    FileLink: carried.link_message,
    WebLink: carried.entrance_message,
    Table: lists.table_message,
    Help: help_message,
    choices.Settings: settings.settings_message,
    choices.Stages: settings.stages_message,
    choices.LostReasons: settings.reasons_message,
    choices.People: settings.people_message,
    choices.Digests: settings.digests_message,
}
_CARDS_WITH_REQUEST: dict[type[Answer], Callable[[Any, Reader, Request | None], Message]] = {
    Listing: lists.listing_message,
    Board: lists.board_message,
    ReportAnswer: _report,
}


def answer_message(
    answer: Answer, reader: Reader, request: Request | None = None, echoes: tuple[str, ...] = ()
) -> Message:
    """Return the message for an answer; `request` is what asked for it, `echoes` how its dates and sums were read."""
    with_request = _CARDS_WITH_REQUEST.get(type(answer))
    if with_request:
        message = with_request(answer, reader, request)
    else:
        card = _CARDS.get(type(answer))
        message = card(answer, reader) if card else Message(escape(answer.said), (sentence(answer.said),))
    if echoes:
        read_as = in_order(context(join(["Read as", *echoes])))
        message = Message(message.text, message.blocks[:1] + read_as + message.blocks[1:], message.pictures)
    return fit(message)
