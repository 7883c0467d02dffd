import pytest
from slack_app import Bot, deals

from crmbot.playground import ServerError
from crmbot.slack.events import split_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<@U0BOT> deal won acme", ("deal", "won acme")),
        ("!crm deal won acme", ("deal", "won acme")),
        ("<@U0BOT> !crm today", ("crm", "today")),
        ("/deal list", ("deal", "list")),
        ("<@U0BOT>", ("crm", "")),
        ("hello", ("crm", "hello")),
    ],
)
def test_a_line_says_its_noun_or_belongs_to_crm(text: str, line: tuple[str, str]) -> None:
    assert split_line(text) == line


def test_a_mention_in_a_thread_is_answered_there_to_the_one_who_asked(bot: Bot) -> None:
    root = bot.slack.say(bot.url, "shall we?", "U1", "C1")
    assert root.status == 200
    thread = bot.slack.messages("C1")[0].ts
    answer = bot.slack.say(bot.url, "deal new Acme $1k", "U1", "C1", thread=thread, mention=True)
    assert answer.in_time
    (message,) = bot.slack.ephemerals("U1", "C1")
    assert "Opened D-1" in message.text
    assert message.thread_ts == thread
    assert deals(bot) == ["Acme"]
    assert bot.slack.violations == []


def test_an_event_delivered_again_has_one_effect(bot: Bot) -> None:
    first = bot.slack.say(bot.url, "!crm deal new Acme $1k", "U1", "C1")
    for number in (1, 2, 3):
        assert bot.slack.redeliver(first, number).status == 200
    assert deals(bot) == ["Acme"]
    assert sum("Opened" in message.text for message in bot.slack.ephemerals("U1")) >= 1


def test_an_answer_that_slack_does_not_take_brings_the_event_again(bot: Bot) -> None:
    bot.slack.script("chat.postEphemeral", [ServerError(500)])
    first = bot.slack.say(bot.url, "!crm deal new Acme $1k", "U1", "C1")
    assert first.status == 503
    assert bot.slack.redeliver(first).status == 200
    assert deals(bot) == ["Acme"]
    assert "Already done" in bot.slack.ephemerals("U1")[-1].text


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_changed"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"bot_id": "B0000CRM1"},
        {"user": "U0000BOT1"},
        {"text": "no command for anybody"},
    ],
)
def test_bots_edits_and_small_talk_are_left_alone(bot: Bot, event: dict[str, str]) -> None:
    said = {"type": "message", "user": "U1", "channel": "C1", "text": "!crm deal new Acme", "ts": "1.0", **event}
    assert bot.slack.event(bot.url, said).status == 200
    assert deals(bot) == []
    assert bot.slack.posted == []


def test_the_workspace_is_that_of_the_installation(bot: Bot) -> None:
    said = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@U0BOT> deal new Acme $1k", "ts": "1.0"}
    authorizations = [{"team_id": "T-OTHER"}]
    bot.slack.event(bot.url, {**said, "team": bot.slack.team_id}, authorizations=authorizations)
    assert deals(bot) == []
    bot.slack.event(bot.url, {**said, "team": "T-OTHER"}, event_id="Ev2")
    assert deals(bot) == ["Acme"]


def test_other_events_are_acknowledged(bot: Bot) -> None:
    assert bot.slack.event(bot.url, {"type": "channel_rename", "channel": {"id": "C1"}}).status == 200
