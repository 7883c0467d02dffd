"""Several Slack workspaces on one store, served to a browser and to a stand-in for Slack."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from clocks import SettableClock
from sqlalchemy import select

from crmbot.bootstrap import Crmbot, policy_of
from crmbot.bootstrap.chat import dispatcher
from crmbot.bootstrap.installing import install_flow, installations
from crmbot.config import Settings
from crmbot.crm.actors import Actor
from crmbot.crm.answers import Listing, Table
from crmbot.crm.requests import ListDeals, ListUsers
from crmbot.models import Workspace
from crmbot.playground import StandIn
from crmbot.playground.ports import free_port
from crmbot.playground.records import Call
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store
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

    def consent(
        self, browser: Browser, page: str, team: str = ONE, user: str = "U1", *, decision: str = "allow"
    ) -> str:
        """Decide on Slack's page; return the address that it sends the browser back to."""
        status, _, shown = browser.get(page)
        assert (status, "asks for leave" in shown) == (200, True)
        fields = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        posted = fields | {"team_id": team, "team_name": f"Team {team[-1]}", "user": user, "decision": decision}
        return browser.post(page.partition("?")[0], **posted)[1]["location"]

    def install(self, team: str = ONE, user: str = "") -> tuple[int, str]:
        """Install in a team as one of its members, who is made when nobody is named; return what the page says."""
        if not user and team != ONE:
            self.slack.add_user(f"U{team}", "tim", f"tim@{team.lower()}.example", team_id=team)
        browser, page = self.begin()
        status, _, shown = browser.get(self.consent(browser, page, team, user or {ONE: "U1"}.get(team, f"U{team}")))
        return status, unescape(shown)

    def people(self, team: str = ONE) -> list[tuple[str, str]]:
        """Return everybody's address and role."""
        table = self.service.perform(self.system(team), ListUsers())
        assert isinstance(table, Table)
        return [(str(row[1]), str(row[2])) for row in table.rows]

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
