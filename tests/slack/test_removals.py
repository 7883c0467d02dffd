"""An installation that is taken back stops everything at once, and a new one revives it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from slack_site import ONE, TWO, Site, rows

from crmbot.bootstrap.background import digests, sender
from crmbot.bootstrap.checks.finding import Subject
from crmbot.bootstrap.checks.slack import check_slack
from crmbot.bootstrap.installing import revive_stopped
from crmbot.bootstrap.parts import say_what_is_missing
from crmbot.crm.requests import AddDigest, Undo
from crmbot.errors import Conflict
from crmbot.models import Installation, JournalEntry, Outbox


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UB"]}}])
def test_a_removal_stops_everything_at_once(site: Site, event: dict[str, object]) -> None:
    site.install()
    site.say("new Acme $5k")
    place = site.slack.add_channel("C5", "team").id
    site.service.perform(site.system(), AddDigest("weekly", "aging", channel=place))
    site.clock.advance(timedelta(days=8))
    digests(site.bot).run_once()
    site.tell(event)
    assert "An admin can install it again." in site.say("new Globex $5k")
    assert site.titles(ONE) == ["Acme"]
    before = len(site.slack.calls)
    assert sender(site.bot, paces={}).run_once() == 0
    site.clock.advance(timedelta(days=7))
    assert digests(site.bot).run_once() == 0
    assert len(site.slack.calls) == before
    assert {row.state for row in rows(site, Outbox)} == {"parked"}
    assert rows(site, Installation)[0].sealed == {}
    entry = next(row for row in rows(site, JournalEntry) if row.request == "slack.removed")
    assert "are stopped" in entry.summary
    with pytest.raises(Conflict, match="Install crmbot in Slack again"):
        site.service.perform(site.system(), Undo(entry.id))


def test_a_new_installation_revives_what_was_there(site: Site) -> None:
    site.install()
    site.say("new Acme $5k")
    site.clock.advance(timedelta(minutes=1))
    site.tell({"type": "app_uninstalled"})
    site.clock.advance(timedelta(minutes=1))
    site.install()
    assert "Acme" in site.say("list")
    assert [row.request for row in rows(site, JournalEntry) if row.request.startswith("slack.")] == [
        "slack.installed",
        "slack.removed",
        "slack.installed",
    ]


def test_old_news_of_a_removal_and_a_persons_own_token_stop_nothing(site: Site) -> None:
    site.install()
    site.tell({"type": "app_uninstalled"}, seconds_ago=60)
    site.tell({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    assert "Opened D-1" in site.say("new Acme $5k")


def test_a_removal_of_one_team_leaves_the_other_alone(site: Site) -> None:
    site.slack.add_user("U9", "zoe", "zoe@two.example", team_id=TWO)
    site.install(ONE)
    site.install(TWO)
    site.tell({"type": "app_uninstalled"}, TWO)
    assert "Opened D-1" in site.say("new Acme $5k", ONE)
    assert "install it again" in site.say("new Acme $5k", TWO, "U9")


def test_a_team_that_never_installed_is_refused(site: Site) -> None:
    site.install(ONE)
    site.slack.add_user("U9", "zoe", "zoe@two.example", team_id=TWO)
    assert "is not set up in crmbot" in site.say("list", TWO, "U9")


def test_what_is_missing_for_installations_is_said(site: Site) -> None:
    settings = site.bot.settings
    without = replace(settings, secrets=replace(settings.secrets, slack_signing_secret=""))
    socket = replace(settings, slack=replace(settings.slack, mode="socket"))
    for changed, words in ((without, "SLACK_SIGNING_SECRET is missing"), (socket, 'need slack.mode = "http"')):
        said = say_what_is_missing(replace(site.bot, settings=changed), slack=False, worker=False)
        assert words in " ".join(said)


def test_the_doctor_tries_the_token_of_every_team(site: Site) -> None:
    subject = Subject(site.bot.settings, site.bot.store, site.bot.clock)
    assert f"they do it at {site.base_url}/slack/install" in check_slack(subject).detail
    site.install(ONE)
    site.install(TWO)
    assert check_slack(subject).detail == "Installed in Ours, Team 2."
    wrong = replace(site.bot.settings, secrets=replace(site.bot.settings.secrets, secret_key="another"))
    found = check_slack(replace(subject, settings=wrong))
    assert (found.state, "CRMBOT_SECRET_KEY is another one" in found.detail) == ("failed", True)


def test_the_token_of_the_settings_revives_its_workspace_at_a_start(site: Site) -> None:
    site.install()
    site.tell({"type": "app_uninstalled"})
    base = site.bot.settings
    for token, revived in (("xoxb-wrong", False), (site.slack.bot_token, True)):
        settings = replace(base, secrets=replace(base.secrets, slack_bot_token=token, slack_client_id=""))
        revive_stopped(replace(site.bot, settings=settings))
        assert (site.workspace().stopped_at is None) is revived
