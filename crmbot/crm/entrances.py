"""The way from chat to the web pages: a link for one person, for minutes, that opens once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.policy import Policy
from crmbot.crm.requests import OpenWeb, SignIn
from crmbot.crm.tickets import make_ticket, read_ticket
from crmbot.crm.work import Work
from crmbot.domain.ids import is_id
from crmbot.errors import BadInput, Unauthenticated

GOOD_FOR = timedelta(minutes=15)
STAYS = timedelta(hours=12)
"""How long somebody is signed in."""

_ENTRY, _SESSION = "entry", "session"
_PARTS = 3
_ENDED = "This link was used already, or is too old. Type /crm web in Slack for a new one."


@dataclass(frozen=True, slots=True)
class WebLink(Answer):
    """Where somebody signs in to the web pages, for so many minutes."""

    url: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom a sign-in is for; `once` tells it from all others."""

    workspace_id: str
    user_id: str
    once: str


def open_web(work: Work, _request: OpenWeb) -> WebLink:
    """Return the link.

    Raises:
        BadInput: nobody asks, whose pages they could be.
    """
    if work.actor.user_id is None:
        raise BadInput("The web pages are a person's. Ask in Slack, or with --as.")
    parts = (work.workspace_id, work.actor.user_id, work.new_id())
    ticket = make_ticket(work.policy, _ENTRY, *parts, until=work.now + GOOD_FOR)
    url = f"{work.policy.base_url.rstrip('/')}/sign-in/{ticket}"
    return WebLink("Your way to the web pages.", url=url, minutes=int(GOOD_FOR.total_seconds()) // 60)


def sign_in(work: Work, _request: SignIn) -> Outcome:
    """Note that a link was used; its delivery key lets it be used once."""
    return Outcome(f"{work.actor.name} signed in to the web pages.")


def read_entry(policy: Policy, ticket: str, now: datetime) -> Entry:
    """Return whom a link was made for; Unauthenticated when it is no longer good."""
    return _read(policy, _ENTRY, ticket, now)


def begin_session(policy: Policy, entry: Entry, now: datetime) -> str:
    """Return what a browser shows from now on."""
    parts = (entry.workspace_id, entry.user_id, entry.once)
    return make_ticket(policy, _SESSION, *parts, until=now + STAYS)


def read_session(policy: Policy, ticket: str, now: datetime) -> Entry:
    """Return who is signed in; Unauthenticated when nobody is any more."""
    return _read(policy, _SESSION, ticket, now)


def _read(policy: Policy, what: str, ticket: str, now: datetime) -> Entry:
    parts = read_ticket(policy, what, ticket, now)
    if parts is None or len(parts) != _PARTS or not all(map(is_id, parts)):
        raise Unauthenticated(_ENDED)
    return Entry(*parts)
