import hashlib
import hmac
import logging
import time
from urllib.parse import quote_plus

import pytest
from slack_app import Bot, heads

from crmbot.slack.http import Response

BODY = b"command=%2Fdeal&text=secret-name+%24400k&user_id=U1&team_id=T0000CRM1"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def signed(bot: Bot, body: bytes, stamp: str | None = None) -> list[tuple[str, str]]:
    stamp = stamp or str(int(time.time()))
    base = b"v0:" + stamp.encode() + b":" + body
    signature = "v0=" + hmac.new(bot.slack.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return [FORM, ("X-Slack-Request-Timestamp", stamp), ("X-Slack-Signature", signature)]


def answered(bot: Bot, body: bytes, headers: list[tuple[str, str]]) -> Response:
    _, work = bot.dispatcher.receive(body, heads(headers))
    return work()


def variants(bot: Bot) -> dict[str, tuple[bytes, list[tuple[str, str]], int]]:
    good = signed(bot, BODY)
    form, stamp, signature = good
    now = int(time.time())
    name, value = signature
    return {
        "altered body": (BODY + b"0", good, 401),
        "stale": (BODY, signed(bot, BODY, str(now - 301)), 401),
        "from the future": (BODY, signed(bot, BODY, str(now + 302)), 401),
        "words for a time": (BODY, signed(bot, BODY, "abc"), 401),
        "a negative time": (BODY, signed(bot, BODY, "-5"), 401),
        "digits of another script": (BODY, [form, (stamp[0], "\u0661\u0667" * 5), signature], 401),
        "a huge time": (BODY, signed(bot, BODY, "9" * 400), 401),
        "no time": (BODY, [form, signature], 401),
        "no signature": (BODY, [form, stamp], 401),
        "nothing": (BODY, [], 401),
        "two times": (BODY, [*good, stamp], 401),
        "two signatures": (BODY, [*good, signature], 401),
        "another version": (BODY, [form, stamp, (name, value.replace("v0=", "v1="))], 401),
        "not ASCII": (BODY, [form, stamp, (name, "v0=" + "é" * 64)], 401),
        "upper case": (BODY, [form, stamp, (name, value.upper())], 401),
        "too short": (BODY, [form, stamp, (name, value[:-1])], 401),
        "with a line break": (BODY, [form, stamp, (name, value + "\n")], 401),
        "empty": (BODY, [form, stamp, (name, "")], 401),
        "wrong": (BODY, [form, stamp, (name, "v0=" + "0" * 64)], 401),
        "too large": (b"x" * 1_000_001, signed(bot, b"x"), 413),
    }


def test_what_slack_did_not_sign_is_refused_unread_and_leaves_nothing_in_the_log(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, (body, headers, status) in variants(bot).items():
        assert answered(bot, body, headers) == (status, {"content-type": "text/plain"}, b""), name
    assert bot.dispatcher.last_at is None
    assert "secret" not in caplog.text


def test_a_genuine_request_of_nonsense_is_never_a_500(bot: Bot) -> None:
    plain = (b"", b"\xff\xfe", b"{", b"[]", b"null", b"payload=%7B", b"payload=null", b"a=b", b"payload=%5B1%5D")
    nested = (b'{"a":' + b"[" * deep + b"]" * deep + b"}" for deep in (300, 900, 50_000))
    for body in (*plain, *nested):
        for kind in ("application/x-www-form-urlencoded", "application/json"):
            headers = [("Content-Type", kind), *signed(bot, body)[1:]]
            status, _, _ = answered(bot, body, headers)
            assert status in {200, 400, 404}, (body, kind)


def test_slack_is_told_that_the_address_is_ours(bot: Bot) -> None:
    body = b'{"type":"url_verification","challenge":"abc"}'
    headers = [("Content-Type", "application/json"), *signed(bot, body)[1:]]
    status, _, answer = answered(bot, body, headers)
    assert (status, answer) == (200, b'{"challenge": "abc"}')


def test_a_request_that_waited_too_long_does_nothing(bot: Bot) -> None:
    body = b"command=%2Fdeal&text=new+Late+%2440k&user_id=U1&team_id=T0000CRM1"
    _, work = bot.dispatcher.receive(body, heads(signed(bot, body)), received=time.monotonic() - 3)
    assert b"nothing was done" in work()[2]
    assert b"Late" not in bot.slack.command(bot.url, "/deal", "list", "U1").body


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        b"payload=" + quote_plus('{"type":"block_actions","team":{"id":"T0000CRM1","domain":"x"},"user":{}}').encode(),
        b'{"token":"x","team_id":"T0000CRM1","event":{"type":"message","text":"team_id"}}',
    ],
)
def test_a_genuine_request_tells_its_team_whatever_its_kind_and_a_forged_one_none(bot: Bot, body: bytes) -> None:
    headers = heads(signed(bot, body))
    genuine, _ = bot.dispatcher.receive(body, headers)
    forged, _ = bot.dispatcher.receive(body + b"0", headers)
    assert (genuine, forged) == ("T0000CRM1", "")


def test_a_command_that_is_not_ours_is_left_to_others(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    body = b"command=%2Fweather&text=today&user_id=U1&team_id=T0000CRM1"
    status, _, answer = answered(bot, body, signed(bot, body))
    assert (status, answer) == (404, b"")
    assert "incident" not in caplog.text
