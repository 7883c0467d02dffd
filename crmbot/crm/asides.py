"""What belongs to an answer and follows it: the outbox sends it, so that the answer itself need not wait."""

import json

from crmbot.crm.answers import Outcome
from crmbot.crm.requests import SendAside
from crmbot.crm.work import Work


def send_aside(work: Work, request: SendAside) -> Outcome:
    """Queue it; nothing is written to the journal, as nothing in the CRM changes."""
    work.send("slack.aside", request.slack_user_id, json.loads(request.payload))
    return Outcome("More follows.")
