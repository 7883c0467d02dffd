"""Logging in to send, with access tokens of a provider, at a server that asks whose they are."""

import socket
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from clocks import SettableClock
from servers.smtp import DROP, SmtpServer
from servers.tokens import CREDENTIALS, REFRESH_TOKEN, TokenServer

from crmbot.config.settings import SmtpSettings
from crmbot.errors import SendFailed
from crmbot.mail.outgoing import Letter, Outgoing
from crmbot.mail.submission import Submission, probe
from crmbot.playground.ports import free_port

LETTER = Letter(to="anna@acme.example", subject="Hello", text="Hello Anna\n")
Settings = Callable[..., SmtpSettings]


@pytest.fixture
def settings(smtp_server: SmtpServer, smtp_tokens: TokenServer) -> Settings:
    """Settings that log in with tokens, changed as told."""

    def make(**changes: Any) -> SmtpSettings:
        chosen: dict[str, Any] = {
            "host": smtp_server.host,
            "port": smtp_server.port,
            "tls": "none",
            "user": smtp_server.user,
            "auth": "xoauth2",
            "oauth_url": f"{smtp_tokens.url}/token",
            "oauth_client_id": CREDENTIALS["client_id"],
            "client_secret": CREDENTIALS["client_secret"],
            "refresh_token": REFRESH_TOKEN,
        }
        return SmtpSettings(**(chosen | changes))

    return make


def refused(settings: SmtpSettings) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        Submission(settings, timeout=2).open()
    assert not failed.value.permanent
    assert not failed.value.unknown
    return failed.value


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_letters_leave_after_a_log_in_with_one_token(
    settings: Settings, smtp_server: SmtpServer, smtp_tokens: TokenServer, clock: SettableClock, auth: str
) -> None:
    way = Outgoing(settings(auth=auth), sender="crm@ours.example", secret_key=b"key", clock=clock, timeout=2)
    way.send_letter(LETTER, "01abc")
    way.send_letter(LETTER, "01abd")
    assert [mail.recipients for mail in smtp_server.received] == [("anna@acme.example",)] * 2
    assert smtp_server.log_ins == ["235", "235"]
    assert smtp_tokens.asked == [{**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN}]


def test_application_without_a_person_asks_for_what_sends_and_reads(
    settings: Settings, smtp_tokens: TokenServer
) -> None:
    probe(settings(refresh_token=""), timeout=2)
    asked = smtp_tokens.asked[0]
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "https://outlook.office365.com/.default")


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
@pytest.mark.parametrize("answer", [None, "535 5.7.3 Authentication unsuccessful"])
def test_token_that_ended_early_is_fetched_anew_once(
    settings: Settings, smtp_server: SmtpServer, smtp_tokens: TokenServer, auth: str, answer: str | None
) -> None:
    submission = Submission(settings(auth=auth), timeout=2)
    submission.open().close()
    if answer is None:
        smtp_tokens.good.clear()
    else:
        smtp_server.script("AUTH", answer)
    submission.open().close()
    assert smtp_server.log_ins == ["235", "535", "235"]
    assert len(smtp_tokens.asked) == 2


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_refused_token_is_named_with_what_the_server_wants_and_tried_again_later(
    settings: Settings, smtp_server: SmtpServer, smtp_tokens: TokenServer, auth: str
) -> None:
    smtp_tokens.user = "somebody-else"
    failure = refused(settings(auth=auth))
    assert str(failure) == (
        "The mail server refused the access token of crm: 535 5.7.8 token not accepted "
        "(status 401, scope https://mail.example.com/)"
    )
    assert failure.retry_after == 600
    assert smtp_server.log_ins == ["535", "535"]
    assert len(smtp_tokens.asked) == 2


def test_server_that_can_not_judge_a_token_now_is_not_asked_twice(
    settings: Settings, smtp_server: SmtpServer, smtp_tokens: TokenServer
) -> None:
    smtp_server.script("AUTH", "454 4.7.0 Temporary authentication failure")
    submission = Submission(settings(), timeout=2)
    with pytest.raises(SendFailed, match="454") as failed:
        submission.open()
    assert failed.value.retry_after == 600
    submission.open().close()
    assert smtp_server.log_ins == ["454", "235"]
    assert len(smtp_tokens.asked) == 1


def test_server_that_hangs_up_while_it_is_asked_is_out_of_reach(settings: Settings, smtp_server: SmtpServer) -> None:
    smtp_server.script("AUTH", DROP)
    assert "can't be reached" in str(refused(settings()))


def test_ended_consent_is_told_in_the_providers_words(settings: Settings) -> None:
    failure = refused(settings(refresh_token="old"))
    assert "no access token for crm: 127.0.0.1 gives no token: The refresh token has ended." in str(failure)
    assert failure.retry_after == 600


def test_provider_out_of_reach_is_worth_another_try_soon(settings: Settings) -> None:
    failure = refused(settings(oauth_url=f"http://127.0.0.1:{free_port()}/token"))
    assert "can't be reached for a token" in str(failure)
    assert failure.retry_after is None


def test_credentials_that_are_missing_are_named(settings: Settings, smtp_tokens: TokenServer) -> None:
    failure = refused(settings(refresh_token="", client_secret=""))
    assert "neither a refresh token nor a client secret is set" in str(failure)
    assert smtp_tokens.asked == []


@pytest.mark.parametrize(
    ("auth", "offered", "words"),
    [
        ("xoauth2", "PLAIN LOGIN", "takes no access token by XOAUTH2, only PLAIN, LOGIN."),
        ("oauthbearer", "LOGIN XOAUTH2", "takes no access token by OAUTHBEARER, only LOGIN, XOAUTH2."),
        ("password", "XOAUTH2", "takes no password, only XOAUTH2."),
        ("xoauth2", "", "takes no access token by XOAUTH2, and offers no log-in at all."),
    ],
)
def test_log_in_that_the_server_does_not_offer_is_told_before_a_secret_leaves(
    settings: Settings, smtp_server: SmtpServer, smtp_tokens: TokenServer, auth: str, offered: str, words: str
) -> None:
    smtp_server.mechanisms = offered
    failure = refused(settings(auth=auth, password="letter box"))
    assert words in str(failure)
    assert failure.retry_after == 600
    assert (smtp_tokens.asked, smtp_server.log_ins) == ([], [])


def test_letters_that_the_protocol_can_not_carry_are_told_without_the_secret(settings: Settings) -> None:
    failure = refused(settings(auth="password", password="größe"))
    assert str(failure) == "The log-in of crm has letters beyond ASCII."


def test_host_that_is_no_name_is_out_of_reach(settings: Settings) -> None:
    assert "can't be reached" in str(refused(settings(host="smtp..example.com")))


def test_challenge_that_is_no_base64_ends_the_log_in(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = b"220 hi\r\n", b"250-hi\r\n250 AUTH XOAUTH2\r\n", b"334 XOAUTH2 supported, a\r\n"
        Thread(target=speak, args=(listener, told), daemon=True).start()
        failure = refused(settings(host="127.0.0.1", port=listener.getsockname()[1]))
    assert str(failure) == "The log-in of crm met an answer that is not base64."


def speak(listener: socket.socket, lines: tuple[bytes, ...]) -> None:
    """Say each line, the first at once and the others after a line of the client."""
    connection, _ = listener.accept()
    with connection:
        for line in lines:
            connection.sendall(line)
            connection.recv(4096)


def test_threads_that_send_at_once_share_one_token(settings: Settings, smtp_tokens: TokenServer) -> None:
    smtp_tokens.replaces_refresh_token = True
    submission = Submission(settings(), timeout=5)
    opened: list[Any] = []
    threads = [Thread(target=lambda: opened.append(submission.open())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    for server in opened:
        server.close()
    assert (len(opened), len(smtp_tokens.asked)) == (6, 1)
