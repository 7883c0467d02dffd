"""How often a token may call."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factories import Crm
from httpx import Client
from web_server import web_server

from crmbot.crm.requests import CreateToken
from crmbot.errors import TooMany
from crmbot.web.limits import RateLimit

REPORT = "/api/v1/crm/reports/pipeline"


class Seconds:
    """A clock of seconds that stands still."""

    def __init__(self) -> None:
        self.value = 0.0

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_a_minutes_calls_go_at_once_and_then_one_for_each_that_time_gives_back(seconds: Seconds) -> None:
    limit = RateLimit(60, seconds)
    for _ in range(60):
        limit.take("a")
    with pytest.raises(TooMany, match=r"60 times a minute\. Try again in 1 s\.") as refused:
        limit.take("a")
    assert refused.value.retry_after == 1
    limit.take("b")
    seconds.value = 1.0
    limit.take("a")
    with pytest.raises(TooMany):
        limit.take("a")


def test_after_a_pause_no_more_than_a_minutes_calls_are_there(seconds: Seconds) -> None:
    limit = RateLimit(2, seconds)
    limit.take("a")
    seconds.value = 86_400.0
    limit.take("a")
    limit.take("a")
    with pytest.raises(TooMany) as refused:
        limit.take("a")
    assert refused.value.retry_after == 30
    seconds.value += refused.value.retry_after
    limit.take("a")


def test_tokens_that_have_all_their_calls_again_take_no_room(seconds: Seconds) -> None:
    limit = RateLimit(60, seconds)
    for number in range(10_000):
        limit.take(str(number))
    seconds.value = 120.0
    limit.take("new")
    assert list(limit._filled) == ["new"]


@pytest.fixture
def client(crm: Crm) -> Iterator[Client]:
    with web_server(crm.service, requests_per_minute=2) as base, Client(base_url=base) as opened:
        yield opened


@pytest.fixture
def token(crm: Crm) -> Callable[[str], dict[str, str]]:
    def make(word: str) -> dict[str, str]:
        made: Any = crm.ask(CreateToken(user=f"{word}@ours.example"), as_="ada")
        return {"Authorization": f"Bearer {made.secret}"}

    return make


def test_too_many_calls_are_answered_429_and_others_go_on(
    client: Client, token: Callable[[str], dict[str, str]]
) -> None:
    mine, theirs = token("max"), token("max")
    assert [client.get(REPORT, headers=mine).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(REPORT, headers=mine)
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert refused.json()["errors"][0]["code"] == "too_many"
    assert refused.json()["message"].startswith("This token may call 2 times a minute.")
    assert client.get(REPORT, headers=theirs).status_code == 200


def test_a_token_that_is_none_is_told_so_however_often(client: Client) -> None:
    wrong = {"Authorization": "Bearer crm_wrong"}
    assert {client.get(REPORT, headers=wrong).status_code for _ in range(5)} == {401}
