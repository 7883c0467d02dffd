"""Who speaks in Slack: newcomers are welcome where the operator says so, but who has left stays out."""

import pytest
from slack_app import Bot

from crmbot.crm.actors import Actor
from crmbot.crm.requests import SetUserRole
from crmbot.domain.permissions import Role
from crmbot.errors import Unauthenticated
from crmbot.slack.api import SlackApi
from crmbot.slack.people import People


def who_speaks(bot: Bot, account: str) -> Actor:
    people = People(bot.service, SlackApi(bot.slack.bot_token, bot.slack.api_url, 2.0), new_role=Role.REP)
    return people.actor(bot.service.workspace(bot.workspace_id), bot.slack.team_id, account)


def test_newcomer_is_added_with_the_role_of_newcomers(bot: Bot) -> None:
    bot.slack.add_user("U9", "eve", "eve@example.com")
    assert (who_speaks(bot, "U9").email, who_speaks(bot, "U9").role) == ("eve@example.com", "rep")


@pytest.mark.parametrize("has_spoken", [True, False])
def test_who_lost_all_rights_does_not_get_them_back_by_speaking(bot: Bot, *, has_spoken: bool) -> None:
    if has_spoken:
        who_speaks(bot, "U2")
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ben@example.com", active=False))
    with pytest.raises(Unauthenticated, match="You have no rights in this CRM any more"):
        who_speaks(bot, "U2")
    assert bot.service.actor_of_slack(bot.workspace_id, "U2") is None
