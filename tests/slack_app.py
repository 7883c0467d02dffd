"""What the tests of the Slack part talk to: the app on a store, beside a stand-in for Slack."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clocks import SettableClock

from crmbot.bootstrap import Crmbot
from crmbot.bootstrap.background import digests, sender
from crmbot.config import Settings
from crmbot.crm.actors import Actor
from crmbot.crm.answers import Listing
from crmbot.crm.requests import ListDeals, Request
from crmbot.playground import StandIn
from crmbot.service import CrmService
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.http import Dispatcher
from crmbot.slack.signature import Heads
from crmbot.store import Store

BASE_URL = "https://crm.example.com"
PEOPLE = {"U1": ("Ada", "ada@example.com", "manager"), "U2": ("Ben", "ben@example.com", "rep")}


@dataclass
class Bot:
    """Everything a test of the Slack part talks to."""

    slack: StandIn
    store: Store
    service: CrmService
    clock: SettableClock
    workspace_id: str
    dispatcher: Dispatcher
    url: str

    def actor(self, user: str = "U1") -> Actor:
        return self.service.actor_of_user(self.workspace_id, PEOPLE[user][1], "test")

    def do(self, request: Request, user: str = "U1") -> str:
        """Perform a request behind Slack's back and return the number of the record it made."""
        answer = self.service.perform(self.actor(user), request)
        record = getattr(answer, "record", None)
        return record.reference if record else ""


def make_dispatcher(slack: StandIn, service: CrmService, *, ack_seconds: float = 2.5) -> Dispatcher:
    """Return a fresh app, as another process or one after a restart would have it."""
    options = SlackOptions(
        bot_token=slack.bot_token,
        signing_secret=slack.signing_secret,
        api_url=slack.api_url,
        slack_seconds=2,
        base_url=BASE_URL,
    )
    return Dispatcher(build_app(options, service), slack.signing_secret, ack_seconds=ack_seconds)


def heads(headers: Iterable[tuple[str, str]]) -> Heads:
    """Return headers as the web server gives them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers]


def deals(bot: Bot) -> list[str]:
    """Return the titles of all deals."""
    listing = bot.service.perform(bot.actor(), ListDeals(outcome=None))
    return sorted(record.title for record in listing.records) if isinstance(listing, Listing) else []


def send_waiting(bot: Bot) -> int:
    """Send what the outbox holds, as the worker does, and return how many messages arrived."""
    return sender(_whole(bot), paces={}).run_once()


def make_digests(bot: Bot) -> None:
    """Make the digests that are due or asked for, as the worker does."""
    digests(_whole(bot)).run_once()


def _whole(bot: Bot) -> Crmbot:
    base = Settings()
    settings = replace(
        base,
        secrets=replace(base.secrets, slack_bot_token=bot.slack.bot_token),
        slack=replace(base.slack, api_url=bot.slack.api_url),
    )
    return Crmbot(settings, bot.store, bot.service, bot.clock)
