"""What crmbot leaves out of Bolt's way: its names are not promised, so a newer version may bring it all back."""

import time

from slack_app import BASE_URL, Bot

from crmbot.slack.app import SlackOptions, build_app
from crmbot.slack.commands import Command


def test_no_client_of_the_web_api_is_made_for_a_command(bot: Bot) -> None:
    options = SlackOptions(
        bot_token=bot.slack.bot_token, signing_secret="s", api_url=bot.slack.api_url, slack_seconds=2, base_url=BASE_URL
    )
    body = {"command": "/deal", "text": "list", "user_id": "U1", "team_id": bot.slack.team_id}
    command = Command(body, {"delivery_key": "k", "deadline": time.monotonic() + 2})
    answer = build_app(options, bot.service).dispatch(command)
    assert "No open deals." in answer.body
    assert "client" not in command.context
