"""`crmbot doctor` against a real store and a stand-in for Slack."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from clocks import SettableClock
from examined import Place
from factories import Crm
from servers.dovecot import Dovecot
from servers.smtp import SmtpServer

from crmbot.bootstrap.checks.finding import Finding
from crmbot.bootstrap.checkup import Check, check_up, run_checks
from crmbot.cli import main
from crmbot.cli.doctor import as_lines
from crmbot.config import Settings
from crmbot.crm.deliveries import keep_failed
from crmbot.crm.requests import AddDigest
from crmbot.domain.ids import new_id
from crmbot.models import Outbox
from crmbot.playground import Hang, ServerError, StandIn
from crmbot.playground.ports import free_port
from crmbot.slack.manifest import SCOPES
from crmbot.store import open_store


def states(found: dict[str, Finding]) -> set[str]:
    return {finding.state for finding in found.values()}


def test_all_is_well_where_everything_answers(
    team: Place, slack: StandIn, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    team.connect(slack)
    team.environ |= {"CRMBOT_IMAP_PASSWORD": dovecot.password, "CRMBOT_SMTP_PASSWORD": smtp_server.password}
    team.environ["CRMBOT_SECRET_KEY"] = "k" * 32
    dovecot.set_uid_validity("INBOX", 4711)
    team.write(
        f"""
[mail.intake]
host = "{dovecot.host}"
port = {dovecot.tls_port}
ca_file = "{dovecot.certificate}"
user = "{dovecot.user}"
address = "crm@example.com"
[mail.smtp]
host = "{smtp_server.host}"
port = {smtp_server.port}
tls = "none"
user = "{smtp_server.user}"
"""
    )
    found = team.look()
    assert [finding for finding in found.values() if finding.state != "ok"] == []
    assert found["config"].detail == f"{team.config}."
    assert "UIDVALIDITY 4711" in found["mailbox intake"].detail
    assert f"all {len(SCOPES)} scopes" in found["slack"].detail
    assert "“Ours” with 1 admin." in found["workspace"].detail
    assert smtp_server.received == []
    assert slack.violations == []


def test_a_broken_config_is_a_finding_with_every_mistake_in_it(place: Place) -> None:
    place.write('[slack]\nmode = "pigeon"\n[workspace]\ntimezone = "Mars/Base"\ncolour = "red"\n')
    found = place.look()
    assert found.pop("config").state == "failed"
    assert states(found) == {"skipped"}
    words = place.look()["config"].detail
    assert [word for word in ("slack.mode", "workspace.timezone", "workspace.colour") if word not in words] == []


def test_a_missing_store_is_told_and_not_made(place: Place, tmp_path: Path) -> None:
    found = place.look()
    assert found["store"].detail == f"There is no store at {tmp_path}/crmbot.db."
    assert found["store"].todo == "Make one: crmbot init"
    assert [found[name].state for name in ("migrations", "workspace", "outbox", "mail taken in")] == ["skipped"] * 4
    assert [file.name for file in tmp_path.iterdir()] == ["config.toml"]


def test_a_file_that_is_no_store_is_told(place: Place, tmp_path: Path) -> None:
    (tmp_path / "crmbot.db").write_text("my diary, all of it, day by day " * 99)
    found = place.look()["store"]
    assert found.state == "failed"
    assert "file is not a database" in found.detail


def test_a_database_server_that_is_down_is_told_without_its_password(place: Place) -> None:
    place.environ["CRMBOT_STORE_URL"] = f"postgresql+psycopg://crm:hush@127.0.0.1:{free_port()}/crm"
    found = place.look()
    assert found["store"].state == "failed"
    assert "hush" not in str(found)
    assert found["secret key"].state == "failed"
    assert "openssl rand" in found["secret key"].todo


@pytest.mark.parametrize(
    ("revision", "words", "todo"),
    [("0001", "missing: 0002", "crmbot db upgrade"), ("9999", "newer than this program (9999)", "crmbot restore")],
)
def test_tables_of_another_version_are_told(team: Place, crm: Crm, revision: str, words: str, todo: str) -> None:
    with crm.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
    found = team.look()
    assert found["migrations"].state == "failed"
    assert words in found["migrations"].detail
    assert todo in found["migrations"].todo
    assert found["workspace"].state == "skipped"


def test_a_store_without_an_active_admin_is_told(team: Place, crm: Crm) -> None:
    with crm.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE user_account SET active = false WHERE role = 'admin'")
    assert team.look()["workspace"].detail == "No active admin in “Ours”."


def test_a_store_without_a_workspace_is_told(place: Place, sqlite_url: str) -> None:
    place.environ["CRMBOT_STORE_URL"] = sqlite_url
    assert place.look()["workspace"] == Finding(
        "workspace", "failed", "The store has no workspace.", "Make one: crmbot init"
    )


def test_the_same_checks_hold_on_postgresql(place: Place, postgres_store_url: str, clock: SettableClock) -> None:
    store = open_store(postgres_store_url)
    crm = Crm(store, clock)
    store.close()
    place.environ |= {"CRMBOT_STORE_URL": postgres_store_url, "CRMBOT_SECRET_KEY": "k" * 32}
    found = place.look()
    assert "failed" not in states(found)
    assert crm.name in found["workspace"].detail
    assert "the database" in found["clock"].detail


@pytest.mark.parametrize(
    ("mode", "key", "state", "words"),
    [
        (0o600, "", "ok", "From /"),
        (0o644, "", "failed", "Others on this machine may read"),
        (None, "", "ok", "made at first need"),
        (None, "short", "failed", "only 5 characters"),
        (None, "k" * 32, "ok", "From CRMBOT_SECRET_KEY."),
    ],
)
def test_the_secret_key_is_looked_for(place: Place, mode: int | None, key: str, state: str, words: str) -> None:
    place.environ["CRMBOT_SECRET_KEY"] = key
    if mode is not None:
        file = place.config.parent / "crmbot.key"
        file.write_text("k" * 64)
        file.chmod(mode)
    found = place.look()["secret key"]
    assert (found.state, words in found.detail) == (state, True)


def test_a_token_that_slack_refuses_is_told(team: Place, slack: StandIn) -> None:
    team.connect(slack)
    slack.revoked |= {slack.bot_token, slack.app_token}
    found = team.look()
    assert "token_revoked" in found["slack"].detail
    assert "token_revoked" in found["slack events"].detail
    assert "connections:write" in found["slack events"].todo


def test_missing_scopes_are_named_with_what_they_are_for(team: Place, slack: StandIn) -> None:
    team.connect(slack)
    slack.scopes = set(SCOPES) - {"chat:write"}
    found = team.look()["slack"]
    assert found.state == "failed"
    assert f"lacks chat:write ({SCOPES['chat:write']})." in found.detail
    assert "crmbot manifest" in found.todo


@pytest.mark.parametrize(
    ("mode", "secret", "state", "words"),
    [
        ("socket", "", "failed", "SLACK_APP_TOKEN is not set"),
        ("http", "", "failed", "SLACK_SIGNING_SECRET is not set"),
        ("http", "s", "ok", "/slack/events"),
    ],
)
def test_events_need_a_way_in(team: Place, slack: StandIn, mode: str, secret: str, state: str, words: str) -> None:
    team.connect(slack)
    team.environ |= {"CRMBOT_SLACK__MODE": mode, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": secret}
    found = team.look()["slack events"]
    assert (found.state, words in found.detail) == (state, True)


def test_slack_that_fails_or_hangs_ends_the_check_in_time(team: Place, slack: StandIn) -> None:
    team.connect(slack)
    slack.script("auth.test", [ServerError(), ServerError()])
    slack.script("apps.connections.open", [Hang()])
    began = time.monotonic()
    found = team.look(longest=1.0)
    assert time.monotonic() - began < 6
    assert "http_500" in found["slack"].detail
    assert found["slack events"].state == "failed"
    assert found["store"].state == "ok"


@pytest.mark.parametrize(("apart", "state"), [(0, "ok"), (50, "ok"), (-90, "failed"), (3600, "failed")])
def test_a_clock_over_a_minute_apart_is_told(team: Place, slack: StandIn, apart: int, state: str) -> None:
    team.connect(slack)
    found = team.look(lambda: datetime.now(UTC) + timedelta(seconds=apart))["clock"]
    assert found.state == state
    assert ("behind" if apart < 0 else "Slack") in found.detail


def test_what_is_stuck_is_counted_by_its_reason(team: Place, crm: Crm) -> None:
    now = crm.clock()
    with crm.store.writing(crm.workspace_id) as session:
        for reason in ("The channel takes no messages.", "The channel takes no messages.", None):
            session.add(
                Outbox(
                    workspace_id=crm.workspace_id,
                    id=new_id(now),
                    kind="slack.post",
                    destination="C1",
                    payload={},
                    state="parked",
                    not_before=now,
                    created_at=now,
                    reason=reason,
                )
            )
        keep_failed(session, crm.workspace_id, "intake", b"?", "too many parts", now)
    found = team.look()
    assert found["outbox"].detail == (
        "3 parked. 2 slack.post: The channel takes no messages; 1 slack.post: no reason was noted."
    )
    assert found["mail taken in"].detail == "1 failed. 1 intake: too many parts."
    assert found["outbox"].state == found["mail taken in"].state == "failed"


def test_a_check_without_an_end_has_failed_and_the_others_are_told() -> None:
    def slow(_: object) -> Finding:
        time.sleep(3)
        raise AssertionError("nobody waits so long")

    def quick(_: object) -> Finding:
        return Finding("quick", "ok", "Fine.")

    began = time.monotonic()
    found = run_checks((Check("slow", slow), Check("quick", quick)), None, 0.2)  # type: ignore[arg-type]  # neither looks at it
    assert [finding.state for finding in found] == ["failed", "ok"]
    assert time.monotonic() - began < 2


def test_the_command_prints_what_to_do_and_ends_with_one(place: Place) -> None:
    result = CliRunner().invoke(main, ["--config", str(place.config), "doctor"])
    assert result.exit_code == 1
    assert "failed   store           There is no store at" in result.output
    assert "→ Make one: crmbot init" in result.output
    assert "\x1b[" not in result.output
    assert result.output.endswith("1 of 13 checks failed.\n")


def test_the_command_is_content_with_a_team_and_speaks_json(team: Place) -> None:
    environ = team.environ | {"CRMBOT_SECRET_KEY": "k" * 32}
    result = CliRunner().invoke(main, ["--config", str(team.config), "doctor", "--json"], env=environ)
    found = json.loads(result.output)
    assert (result.exit_code, {tuple(one) for one in found}) == (0, {("name", "state", "detail", "todo")})
    assert {one["state"] for one in found} == {"ok", "skipped"}


def test_a_config_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / "none.toml"), "doctor", "--json"])
    assert result.exit_code == 1
    assert "There is no config file" in json.loads(result.output)[0]["detail"]


def test_lines_are_aligned_and_coloured() -> None:
    found = (Finding("a", "ok", "Fine."), Finding("longer", "failed", "word " * 40, "Do " * 60))
    lines = list(as_lines(found, width=60))
    assert lines[0].startswith("\x1b[32m")
    assert {line.index("word") for line in lines[2:4]} == {17}
    assert all(len(line) <= 60 for line in lines[2:-2])


def test_every_check_of_the_settings_is_told_once() -> None:
    names = [finding.name for finding in check_up(Settings)]
    assert len(names) == len(set(names))


def test_a_digest_whose_channel_takes_no_messages_is_told(team: Place, crm: Crm, slack: StandIn) -> None:
    slack.add_channel("C1", "sales")
    slack.add_channel("C2", "secret", is_member=False)
    crm.do(AddDigest("weekly", "aging", channel="C1"), "max")
    team.connect(slack)
    assert team.look()["digests"].state == "ok"
    crm.do(AddDigest("hidden", "aging", channel="C2"), "max")
    crm.do(AddDigest("boss", "aging", to_email="boss@example.com"), "max")
    found = team.look()["digests"]
    assert found.state == "failed"
    assert "“hidden”: crmbot is not in #secret: /invite @crmbot there." in found.detail
    assert "“boss”: boss@example.com is to get it, and [mail.smtp] names no server." in found.detail
    assert "weekly" not in found.detail
