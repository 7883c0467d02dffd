"""Requests that remind people of what is theirs."""

from dataclasses import dataclass

from crmbot.crm.requests.base import Request


@dataclass(frozen=True)
class NudgeOwner(Request, name="nudge.send", permission="crm.activities.edit"):
    """Remind a record's owner of it, by a message that says who did; once a day at the most.

    `about` is a deal's or an activity's number. Without it `owner` is reminded of all that is overdue for them, or of
    their open deals that are at least `deal_days` old.
    """

    about: str | None = None
    owner: str | None = None
    deal_days: int | None = None
