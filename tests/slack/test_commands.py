from slack_app import Bot


def test_a_command_writes_and_answers_in_the_ack(bot: Bot) -> None:
    answer = bot.slack.command(bot.url, "/deal", "new Acme renewal $40k close:15 dec", "U1")
    assert answer.in_time
    assert answer.payload is not None
    assert answer.payload["response_type"] == "ephemeral"
    assert "D-1" in answer.text
    assert bot.slack.violations == []
    assert bot.slack.calls_to("chat.postMessage") == []
