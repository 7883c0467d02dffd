import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from factories import Crm
from httpx import Client
from web_server import web_server

from crmbot.crm.answers import Outcome
from crmbot.crm.requests import CreateDeal, CreateToken, ListTokens, RevokeToken
from crmbot.domain.money import Money

REPORTS = "/api/v1/crm/reports"


@pytest.fixture
def client(crm: Crm) -> Iterator[Client]:
    with web_server(crm.service) as base, Client(base_url=base) as opened:
        yield opened


@pytest.fixture
def token(crm: Crm) -> Callable[[str], dict[str, str]]:
    def make(word: str, **facts: Any) -> dict[str, str]:
        made = crm.ask(CreateToken(user=f"{word}@ours.example", **facts), as_="ada")
        assert isinstance(made, Outcome)
        return {"Authorization": f"Bearer {made.secret}"}

    return make


def test_report_has_the_guides_envelope(crm: Crm, client: Client, token: Callable[[str], dict[str, str]]) -> None:
    crm.do(CreateDeal("Acme", Money(4_000_000, "USD"), stage="negotiation"))
    crm.clock.advance(timedelta(minutes=1))
    answer = client.get(f"{REPORTS}/sales-pipeline", headers=token("max"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    assert body["message"] == "Sales pipeline report generated successfully"
    assert body["data"]["pipeline_value"] == 40_000.00
    assert body["data"]["weighted_value"] == 30_000.00
    assert body["meta"]["workspace_id"] == crm.workspace_id


def test_csv_by_parameter_and_by_accept(client: Client, token: Callable[[str], dict[str, str]]) -> None:
    held = token("max")
    by_format = client.get(f"{REPORTS}/pipeline?format=csv", headers=held)
    by_accept = client.get(f"{REPORTS}/pipeline", headers={**held, "Accept": "text/csv"})
    assert by_format.headers["content-type"].startswith("text/csv")
    assert by_accept.text == by_format.text
    assert any("Negotiation" in row for row in csv.reader(io.StringIO(by_format.text)))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=31", "period"),
        ("date_from=2031-02-30", "date_from"),
        ("date_to=2031-01-31", "date_to"),
        ("date_from=2031-02-02&date_to=2031-02-01", "date_from"),
    ],
)
def test_wrong_parameter_is_refused_by_its_name(
    client: Client, token: Callable[[str], dict[str, str]], query: str, field: str
) -> None:
    answer = client.get(f"{REPORTS}/lead-conversion?{query}", headers=token("max"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["meta"]["request_id"]


def test_without_a_valid_token_nothing_is_told(
    crm: Crm, client: Client, token: Callable[[str], dict[str, str]]
) -> None:
    revoked = token("max")
    listed = crm.ask(ListTokens(), as_="ada")
    crm.ask(RevokeToken(listed.rows[0][0]), as_="ada")
    for headers in ({}, {"Authorization": "Bearer crm_wrong"}, {"Authorization": "Basic abc"}, revoked):
        answer = client.get(f"{REPORTS}/pipeline", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["success"] is False


def test_rep_asking_for_another_owner_is_refused(
    crm: Crm, client: Client, token: Callable[[str], dict[str, str]]
) -> None:
    answer = client.get(f"{REPORTS}/pipeline?owner={crm.user_id('sam')}", headers=token("jane"))
    assert answer.status_code == 403
    assert client.get(f"{REPORTS}/pipeline?owner=me", headers=token("jane")).status_code == 200


def test_unknown_report_and_unknown_address_are_404(client: Client, token: Callable[[str], dict[str, str]]) -> None:
    assert client.get(f"{REPORTS}/sales-pipelin", headers=token("max")).status_code == 404
    assert client.get("/api/v1/nothing").json()["success"] is False


def test_a_reports_chart_comes_as_a_picture(client: Client, token: Callable[[str], dict[str, str]]) -> None:
    held = token("max")
    png = client.get(f"{REPORTS}/pipeline?format=png", headers=held)
    assert (png.headers["content-type"], png.content[:4]) == ("image/png", b"\x89PNG")
    svg = client.get(f"{REPORTS}/sales-pipeline?format=svg&view=aging", headers=held)
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert "Age of open deals" in svg.text
    assert "sandbox" in svg.headers["content-security-policy"]


@pytest.mark.parametrize(("words", "field"), [("format=svg&view=funnel", "view"), ("format=pdf", "format")])
def test_a_chart_or_form_that_there_is_not_is_refused(
    client: Client, token: Callable[[str], dict[str, str]], words: str, field: str
) -> None:
    answer = client.get(f"{REPORTS}/sales-pipeline?{words}", headers=token("max"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
