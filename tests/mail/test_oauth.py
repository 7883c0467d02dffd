"""Logging in with access tokens, against a Dovecot that asks the provider whose they are."""

import pytest
from mailboxes import TIMEOUT_S, mail, oauth_settings
from servers.dovecot import Dovecot
from servers.tokens import CREDENTIALS, REFRESH_TOKEN, TokenServer

from crmbot.mail.mailbox import Mailbox, MailboxFailed
from crmbot.mail.oauth import AccessTokens, TokenFailed


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_mailbox_opens_with_a_token_of_the_provider(dovecot: Dovecot, token_server: TokenServer, auth: str) -> None:
    dovecot.save(mail(1))
    with Mailbox(oauth_settings(dovecot, token_server, auth=auth), timeout=TIMEOUT_S) as mailbox:
        assert mailbox.find_uids() == [1]
    assert token_server.asked == [{**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN}]


def test_application_without_a_person_asks_for_itself(dovecot: Dovecot, token_server: TokenServer) -> None:
    with Mailbox(oauth_settings(dovecot, token_server, refresh_token=""), timeout=TIMEOUT_S):
        pass
    asked = token_server.asked[0]
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "https://outlook.office365.com/.default")


def test_token_serves_many_connections_until_shortly_before_its_end(
    dovecot: Dovecot, token_server: TokenServer
) -> None:
    now = [0.0]
    tokens = AccessTokens(oauth_settings(dovecot, token_server), monotonic=lambda: now[0])
    first = tokens.fresh()
    now[0] = 3600 - 121
    assert tokens.fresh() == first
    now[0] = 3600 - 119
    assert tokens.fresh() != first
    assert len(token_server.asked) == 2


def test_refresh_token_that_was_replaced_is_used_from_then_on(dovecot: Dovecot, token_server: TokenServer) -> None:
    token_server.replaces_refresh_token = True
    tokens = AccessTokens(oauth_settings(dovecot, token_server))
    tokens.fresh()
    tokens.forget()
    tokens.fresh()
    assert [form["refresh_token"] for form in token_server.asked] == [REFRESH_TOKEN, "refresh-2"]


def test_token_that_the_mail_server_refuses_is_fetched_anew(dovecot: Dovecot, token_server: TokenServer) -> None:
    settings = oauth_settings(dovecot, token_server)
    tokens = AccessTokens(settings)
    token_server.user = "somebody-else"
    with pytest.raises(MailboxFailed, match="refused the log-in") as failed:
        Mailbox(settings, timeout=TIMEOUT_S, tokens=tokens)
    assert failed.value.refused
    token_server.user = dovecot.user
    with Mailbox(settings, timeout=TIMEOUT_S, tokens=tokens):
        pass
    assert len(token_server.asked) == 2


def test_ended_consent_counts_as_refused_and_is_named(dovecot: Dovecot, token_server: TokenServer) -> None:
    with pytest.raises(MailboxFailed, match=r"gives no token: The refresh token has ended\.") as failed:
        Mailbox(oauth_settings(dovecot, token_server, refresh_token="old"), timeout=TIMEOUT_S)
    assert failed.value.refused


@pytest.mark.parametrize(
    ("broken", "words", "refused"),
    [
        ((503, b"<html>later</html>"), "gives no token: Service Unavailable", False),
        ((200, b"[" * 100_000), "without a token", False),
        ((200, b'{"access_token": 7}'), "without a token", False),
        ((302, b""), "gives no token: Found", False),
    ],
)
def test_provider_that_fails_is_tried_again_later(
    dovecot: Dovecot, token_server: TokenServer, broken: tuple[int, bytes], words: str, refused: bool
) -> None:
    token_server.broken = broken
    with pytest.raises(TokenFailed, match=words) as failed:
        AccessTokens(oauth_settings(dovecot, token_server)).fresh()
    assert failed.value.refused is refused
    assert len(token_server.asked) == 1


def test_lifetime_that_is_no_number_is_taken_for_an_hour(dovecot: Dovecot, token_server: TokenServer) -> None:
    token_server.expires_in = "soon"
    tokens = AccessTokens(oauth_settings(dovecot, token_server))
    assert tokens.fresh() == tokens.fresh()


def test_credentials_are_never_sent_in_the_clear(dovecot: Dovecot, token_server: TokenServer) -> None:
    tokens = AccessTokens(oauth_settings(dovecot, token_server, oauth_url="http://tokens.example/token"))
    with pytest.raises(TokenFailed, match="without encryption"):
        tokens.fresh()
