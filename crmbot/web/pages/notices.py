"""What was done, told on the next page together with the way back: sealed, in a cookie that is read once."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.responses import Response

from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.policy import Policy
from crmbot.crm.tickets import make_ticket, read_ticket

COOKIE = "crmbot_notice"
_WHAT = "notice"
_GOOD_FOR = timedelta(minutes=2)
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, and the journal entry that undoing it takes; empty where nothing can be undone."""

    said: str
    entry: str = ""


def notice_of(answer: Answer) -> Notice:
    """Return what a page tells of an answer: what was done, and what may be a slip in it."""
    entry = getattr(answer, "entry_id", None) or ""
    warnings = answer.warnings if isinstance(answer, Outcome) else ()
    return Notice(" ".join((answer.said, *warnings)), entry)


def give_notice(policy: Policy, notice: Notice, response: Response, now: datetime) -> Response:
    """Put a notice into a response; browsers show it to the next page."""
    kept = json.dumps([notice.said[:_LONGEST], notice.entry]).encode()
    ticket = make_ticket(policy, _WHAT, urlsafe_b64encode(kept).decode().rstrip("="), until=now + _GOOD_FOR)
    secure = urlsplit(policy.base_url).scheme == "https"
    seconds = int(_GOOD_FOR.total_seconds())
    response.set_cookie(COOKIE, ticket, max_age=seconds, secure=secure, httponly=True, samesite="lax")
    return response


def read_notice(policy: Policy, ticket: str, now: datetime) -> Notice | None:
    """Return a notice; None when there is none, or it was not written here a moment ago."""
    parts = read_ticket(policy, _WHAT, ticket, now) if ticket else None
    if not parts:
        return None
    kept = parts[0] + "=" * (-len(parts[0]) % 4)
    said, entry = json.loads(urlsafe_b64decode(kept))
    return Notice(said, entry)
