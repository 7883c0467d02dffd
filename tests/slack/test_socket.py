import random
import threading
from collections.abc import Callable, Iterator

import pytest
from slack_app import Bot, deals

from crmbot.playground import Hang, RateLimited, ServerError
from crmbot.slack.api import SlackApi
from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.backoff import Backoff
from crmbot.slack.http import Dispatcher
from crmbot.slack.socket import SocketListener, delivery_key


@pytest.fixture
def listener(bot: Bot) -> Iterator[SocketListener]:
    options = SlackOptions(bot_token=bot.slack.bot_token, api_url=bot.slack.api_url, slack_seconds=2)
    api = SlackApi("", bot.slack.api_url, 1.0)
    listener = SocketListener(
        build_app(options, bot.service), api, bot.slack.app_token, backoff=Backoff(first=0.05, most=0.2)
    )
    yield listener
    listener.stop()


@pytest.fixture(autouse=True)
def fresh_links(bot: Bot) -> None:
    """The stand-in serves the whole module; its count of links begins anew with each test."""
    bot.slack.wait_for(lambda: not bot.slack.links.open)
    bot.slack.links.opened = 0
    bot.slack.links.lost_acks = 0


def link(bot: Bot, number: int = 1) -> None:
    bot.slack.wait_for(lambda: bot.slack.links.open and bot.slack.links.opened >= number)


def test_commands_clicks_and_events_come_through_the_socket(bot: Bot, listener: SocketListener) -> None:
    listener.start()
    link(bot)
    answer = bot.slack.command(None, "/deal", "new Acme $1k", "U1")
    assert answer.in_time
    assert "Opened D-1" in answer.text
    assert answer.message is not None
    bot.slack.click(None, answer.message, "deal.won", "U1")
    assert "🏆" in str(answer.message.blocks)
    bot.slack.say(None, "!crm deal new Second $1k", "U1", "C1")
    assert deals(bot) == ["Acme", "Second"]
    health = listener.health()
    assert health.connected
    assert health.last_event_at is not None
    assert bot.slack.violations == []


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_a_new_link_is_opened_before_the_old_one_goes(bot: Bot, listener: SocketListener, reason: str) -> None:
    listener.start()
    link(bot)
    bot.slack.links.disconnect(reason)
    link(bot, 2)
    assert "Opened" in bot.slack.command(None, "/deal", "new Acme $1k", "U1").text
    assert bot.slack.links.opened == 2


def test_a_broken_link_is_opened_again(bot: Bot, listener: SocketListener) -> None:
    listener.start()
    link(bot)
    bot.slack.links.cut()
    link(bot, 2)
    assert "Opened" in bot.slack.command(None, "/deal", "new Acme $1k", "U1").text


def test_a_silent_link_is_renewed(bot: Bot) -> None:
    options = SlackOptions(bot_token=bot.slack.bot_token, api_url=bot.slack.api_url)
    api = SlackApi("", bot.slack.api_url, 1.0)
    listener = SocketListener(build_app(options, bot.service), api, bot.slack.app_token, rotate_seconds=0.2)
    listener.start()
    link(bot, 2)
    listener.stop()


def test_a_slack_that_opens_no_link_is_asked_again_with_patience(bot: Bot, listener: SocketListener) -> None:
    bot.slack.script("apps.connections.open", [ServerError(500), RateLimited(1), Hang(5)])
    listener.start()
    link(bot)
    bot.slack.wait_for(lambda: listener.health().connected)
    assert len(bot.slack.calls_to("apps.connections.open")) == 4
    assert listener.health().failures == 0


def test_a_lost_ack_brings_the_event_again_and_has_one_effect(bot: Bot, listener: SocketListener) -> None:
    listener.start()
    link(bot)
    bot.slack.patience = 1.0
    bot.slack.links.lost_acks = 1
    first = bot.slack.say(None, "!crm deal new Acme $1k", "U1", "C1")
    link(bot, 2)
    bot.slack.redeliver(first)
    bot.slack.patience = 10.0
    assert deals(bot) == ["Acme"]


def test_a_command_whose_answer_could_not_be_sent_is_not_done_twice(
    bot: Bot, serve: Callable[[Dispatcher], str]
) -> None:
    options = SlackOptions(bot_token=bot.slack.bot_token, api_url=bot.slack.api_url)
    app = build_app(options, bot.service)
    listener = SocketListener(app, SlackApi("", bot.slack.api_url, 1.0), bot.slack.app_token)
    bot.slack.command(bot.url, "/crm", "today", "U1")
    listener.start()
    link(bot)
    bot.slack.patience = 1.0
    typed = threading.Thread(target=bot.slack.command, args=(None, "/deal", "new Acme $1k", "U1"))
    with bot.store.writing(bot.workspace_id) as session:
        session.connection()
        typed.start()
        bot.slack.wait_for(lambda: listener.health().last_event_at)
        bot.slack.script("apps.connections.open", [ServerError(500)] * 20)
        bot.slack.links.cut()
        bot.slack.wait_for(lambda: not listener.health().connected)
    bot.slack.wait_for(lambda: deals(bot))
    typed.join()
    listener.stop()
    bot.slack.patience = 10.0
    url = serve(Dispatcher(app, bot.slack.signing_secret))
    assert "Already done" in bot.slack.command(url, "/deal", "new Acme $1k", "U1").text
    assert deals(bot) == ["Acme"]


def test_stopping_says_so(bot: Bot, listener: SocketListener) -> None:
    listener.start()
    link(bot)
    listener.stop()
    assert not listener.health().connected
    assert listener.health().reason == "stopped"


def test_waiting_doubles_up_to_a_bound_and_an_hour_of_outage_costs_few_calls() -> None:
    backoff = Backoff(chance=random.Random(1))  # noqa: S311 - a test's chance
    waits = [backoff.failed() for _ in range(40)]
    assert max(waits) <= 60
    assert sum(1 for total in _sums(waits) if total < 600) <= 30
    assert backoff.failed(at_least=300) == 300
    backoff.succeeded()
    assert backoff.failed() <= 1


def _sums(waits: list[float]) -> list[float]:
    return [sum(waits[: place + 1]) for place in range(len(waits))]


def test_an_envelope_is_known_by_its_event_or_by_all_it_says() -> None:
    assert delivery_key({"event_id": "Ev1", "x": 1}) == delivery_key({"event_id": "Ev1", "x": 2})
    assert delivery_key({"trigger_id": "1"}) != delivery_key({"trigger_id": "2"})
