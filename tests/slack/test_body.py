import json
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_app import Bot

from crmbot.slack.body import read_body, read_form

MARKS = st.text("ab &=+%\\x0AéÜ漢😀\n\t;")


@given(st.dictionaries(MARKS | st.text(), MARKS | st.text(), max_size=5))
def test_fields_are_read_as_they_were_sent(fields: dict[str, str]) -> None:
    fields = {name.encode("utf-8", "replace").decode(): value for name, value in fields.items()}
    sent = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    assert read_form(urlencode(sent)) == sent
    assert read_form(urlencode(sent, quote_via=quote)) == sent


@given(st.text("ab&=+%4e\\x2C0é;") | st.text())
def test_whatever_is_sent_is_read_as_the_standard_library_reads_it(text: str) -> None:
    sent = text.encode("utf-8", "replace").decode()
    assert read_form(sent) == dict(parse_qsl(sent, keep_blank_values=True))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type":"event_callback"}', ""),
        (b' {"type":"event_callback"}', "application/json; charset=utf-8"),
        (b"payload=" + quote_plus('{"type":"event_callback"}').encode(), "application/x-www-form-urlencoded"),
    ],
)
def test_a_payload_is_read_wherever_it_stands(body: bytes, kind: str) -> None:
    assert read_body(body, kind) == {"type": "event_callback"}


@pytest.mark.parametrize("body", [b"[]", b"null", b"1"])
def test_what_is_no_object_is_no_payload(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an object"):
        read_body(body, "application/json")


@pytest.mark.parametrize("before", [b"", b"payload="])
def test_what_is_nested_without_end_is_no_payload(before: bytes) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        read_body(before + b'{"a":' + b"[" * 50_000, "" if before else "application/json")


def test_a_command_may_speak_of_a_payload(bot: Bot) -> None:
    answer = bot.slack.command(bot.url, "/deal", "new Payload of payloads $40k", "U1")
    assert "Opened D-1 Payload of payloads" in json.loads(answer.body)["text"]
    assert read_body(b"text=the+payload") == {"text": "the payload"}
