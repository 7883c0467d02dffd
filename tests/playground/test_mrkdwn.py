"""Which parts of a text Slack would act on."""

from typing import Any

import pytest

from crmbot.playground import Token, control_tokens, message_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("plain *bold* & co", []),
        ("&lt;!channel&gt; &lt;@U1&gt;", []),
        ("a < b and b > a", []),
        ("<!channel>", [Token("special", "channel")]),
        ("<!here|here>", [Token("special", "here", "here")]),
        ("<@U1> and <#C1|sales>", [Token("user", "U1"), Token("channel", "C1", "sales")]),
        ("<!subteam^S1>", [Token("usergroup", "S1")]),
        ("<!date^1^{date}|soon>", [Token("date", "1^{date}", "soon")]),
        ("<https://a.example|https://b.example>", [Token("link", "https://a.example", "https://b.example")]),
        ("<mailto:a@b.example>", [Token("link", "mailto:a@b.example")]),
    ],
)
def test_control_tokens(text: str, tokens: list[Token]) -> None:
    assert control_tokens(text) == tokens


def test_pinging_tokens_are_told_from_links() -> None:
    tokens = control_tokens("<!channel> <@U1> <!subteam^S1> <#C1> <https://a.example>")
    assert [token.pings for token in tokens] == [True, True, True, False, False]


def test_only_mrkdwn_of_a_message_counts() -> None:
    def text(kind: str) -> dict[str, Any]:
        return {"type": kind, "text": f"<@{kind}>"}

    message = {
        "text": "<@top>",
        "metadata": {"event_type": "x", "event_payload": {"text": "<@metadata>"}},
        "blocks": [
            {"type": "section", "text": text("mrkdwn"), "fields": [text("plain_text"), text("mrkdwn")]},
            {"type": "table", "rows": [[text("raw_text")]]},
        ],
    }
    assert [token.target for token in message_tokens(message)] == ["top", "mrkdwn", "mrkdwn"]
