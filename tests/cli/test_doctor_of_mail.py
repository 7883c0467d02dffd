"""`crmbot doctor` against a real Dovecot and a real SMTP server."""

import socket
import time

import pytest
from examined import Place
from servers.dovecot import Dovecot
from servers.smtp import SmtpServer
from servers.tokens import CREDENTIALS, TokenServer

from crmbot.bootstrap.checks.finding import Finding


def test_a_mailbox_that_refuses_is_told(team: Place, dovecot: Dovecot) -> None:
    def look(password: str, mailbox: str, ca_file: str = "") -> Finding:
        team.environ["CRMBOT_IMAP_PASSWORD"] = password
        team.write(
            f'[mail.intake]\nhost = "{dovecot.host}"\nport = {dovecot.port}\ntls = "none"\nuser = "{dovecot.user}"\n'
            f'address = "crm@example.com"\nmailbox = "{mailbox}"\nca_file = "{ca_file}"\n'
        )
        return team.look()["mailbox intake"]

    assert "refused the log-in" in look("wrong", "INBOX").detail
    assert "CRMBOT_IMAP_PASSWORD" in look("wrong", "INBOX").todo
    assert "could not open the folder" in look(dovecot.password, "Elsewhere").detail
    assert "/no/such.pem" in look(dovecot.password, "INBOX", "/no/such.pem").detail


def test_a_frozen_mail_server_does_not_hang_the_doctor(team: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        team.write(
            f'[mail.intake]\nhost = "{host}"\nport = {port}\ntls = "none"\nuser = "u"\naddress = "crm@example.com"\n'
            f'[mail.smtp]\nhost = "{host}"\nport = {port}\ntls = "none"\n'
        )
        began = time.monotonic()
        found = team.look(longest=0.5)
    assert time.monotonic() - began < 5
    assert (found["mailbox intake"].state, found["mail out"].state) == ("failed", "failed")


@pytest.mark.parametrize(
    ("text", "state", "words"),
    [
        ("", "skipped", "no mail is sent"),
        ('[digests.weekly]\nreport = "aging"\nto = "a@example.com"\n', "failed", "digests go by mail: weekly"),
        ('[mail.smtp]\nhost = "127.0.0.1"\n', "failed", "no address to send from"),
        ('[mail.smtp]\nhost = "127.0.0.1"\nport = 1\nsender = "a@example.com"\n', "failed", "can't be reached"),
    ],
)
def test_mail_that_can_not_leave_is_told(team: Place, text: str, state: str, words: str) -> None:
    team.write(text)
    found = team.look()["mail out"]
    assert (found.state, words in found.detail) == (state, True)


def test_a_refused_smtp_log_in_is_told(team: Place, smtp_server: SmtpServer) -> None:
    team.environ["CRMBOT_SMTP_PASSWORD"] = "wrong"
    team.write(
        f'[mail.smtp]\nhost = "{smtp_server.host}"\nport = {smtp_server.port}\ntls = "none"\n'
        f'user = "{smtp_server.user}"\nsender = "crm@example.com"\n'
    )
    found = team.look()["mail out"]
    assert "refused the log-in: 535" in found.detail
    assert "CRMBOT_SMTP_PASSWORD" in found.todo


def test_mail_out_by_access_token_is_tried_and_its_refusal_told(
    team: Place, smtp_server: SmtpServer, smtp_tokens: TokenServer
) -> None:
    team.environ["CRMBOT_SMTP_OAUTH_CLIENT_SECRET"] = CREDENTIALS["client_secret"]
    team.write(
        f'[mail.smtp]\nhost = "{smtp_server.host}"\nport = {smtp_server.port}\ntls = "none"\n'
        f'user = "{smtp_server.user}"\nsender = "crm@example.com"\nauth = "xoauth2"\n'
        f'oauth_url = "{smtp_tokens.url}/token"\noauth_client_id = "{CREDENTIALS["client_id"]}"\n'
    )
    assert team.look()["mail out"].state == "ok"
    smtp_tokens.user = "somebody-else"
    found = team.look()["mail out"]
    assert "refused the access token of crm: 535" in found.detail
    assert "oauth_client_id below [mail.smtp], and CRMBOT_SMTP_OAUTH_*" in found.todo
