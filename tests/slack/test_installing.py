"""Several Slack workspaces: installed through a browser, each with its own token and records, stopped at once."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from clocks import SettableClock
from sqlalchemy import select

from crmbot.bootstrap import Crmbot, policy_of
from crmbot.bootstrap.background import digests, sender
from crmbot.bootstrap.chat import dispatcher
from crmbot.bootstrap.checks.finding import Subject
from crmbot.bootstrap.checks.slack import check_slack
from crmbot.bootstrap.installing import api_finder, install_flow, installations, revive_stopped
from crmbot.bootstrap.parts import say_what_is_missing
from crmbot.config import Settings
from crmbot.crm.actors import Actor
from crmbot.crm.answers import Listing, Table
from crmbot.crm.requests import AddDigest, CreateDeal, ListDeals, ListUsers, SendDigest, Undo
from crmbot.crm.setup import create_workspace
from crmbot.errors import Conflict, SendFailed
from crmbot.models import Base, Installation, JournalEntry, Outbox, Workspace
from crmbot.playground import StandIn
from crmbot.playground.ports import free_port
from crmbot.playground.records import Call
from crmbot.service import CrmService
from crmbot.slack.oauth import STATE_SECONDS
from crmbot.store import EVERY_WORKSPACE, Store, open_store
from crmbot.web.app import build_web
from crmbot.web.health import Health
from crmbot.web.oauth import install_routes
from crmbot.web.server import WebServer

KEY = "the key of the tests, long enough"
ONE, TWO = "T0000CRM1", "T0000CRM2"


@dataclass
class Browser:
    """Follows what a person clicks, and keeps the cookies of crmbot's own pages."""

    ours: str
    cookie: str = ""

    def get(self, address: str, *, cookie: str | None = None) -> tuple[int, dict[str, str], str]:
        return self._ask("GET", address, cookie=self.cookie if cookie is None else cookie)

    def post(self, address: str, **fields: str) -> tuple[int, dict[str, str], str]:
        return self._ask("POST", address, urlencode(fields))

    def _ask(self, method: str, address: str, body: str = "", cookie: str = "") -> tuple[int, dict[str, str], str]:
        parts = urlsplit(address)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        if cookie and address.startswith(self.ours):
            headers["Cookie"] = cookie
        with closing(HTTPConnection(parts.netloc, timeout=10)) as connection:
            connection.request(method, f"{parts.path}?{parts.query}", body, headers)
            answer = connection.getresponse()
            given = {name.lower(): value for name, value in answer.getheaders()}
            if "set-cookie" in given and "Max-Age=0" not in given["set-cookie"]:
                self.cookie = given["set-cookie"].partition(";")[0]
            return answer.status, given, answer.read().decode()


@dataclass
class Site:
    """A crmbot that any Slack workspace may install, with its web server, beside the stand-in."""

    slack: StandIn
    bot: Crmbot
    clock: SettableClock
    base_url: str
    file: Path

    @property
    def service(self) -> CrmService:
        return self.bot.service

    def begin(self) -> tuple[Browser, str]:
        """Begin an installation; return the browser and the address of Slack's page."""
        browser = Browser(self.base_url)
        status, headers, _ = browser.get(f"{self.base_url}/slack/install")
        assert status == 302
        return browser, headers["location"]

    def consent(self, browser: Browser, page: str, team: str = ONE, decision: str = "allow") -> str:
        """Decide on Slack's page; return the address that it sends the browser back to."""
        status, _, shown = browser.get(page)
        assert (status, "asks for leave" in shown) == (200, True)
        fields = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        posted = fields | {"team_id": team, "team_name": f"Team {team[-1]}", "user": "U1", "decision": decision}
        return browser.post(page.partition("?")[0], **posted)[1]["location"]

    def install(self, team: str = ONE) -> tuple[int, str]:
        browser, page = self.begin()
        status, _, shown = browser.get(self.consent(browser, page, team))
        return status, shown

    def say(self, text: str, team: str = ONE, user: str = "U1") -> str:
        """Type /deal in a team; return what the answer says."""
        self.slack.team_id = team
        try:
            answer = self.slack.command(f"{self.base_url}/slack/events", "/deal", text, user)
        finally:
            del self.slack.team_id
        return json.dumps(answer.payload, ensure_ascii=False)

    def tell(self, event: dict[str, object], team: str = ONE, *, seconds_ago: int = 0) -> None:
        """Send an event of a team."""
        at = int(self.clock().timestamp()) - seconds_ago
        answer = self.slack.event(f"{self.base_url}/slack/events", event, team_id=team, event_time=at)
        assert answer.status == 200

    def workspace(self, team: str = ONE) -> Workspace:
        return next(one for one in self.service.workspaces() if one.slack_team_id == team)

    def system(self, team: str = ONE) -> Actor:
        return self.service.system(self.workspace(team).id, "cli")

    def titles(self, team: str) -> list[str]:
        listing = self.service.perform(self.system(team), ListDeals())
        return [record.title for record in listing.records] if isinstance(listing, Listing) else []


@pytest.fixture
def site(slack: StandIn, clock: SettableClock, tmp_path: Path) -> Iterator[Site]:
    """A store with one workspace that no team has yet, as `crmbot init` leaves it."""
    clock.set(datetime.now(UTC).replace(microsecond=0))
    file = tmp_path / "crmbot.db"
    store = open_store(f"sqlite:///{file}")
    Base.metadata.create_all(store.engine)
    with store.writing(EVERY_WORKSPACE) as session:
        create_workspace(session, name="Ours", timezone="Europe/Berlin", currency="EUR", now=clock())
    with serving(store, slack, clock, file) as served:
        yield served
    store.close()


@contextmanager
def serving(store: Store, slack: StandIn, clock: SettableClock, file: Path, **secrets: str) -> Iterator[Site]:
    """Serve a store; `secrets` in place of the usual ones."""
    base, port = Settings(), free_port()
    given = {
        "slack_signing_secret": slack.signing_secret,
        "slack_client_id": slack.client_id,
        "slack_client_secret": slack.client_secret,
        "secret_key": KEY,
    }
    settings = replace(
        base,
        slack=replace(base.slack, mode="http", api_url=slack.api_url),
        web=replace(base.web, base_url=f"http://127.0.0.1:{port}"),
        secrets=replace(base.secrets, **(given | secrets)),
    )
    bot = Crmbot(settings, store, CrmService(store, clock, policy_of(settings)), clock)
    known = installations(bot)
    assert known is not None
    app = build_web(
        bot.service,
        slack=dispatcher(bot, known),
        health=lambda: Health({}),
        metrics=lambda: b"",
        also=install_routes(install_flow(bot, known), settings.web.base_url),
    )
    server = WebServer(app, f"127.0.0.1:{port}")
    server.start()
    try:
        yield Site(slack, bot, clock, settings.web.base_url, file)
    finally:
        server.stop(1)


# Installing


def test_an_installation_keeps_a_token_and_makes_whoever_did_it_the_admin(site: Site) -> None:
    status, shown = site.install()
    assert (status, "crmbot works in Team 1 now." in shown) == (200, True)
    assert site.workspace().name == "Ours"
    people = site.service.perform(site.system(), ListUsers())
    assert isinstance(people, Table)
    assert [(row[1], row[2]) for row in people.rows] == [("ada@example.com", "admin")]
    assert "Opened D-1 Acme" in site.say("new Acme $5k")


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


# Tokens at rest


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


# Taken back


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


def team_of(site: Site, call: Call) -> str:
    """Return the team whose token a call carried."""
    team: str = site.slack.tokens[call.headers["authorization"].partition(" ")[2]]["id"]
    return team


def rows(site: Site, kind: type[Any]) -> list[Any]:
    with site.bot.store.reading(EVERY_WORKSPACE) as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def installed_token(site: Site) -> str:
    answer = site.slack.calls_to("oauth.v2.access")[-1].answer
    assert answer is not None
    return str(answer["access_token"])


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
