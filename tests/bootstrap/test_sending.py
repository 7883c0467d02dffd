from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from servers.smtp import SmtpServer
from sqlalchemy import update

from crmbot.bootstrap import Crmbot, open_crmbot
from crmbot.bootstrap.background import sender
from crmbot.bootstrap.stores import prepare_store
from crmbot.config import load
from crmbot.config.settings import SmtpSettings
from crmbot.crm.requests import AddUser, CreateContact, CreateDeal, CreateProposal, SendProposal
from crmbot.domain.line_items import LineItem
from crmbot.domain.money import Money
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
OFFER = {
    "what": "accepted",
    "proposal": ["P-1", "Acme <!channel> renewal"],
    "deal": ["D-1", "Acme renewal"],
    "open": True,
    "total": "$5,600",
    "by": "Anna *Lee*",
    "reason": "",
}
PAYLOADS = {"notice.receipt": RECEIPT, "notice.nudge": NUDGE, "notice.given": GIVEN, "notice.offer": OFFER}
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
        ("notice.offer", "accepted P-1 Acme &lt;!channel&gt; renewal, $5,600."),
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


def with_mail_server(tmp_path: Path, server: SmtpServer) -> Crmbot:
    bot = opened(tmp_path)
    at = SmtpSettings(host=server.host, port=server.port, user=server.user, password=server.password)
    smtp = replace(at, tls="none", sender="crm@example.com")
    return replace(bot, settings=replace(bot.settings, smtp=smtp))


@pytest.mark.parametrize("kind", ["notice.undelivered", *PAYLOADS])
def test_notice_reaches_a_person_without_slack_by_mail(tmp_path: Path, smtp_server: SmtpServer, kind: str) -> None:
    bot = with_mail_server(tmp_path, smtp_server)
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


def test_a_proposal_leaves_as_a_mail_with_its_lines_and_link(tmp_path: Path, smtp_server: SmtpServer) -> None:
    bot = with_mail_server(tmp_path, smtp_server)
    bot.service.policy = replace(bot.service.policy, sends_mail=True)
    workspace_id = bot.service.workspaces()[0].id
    actor = bot.service.system(workspace_id)
    items = (LineItem("Seat <b>", Money(10_000, "USD"), Decimal(40), Decimal(10), Decimal(20)),)
    for request in (
        CreateContact("Anna Lee", ("anna@acme.example",)),
        CreateDeal("Acme renewal", contact="Anna Lee"),
        CreateProposal("D-1", items),
        SendProposal("P-1", "Hi Anna,\nhere it is."),
    ):
        done = bot.service.perform(actor, request)
    with bot.store.writing(workspace_id) as session:
        session.execute(
            update(Outbox)
            .where(Outbox.workspace_id == workspace_id)
            .values(not_before=datetime(2020, 1, 1, tzinfo=UTC))
        )
    assert sender(bot, paces={}).run_once() == 1
    (mail,) = smtp_server.received
    message = mail.message
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    link = getattr(getattr(done, "record", None), "link", "")
    assert message["To"] == "Anna Lee <anna@acme.example>"
    assert message["Auto-Submitted"] is None
    for words in ("Hi Anna,", "40 x Seat <b> at $100, less 10 %: $3,600", "Total: $4,320", link):
        assert words in text.get_content()
    assert "Seat &lt;b&gt;" in html.get_content()
    bot.close()
