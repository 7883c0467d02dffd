import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import psycopg
import pytest
from clocks import SettableClock
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from servers.dovecot import Dovecot
from servers.programs import Program, require
from servers.smtp import DROP, SmtpServer
from sqlalchemy import create_engine, text

from crmbot.migrations import pending
from crmbot.store import Store

MAIL = b"From: a@example.org\r\nSubject: hello\r\n\r\nhi\r\n"


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(text(statement))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows


def make_table(url: str) -> None:
    run(url, "CREATE TABLE made (id integer)")


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_store(engine_url: str, turn: int) -> None:
    run(engine_url, "CREATE TABLE mine (id integer)", f"INSERT INTO mine VALUES ({turn})")
    assert run(engine_url, "SELECT id FROM mine") == [(turn,)]


def test_a_store_comes_with_its_tables(store: Store) -> None:
    assert pending(store) == ()


def test_row_level_security_binds_the_role_of_the_tests(postgres_url: str) -> None:
    assert run(postgres_url, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_template_is_migrated_once_and_its_copies_are_apart(
    postgres_template: Callable[[Callable[[str], None]], str],
) -> None:
    calls: list[str] = []

    def migrate(url: str) -> None:
        calls.append(url)
        make_table(url)

    first, second = postgres_template(migrate), postgres_template(migrate)
    run(first, "INSERT INTO made VALUES (1)")
    assert run(second, "SELECT count(*) FROM made") == [(0,)]
    assert len(calls) == 1


def test_a_database_with_open_connections_can_be_dropped(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_mail_saved_is_listed_and_expunged(dovecot: Dovecot) -> None:
    uids = [dovecot.save(MAIL), dovecot.save(MAIL), dovecot.save(MAIL, "Archive")]
    assert uids == [1, 2, 1]
    dovecot.expunge(1)
    assert dovecot.list_uids() == [2]


def test_accounts_have_passwords(dovecot: Dovecot) -> None:
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=10) as client, pytest.raises(LoginError):
        client.login(dovecot.user, "wrong")


def test_uid_validity_can_change(dovecot: Dovecot) -> None:
    dovecot.save(MAIL)
    dovecot.set_uid_validity("INBOX", 4711)
    with dovecot.client() as client:
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] == 4711


def test_tls_is_trusted_by_the_certificate(dovecot: Dovecot) -> None:
    context = ssl.create_default_context(cafile=str(dovecot.certificate))
    with IMAPClient(dovecot.host, dovecot.tls_port, ssl_context=context, timeout=10) as client:
        client.login(dovecot.user, dovecot.password)
        assert client.select_folder("INBOX")[b"EXISTS"] == 0


@pytest.mark.parametrize("fault", ["kick", "kill_children", "stop"])
def test_a_client_loses_its_connection_and_the_mail_stays(dovecot: Dovecot, fault: str) -> None:
    dovecot.save(MAIL)
    with dovecot.client("INBOX") as client:
        getattr(dovecot, fault)()
        with pytest.raises((IMAPClientError, OSError)):
            client.noop()
    dovecot.start()
    assert dovecot.list_uids() == [1]


def test_frozen_server_hangs_until_thawed(dovecot: Dovecot) -> None:
    dovecot.save(MAIL)
    dovecot.freeze()
    with pytest.raises(TimeoutError):
        IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=0.2)
    dovecot.thaw()
    assert dovecot.list_uids() == [1]


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "crm@example.org", "jane@example.org", "Grüße"
    message.set_content("hi")
    return message


def test_sent_mail_is_kept(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.login(smtp_server.user, smtp_server.password)
        client.send_message(letter())
    (mail,) = smtp_server.received
    assert (mail.sender, mail.recipients) == ("crm@example.org", ("jane@example.org",))
    assert mail.message["Subject"] == "Grüße"


@pytest.mark.parametrize(
    ("command", "reply", "error", "kept"),
    [
        ("RCPT", "550 5.1.1 nobody here", smtplib.SMTPRecipientsRefused, 0),
        ("DATA", "451 4.3.0 later", smtplib.SMTPDataError, 0),
        ("DATA", DROP, smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_replies_are_scripted_once(
    smtp_server: SmtpServer, command: str, reply: str, error: type[Exception], kept: int
) -> None:
    smtp_server.script(command, reply)
    with pytest.raises(error), smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.send_message(letter())
    assert len(smtp_server.received) == kept
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.send_message(letter())
    assert len(smtp_server.received) == kept + 1


def test_clock_moves_only_when_told(clock: SettableClock) -> None:
    start = clock()
    assert clock() == start
    clock.advance(timedelta(hours=1))
    assert clock() - start == timedelta(hours=1)


GHOST = Program("ghost", "ghost-server", ("no-such-program",))


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_program_skips_but_fails_under_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install ghost-server"):
        require(GHOST)
