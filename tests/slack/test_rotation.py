"""Tokens that end: renewed in time, by one of all processes, encrypted at rest, and told when Slack refuses."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from clocks import SettableClock
from sqlalchemy import select

from crmbot.crm.policy import Policy
from crmbot.crm.setup import create_workspace
from crmbot.errors import SendFailed
from crmbot.models import Installation
from crmbot.playground import StandIn
from crmbot.service import CrmService
from crmbot.slack.installations import Installations
from crmbot.slack.rotation import Exchange, Grant
from crmbot.slack.sealing import Sealer
from crmbot.store import EVERY_WORKSPACE, Store

TEAM = "T0000CRM1"
HALF_A_DAY = 43_200


class Team:
    """One installation with a token that ends, as several processes see it."""

    def __init__(self, store: Store, clock: SettableClock, slack: StandIn) -> None:
        self.store, self.clock, self.slack = store, clock, slack
        slack.expires_in = HALF_A_DAY
        slack.codes["first"] = {"team": {"id": TEAM, "name": "Ours"}, "user": "U1"}
        self.waiting: list[Callable[[], object]] = []
        known = self.process()
        assert known.exchange is not None
        granted = known.exchange.renew(Grant("", "first"), clock())
        self.workspace_id = known.keep(TEAM, "Ours", granted, "B1").workspace_id

    def process(self) -> Installations:
        """Return what another process knows: nothing yet."""
        exchange = Exchange(self.slack.client_id, self.slack.client_secret, self.slack.api_url, 2.0)
        service = CrmService(self.store, self.clock, Policy())
        return Installations(
            service, lambda: Sealer((b"the key of the tests",)), self.slack.api_url, 2.0,
            exchange=exchange, later=self.waiting.append,
        )  # fmt: skip

    def token(self) -> str:
        return self.process().token_of_team(TEAM)

    def catch_up(self) -> int:
        """Do what was put off, and return how much there was."""
        waiting, self.waiting[:] = list(self.waiting), []
        for work in waiting:
            work()
        return len(waiting)

    @property
    def exchanges(self) -> int:
        return len(self.slack.calls_to("oauth.v2.access"))


@pytest.fixture
def team(store: Store, clock: SettableClock, slack: StandIn) -> Team:
    clock.set(datetime.now(UTC).replace(microsecond=0))
    with store.writing(EVERY_WORKSPACE) as session:
        create_workspace(session, name="Ours", now=clock())
    return Team(store, clock, slack)


def test_token_is_renewed_before_it_ends_while_the_one_at_hand_goes_on(team: Team) -> None:
    first = team.token()
    team.clock.advance(timedelta(hours=9))
    assert (team.token(), team.catch_up()) == (first, 0)
    team.clock.advance(timedelta(hours=1, minutes=1))
    assert (team.token(), team.token(), team.catch_up()) == (first, first, 1)
    second = team.token()
    assert second != first
    assert (team.exchanges, team.slack.tokens[second]["id"]) == (2, TEAM)
    team.slack.expired.add(first)
    assert team.process().api_of(team.workspace_id).examine("auth.test")[0]["ok"]


def test_token_that_ended_while_nobody_asked_is_renewed_at_once(team: Team) -> None:
    first = team.token()
    team.clock.advance(timedelta(days=3))
    assert team.token() != first
    assert team.catch_up() == 0


def test_one_of_several_processes_exchanges_it(team: Team) -> None:
    team.clock.advance(timedelta(hours=11))
    processes = [threading.Thread(target=team.token) for _ in range(6)]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
    assert team.catch_up() == 1
    assert team.exchanges == 2


def test_who_finds_it_ended_while_another_renews_it_waits(team: Team) -> None:
    team.clock.advance(timedelta(hours=11, minutes=59, seconds=50))
    team.token()
    team.clock.advance(timedelta(seconds=15))
    with pytest.raises(SendFailed) as failed:
        team.token()
    assert (failed.value.code, failed.value.retry_after, failed.value.permanent) == ("renewing", 2, False)
    team.catch_up()
    assert team.token()


def test_exchange_that_died_is_begun_again(team: Team) -> None:
    team.clock.advance(timedelta(hours=11))
    team.token()
    team.waiting.clear()
    team.clock.advance(timedelta(seconds=31))
    team.token()
    assert team.catch_up() == 1


def test_refused_renewal_is_told_once_the_token_ended_and_an_installation_helps(team: Team) -> None:
    first = team.token()
    team.slack.codes.clear()
    team.clock.advance(timedelta(hours=11))
    assert (team.token(), team.catch_up(), team.token()) == (first, 1, first)
    team.clock.advance(timedelta(hours=2))
    with pytest.raises(SendFailed, match="install crmbot there once more") as failed:
        team.token()
    assert not failed.value.permanent
    team.process().keep(TEAM, "Ours", Grant("xoxb-new"), "B1")
    assert team.token() == "xoxb-new"


def test_both_tokens_are_encrypted_at_rest(team: Team) -> None:
    token = team.token()
    with team.store.reading(team.workspace_id) as session:
        here = select(Installation).where(Installation.workspace_id == team.workspace_id)
        kept = json.dumps(session.scalars(here).one().sealed)
    refresh = next(code for code in team.slack.codes if code.startswith("xoxe"))
    assert token not in kept
    assert refresh not in kept


def test_token_without_an_end_stays(team: Team) -> None:
    team.process().keep(TEAM, "Ours", Grant("xoxb-forever"), "B1")
    team.clock.advance(timedelta(days=400))
    assert team.token() == "xoxb-forever"
    assert team.exchanges == 1
