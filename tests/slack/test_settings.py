"""What admins change in Slack: stages, reasons, people; and handing work over with one choice."""

import json

import pytest
from slack_app import Bot, deals

from crmbot.crm.requests import CreateDeal, ListDeals, SetUserRole


@pytest.fixture(autouse=True)
def _admin(bot: Bot) -> None:
    system = bot.service.system(bot.workspace_id)
    bot.service.perform(system, SetUserRole("ada@example.com", "admin"))


def typed(bot: Bot, line: str, user: str = "U1") -> str:
    """Type a line after /crm and return the answer's blocks as text."""
    return json.dumps(bot.slack.command(bot.url, "/crm", line, user).payload, ensure_ascii=False)


def test_an_admin_adds_a_stage_and_deals_go_there_at_once(bot: Bot) -> None:
    bot.do(CreateDeal("Acme"))
    assert "Added the stage Demo, after Qualified." in typed(bot, 'settings stage add "Demo" 40% after qualified')
    assert "to Demo" in typed(bot, "deal move D-1 demo")


def test_a_rep_is_told_that_the_role_does_not_allow_it(bot: Bot) -> None:
    assert "As a rep you may not change the workspace's settings. Ask an admin." in typed(
        bot, "settings zone Europe/Paris", "U2"
    )


def test_a_question_mark_shows_what_would_change(bot: Bot) -> None:
    assert "Dry run, nothing was changed" in typed(bot, "settings zone Europe/Paris ?")
    assert bot.service.workspace(bot.workspace_id).timezone == "Europe/Berlin"


def test_who_leaves_hands_over_by_one_choice(bot: Bot) -> None:
    for title in ("Acme", "Globex"):
        bot.do(CreateDeal(title), "U2")
    answer = bot.slack.command(bot.url, "/crm", "user off ben@example.com", "U1")
    assert "Still theirs: 2 open deals." in json.dumps(answer.payload, ensure_ascii=False)
    assert answer.message is not None
    bot.slack.click(bot.url, answer.message, "offer.take", "U1", "Ada")
    listing = bot.service.perform(bot.actor("U1"), ListDeals(owner="me"))
    assert sorted(deals(bot)) == ["Acme", "Globex"]
    assert len(listing.records) == 2  # type: ignore[attr-defined]  # a list was asked for
