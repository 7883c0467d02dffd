from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.smtp import SmtpServer

from crmbot.bootstrap import Crmbot, open_crmbot
from crmbot.bootstrap.background import sender
from crmbot.bootstrap.stores import prepare_store
from crmbot.config import load
from crmbot.config.settings import SmtpSettings
from crmbot.crm.requests import AddUser
from crmbot.models import Outbox
from crmbot.playground import StandIn

RECEIPT = {
    "email_id": "e" * 26,
    "subject": "Rollout <!channel>",
    "from": "Dana",
    "state": "logged",
    "reason": "contact_address",
    "why": "the address of a contact",
    "where": [["D-1", "Globex rollout"]],
    "activity": "A-1",
    "asks": [],
    "problem": False,
    "repeated": False,
    "entry_id": "j" * 26,
}
NUDGE = {
    "by": "Max <!here>",
    "by_id": "u" * 26,
    "about": "about 2 overdue activities",
    "items": [{"reference": "A-1", "title": "Call *Dana*", "facts": ["due Mon 2 Jun 2031"]}],
    "more": 1,
}
GIVEN = {"by": "Max", "said": "Max gave you a deal.", "items": NUDGE["items"], "more": 0}
PAYLOADS = {"notice.receipt": RECEIPT, "notice.nudge": NUDGE, "notice.given": GIVEN}
UNDELIVERED = {"what": "slack.post", "destination": "C1", "digest": "aging", "reason": "The channel is archived."}


def notice(bot: Crmbot, kind: str, slack_user_id: str | None) -> None:
    workspace = bot.service.workspaces()[0]
    actor = bot.service.system(workspace.id)
    bot.service.perform(actor, AddUser("jane@example.com", "Jane", slack_user_id=slack_user_id))
    user_id = bot.service.actor_of_user(workspace.id, "jane@example.com", "cli").user_id
    now = datetime(2031, 6, 2, 8, tzinfo=UTC)
    with bot.store.writing(workspace.id) as session:
        session.add(
            Outbox(
                workspace_id=workspace.id,
                id="m" * 26,
                kind=kind,
                destination=user_id,
                payload=PAYLOADS.get(kind, UNDELIVERED),
                created_at=now,
                not_before=now,
                attempts=0,
            )
        )


def opened(tmp_path: Path, **environ: str) -> Crmbot:
    path = tmp_path / "config.toml"
    path.write_text("", "utf-8")
    bot = open_crmbot(load(path, environ))
    prepare_store(bot)
    return bot


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("notice.receipt", "Globex rollout"),
        ("notice.undelivered", "could not be delivered to C1"),
        ("notice.nudge", "nudges you about 2 overdue activities"),
        ("notice.given", "Max gave you a deal."),
    ],
)
def test_notice_reaches_a_person_in_slack(tmp_path: Path, kind: str, words: str) -> None:
    with StandIn() as slack:
        slack.add_user("U1", "jane", "jane@example.com")
        bot = opened(tmp_path, SLACK_BOT_TOKEN=slack.bot_token, CRMBOT_SLACK__API_URL=slack.api_url)
        notice(bot, kind, "U1")
        assert sender(bot, paces={}).run_once() == 1
        assert words in slack.messages(slack.direct_channel("U1").id)[0].text
        assert slack.violations == []
        bot.close()


@pytest.mark.parametrize("kind", ["notice.receipt", "notice.undelivered", "notice.nudge", "notice.given"])
def test_notice_reaches_a_person_without_slack_by_mail(tmp_path: Path, smtp_server: SmtpServer, kind: str) -> None:
    bot = opened(tmp_path)
    smtp = SmtpSettings(
        host=smtp_server.host,
        port=smtp_server.port,
        tls="none",
        user=smtp_server.user,
        password=smtp_server.password,
        sender="crm@example.com",
    )
    bot = replace(bot, settings=replace(bot.settings, smtp=smtp))
    notice(bot, kind, None)
    assert sender(bot, paces={}).run_once() == 1
    assert len(smtp_server.received) == 1
    bot.close()


def test_notice_that_can_reach_nobody_is_kept_with_its_reason(tmp_path: Path) -> None:
    bot = opened(tmp_path)
    notice(bot, "notice.receipt", None)
    assert sender(bot, paces={}).run_once() == 0
    with bot.store.reading(bot.service.workspaces()[0].id) as session:
        row = session.get(Outbox, (bot.service.workspaces()[0].id, "m" * 26))
        assert row is not None
        assert (row.state, row.reason) == (
            "parked",
            "Neither Slack nor a mail server is there to reach jane@example.com.",
        )
    bot.close()
