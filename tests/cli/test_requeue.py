from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from crmbot.bootstrap import open_crmbot
from crmbot.cli import main
from crmbot.config import load
from crmbot.crm.deliveries import keep_failed
from crmbot.models import Outbox

NOW = datetime(2031, 6, 2, 8, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> str:
    CliRunner().invoke(main, ["init", "--dir", str(tmp_path)])
    return str(tmp_path / "config.toml")


def run(config: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--config", config, *words])
    return done.exit_code, done.output


def test_failed_mail_is_queued_to_be_read_again(config: str) -> None:
    assert run(config, "mail", "requeue") == (0, "No mail has failed.\n")
    bot = open_crmbot(load(Path(config), {}))
    workspace = bot.service.workspaces()[0]
    with bot.store.writing(workspace.id) as session:
        keep_failed(session, workspace.id, "pipe", b"raw", "broken", NOW)
    bot.close()
    assert run(config, "mail", "requeue") == (0, "1 mail waits to be read again.\n")


def test_parked_message_is_listed_with_its_reason_and_queued_again(config: str) -> None:
    assert "Every message was delivered" in run(config, "outbox", "list")[1]
    bot = open_crmbot(load(Path(config), {}))
    workspace = bot.service.workspaces()[0]
    with bot.store.writing(workspace.id) as session:
        session.add(
            Outbox(
                workspace_id=workspace.id,
                id="m" * 26,
                kind="slack.post",
                destination="C1",
                payload={},
                state="parked",
                reason="The channel is archived.",
                created_at=NOW,
                not_before=NOW,
                attempts=1,
            )
        )
    bot.close()
    assert "slack.post to C1: The channel is archived." in run(config, "outbox", "list")[1]
    assert run(config, "outbox", "requeue", "m" * 26)[0] == 0
    code, said = run(config, "outbox", "requeue", "m" * 26)
    assert code == 1
    assert "queued" in said
