"""The shortcut on messages: what somebody wrote becomes a note, a call, a mail or a task on a record."""

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext

from crmbot.crm.actors import Actor
from crmbot.errors import CrmError
from crmbot.slack.answering import answer_at
from crmbot.slack.desk import Incoming
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.drawing import form_modal
from crmbot.slack.forms.making import MESSAGE_LOG
from crmbot.slack.forms.opening import Asker
from crmbot.slack.message import Message
from crmbot.slack.mrkdwn import escape, unescape
from crmbot.slack.places import Place
from crmbot.slack.threads import Thread, records_shown

LOG_TO_CRM = "log_to_crm"
NAME = "Log to CRM"
DESCRIPTION = "Keep this message as a note, call or task"
_MOST_NAMES = 5
_LATE = "Slack did not open the form: it took too long. Choose the shortcut once more, or type what to keep: {}"
_EXAMPLE = '/log note acme "wants 40 seats"'
_MENTIONED = re.compile(r"<@([UW]\w+)>")


def register(app: App, asker: Asker) -> None:
    """Listen to the shortcut."""

    def log_message(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        incoming = _incoming(body, context)
        place = _place(body)
        who = asker.desk.greet(incoming)
        if who.actor is None or who.reader is None:
            answer_at(asker.api, place, incoming, who.message)
        else:
            asked = Asked(MESSAGE_LOG, _known(asker, who.actor, body), place=place)
            modal = form_modal(asked, who.reader, named=asker.named(who, asked))
            if not asker.open(modal, str(body.get("trigger_id") or ""), incoming.deadline):
                answer_at(asker.api, place, incoming, Message(escape(_LATE.format(who.reader.command(_EXAMPLE)))))
        ack()

    app.message_shortcut(LOG_TO_CRM)(log_message)


def _incoming(body: dict[str, Any], context: BoltContext) -> Incoming:
    user = body.get("user") or {}
    return Incoming(
        team_id=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
        user_id=str(user.get("id") or ""),
        key=str(context["delivery_key"]),
        deadline=float(context["deadline"]),
        user_team_id=user.get("team_id"),
    )


def _place(body: dict[str, Any]) -> Place:
    channel = str((body.get("channel") or {}).get("id") or "")
    thread = str((body.get("message") or {}).get("thread_ts") or "")
    return Place(str(body.get("response_url") or ""), channel, thread)


def _known(asker: Asker, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Return what the form begins with: a note with the message's words, on the record its thread is about."""
    message = body.get("message") or {}
    names = {account: _name(asker, actor, account) for account in _mentioned(str(message.get("text") or ""))}
    known: dict[str, Any] = {"kind": "note", "text": unescape(str(message.get("text") or ""), names)}
    channel = str((body.get("channel") or {}).get("id") or "")
    for ts in dict.fromkeys((message.get("ts"), message.get("thread_ts"))):
        shown = _shown(asker, actor, Thread(channel, str(ts))) if ts else []
        if len(shown) == 1:
            known["target"] = shown[0]
            break
    return known


def _shown(asker: Asker, actor: Actor, thread: Thread) -> list[str]:
    try:
        records = records_shown(asker.desk.service, actor, thread)
    except CrmError:
        return []
    return [one.reference for one in records if not one.reference.startswith("A")]


def _mentioned(text: str) -> list[str]:
    return list(dict.fromkeys(_MENTIONED.findall(text)))[:_MOST_NAMES]


def _name(asker: Asker, actor: Actor, account: str) -> str:
    found = asker.desk.service.actor_of_slack(actor.workspace_id, account)
    return found.name if found else account
