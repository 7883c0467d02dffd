"""Several Slack workspaces: installed through a browser, each with its own token and records."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from clocks import SettableClock
from slack_site import KEY, ONE, TWO, Site, installed_token, rows, serving, team_of
from sqlalchemy import select

from crmbot.bootstrap.background import digests, sender
from crmbot.bootstrap.installing import api_finder
from crmbot.crm.requests import AddDigest, CreateDeal, SendDigest
from crmbot.errors import SendFailed
from crmbot.models import Installation
from crmbot.playground import StandIn
from crmbot.slack.oauth import STATE_SECONDS
from crmbot.store import EVERY_WORKSPACE


def test_an_installation_keeps_a_token_and_makes_whoever_did_it_the_admin(site: Site) -> None:
    status, shown = site.install()
    assert (status, "crmbot works in Team 1 now." in shown) == (200, True)
    assert site.workspace().name == "Ours"
    assert "It has the workspace “Ours”, which was here already." in shown
    assert site.people() == [("ada@example.com", "admin")]
    assert "Opened D-1 Acme" in site.say("new Acme $5k")


def test_the_page_of_consent_knows_who_may_press_its_button(site: Site) -> None:
    browser, page = site.begin()
    assert '<select name="user"><option value="U1">' in browser.get(page)[2]


def test_a_second_team_gets_a_workspace_of_its_own(site: Site) -> None:
    site.slack.add_user("U9", "zoe", "zoe@two.example", team_id=TWO)
    site.install(ONE)
    site.install(TWO)
    site.say("new Ours $5k", ONE)
    assert "D-1 Theirs" in site.say("new Theirs $5k", TWO, "U9")
    assert (site.titles(ONE), site.titles(TWO)) == (["Ours"], ["Theirs"])
    assert (site.workspace(TWO).name, site.workspace(TWO).currency) == ("Team 2", "USD")


def test_each_team_is_called_with_its_own_token_only(site: Site) -> None:
    site.slack.add_user("U9", "zoe", "zoe@two.example", team_id=TWO)
    for team in (ONE, TWO):
        site.install(team)
        site.service.perform(site.system(team), CreateDeal("Acme"))
        place = site.slack.add_channel(f"C{team}", "sales").id
        site.service.perform(site.system(team), AddDigest("weekly", "aging", channel=place))
        site.service.perform(site.system(team), SendDigest("weekly"))
    digests(site.bot).run_once()
    sender(site.bot, paces={}).run_once()
    posts = site.slack.calls_to("chat.postMessage")
    teams = {call.args["channel"]: team_of(site, call) for call in posts if call.args["channel"].startswith("CT")}
    assert teams == {f"C{ONE}": ONE, f"C{TWO}": TWO}
    site.say("list", TWO, "U9")
    assert site.slack.calls_to("users.info")[-1].args["user"] == "U9"


def test_a_state_serves_once(site: Site) -> None:
    browser, page = site.begin()
    back = site.consent(browser, page)
    assert browser.get(back)[0] == 200
    site.slack.authorize("another", ONE, "One", "U1")
    again = re.sub(r"code=\w+", "code=another", back)
    status, _, shown = browser.get(again)
    assert (status, "Please begin again." in shown) == (400, True)


def test_a_state_is_of_one_browser_and_of_ten_minutes(site: Site, clock: SettableClock) -> None:
    browser, page = site.begin()
    back = site.consent(browser, page)
    for cookie in ("", "crmbot_install=another"):
        assert browser.get(back, cookie=cookie)[0] == 400
    clock.advance(timedelta(seconds=STATE_SECONDS + 1))
    assert browser.get(back)[0] == 400
    assert site.slack.calls_to("oauth.v2.access") == []
    assert rows(site, Installation) == []


@pytest.mark.parametrize("state", ["", "x", "1", "1.x", "9" * 400, "²²².x", "9999999999."])
def test_a_state_that_is_none_is_refused(site: Site, state: str) -> None:
    browser, _ = site.begin()
    query = urlencode({"state": state, "code": "x"})
    assert browser.get(f"{site.base_url}/slack/oauth_redirect?{query}")[0] == 400


def test_somebody_who_cancels_is_told_that_nothing_changed(site: Site) -> None:
    browser, page = site.begin()
    status, headers, shown = browser.get(site.consent(browser, page, decision="deny"))
    assert (status, "The installation was cancelled in Slack. Nothing was changed." in shown) == (400, True)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_way_back_is_the_address_of_the_settings_whatever_the_browser_says(site: Site) -> None:
    with closing(HTTPConnection(urlsplit(site.base_url).netloc, timeout=10)) as connection:
        connection.request("GET", "/slack/install", headers={"Host": "evil.example"})
        answer = connection.getresponse()
        location, cookie = answer.headers["Location"], answer.headers["Set-Cookie"]
    asked = parse_qs(urlsplit(location).query)
    assert asked["redirect_uri"] == [f"{site.base_url}/slack/oauth_redirect"]
    assert {"commands", "chat:write"} <= set(asked["scope"][0].split(","))
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/slack", "Max-Age=600"))


def test_no_token_stands_in_the_store(site: Site) -> None:
    site.install()
    token = installed_token(site)
    with closing(sqlite3.connect(site.file)) as connection:
        everything = "\n".join(connection.iterdump())
    assert token.startswith("xoxb-")
    assert token not in everything


def test_a_wrong_key_fails_closed_and_says_so(site: Site, slack: StandIn, clock: SettableClock) -> None:
    site.install()
    with (
        serving(site.bot.store, slack, clock, site.file, secret_key="another key") as other,
        pytest.raises(SendFailed, match="CRMBOT_SECRET_KEY is another one than at its installation"),
    ):
        api_finder(other.bot)(other.workspace().id).examine("auth.test")
    assert slack.calls_to("auth.test") == []


def test_after_a_change_of_the_key_the_old_one_opens_and_the_new_one_seals(
    site: Site, slack: StandIn, clock: SettableClock
) -> None:
    site.install()
    with serving(site.bot.store, slack, clock, site.file, secret_key="new", old_secret_key=KEY) as changed:
        assert api_finder(changed.bot)(changed.workspace().id).examine("auth.test")[0]["ok"]
    with serving(site.bot.store, slack, clock, site.file, secret_key="new") as later:
        assert api_finder(later.bot)(later.workspace().id).examine("auth.test")[0]["ok"]


def test_a_sealed_token_serves_no_other_team(site: Site) -> None:
    site.install(ONE)
    site.install(TWO)
    with site.bot.store.writing(EVERY_WORKSPACE) as session:
        kept = {row.team_id: row for row in session.scalars(select(Installation))}
        kept[TWO].sealed = kept[ONE].sealed
    with pytest.raises(SendFailed, match="can't be decrypted"):
        api_finder(site.bot)(site.workspace(TWO).id).examine("auth.test")
