"""The customer's page of an offer: a look changes nothing, a name accepts it, no link but the right one opens it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

import pytest
from clocks import SettableClock
from factories import Crm
from httpx import Client
from playwright.sync_api import Page, expect
from servers.browser import open_page
from web_server import web_server

from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateContact, CreateDeal, CreateProposal, SendProposal, SetProposal, ShowProposal
from crmbot.domain.line_items import LineItem
from crmbot.domain.money import Money
from crmbot.store import Store

HOSTILE = "<script>document.title='taken'</script>{{ 7 * 7 }}"


@dataclass
class Offered:
    crm: Crm
    client: Client
    base: str
    offer: Any

    @property
    def path(self) -> str:
        return str(self.offer.link).removeprefix(self.base)

    @property
    def status(self) -> str:
        return str(self.crm.ask(ShowProposal("P-1")).record.status)

    def send(self, deed: str, **said: str) -> Any:
        return self.client.post(f"{self.path}/{deed}", data={"position": str(self.offer.position), **said})


@pytest.fixture
def offered(sqlite_store: Store, clock: SettableClock) -> Iterator[Offered]:
    crm = Crm(sqlite_store, clock)
    with web_server(crm.service) as base, Client(base_url=base) as client:
        crm.service.policy = Policy(secret_key=crm.policy.secret_key, base_url=base)
        crm.do(CreateContact("Anna Lee", ("anna@acme.example",), company=f"Acme {HOSTILE}"))
        crm.do(CreateDeal("Acme renewal", contact="Anna Lee"))
        items = (
            LineItem(f"Seat {HOSTILE}", Money(10_000, "USD"), Decimal(40), Decimal(10), Decimal(20)),
            LineItem("Setup", Money(200_000, "USD"), tax_percent=Decimal(20)),
        )
        crm.do(CreateProposal("D-1", items))
        yield Offered(crm, client, base, crm.made(SendProposal("P-1")))


def test_a_look_changes_nothing_and_is_kept_nowhere(offered: Offered) -> None:
    before = offered.crm.dump()
    answer = offered.client.get(offered.path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'nonce-" in answer.headers["content-security-policy"]
    # 40 x $100 less 10 % is $3,600; with the set-up of $2,000 it is $5,600, taxed 20 %.
    assert "$6,720" in answer.text
    assert "<script>document" not in answer.text
    assert offered.crm.dump() == before
    assert offered.client.head(offered.path).status_code == 200
    assert offered.crm.dump() == before


def test_a_name_accepts_it_once(offered: Offered) -> None:
    answer = offered.send("accept", name="Anna Lee")
    assert answer.status_code == 303
    page = offered.client.get(f"{offered.path}/{answer.headers['location']}")
    assert "Accepted by" in page.text
    again = offered.send("accept", name="Eve")
    assert again.status_code == 409
    assert "was accepted by Anna Lee" in again.text
    assert offered.crm.ask(ShowProposal("P-1")).record.accepted_by == "Anna Lee"


def test_without_a_name_it_is_asked_for_and_nothing_is_accepted(offered: Offered) -> None:
    answer = offered.send("accept", name="  ")
    assert (answer.status_code, offered.status) == (422, "sent")
    assert "type your name" in answer.text
    # The form of that answer leads where the first one did, and who reloads it finds the offer.
    action = re.search(r'action="([^"]*accept)"', answer.text)
    assert action is not None
    again = offered.client.post(urljoin(str(answer.url), action[1]), data={"position": "1", "name": "Anna"})
    assert (again.status_code, offered.status) == (303, "accepted")
    assert offered.client.get(str(answer.url), follow_redirects=True).status_code == 200


@pytest.mark.parametrize("position", ["", "0", "2", "-1", "1e3", "9" * 400, "\uff11"])
def test_a_version_that_was_not_shown_is_not_accepted(offered: Offered, position: str) -> None:
    assert offered.send("accept", name="Anna", position=position).status_code == 409
    assert offered.status == "sent"


def test_an_offer_being_changed_shows_nothing_of_the_change(offered: Offered) -> None:
    offered.crm.do(SetProposal("P-1", (LineItem("Secret plan", Money(1, "USD")),), title="Secret title"))
    page = offered.client.get(offered.path).text
    assert "being changed" in page
    assert "Secret" not in page


def test_declining_keeps_the_reason(offered: Offered) -> None:
    assert offered.send("decline", reason="Too late").status_code == 303
    assert offered.status == "declined"
    assert "Declined on" in offered.client.get(offered.path).text


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "%C3%A9" * 30, "%2E%2E", "x" * 5_000, "' or 1=1 --"])
def test_any_other_address_opens_nothing(offered: Offered, token: str) -> None:
    for answer in (offered.client.get(f"/p/{token}"), offered.client.post(f"/p/{token}/accept", data={"name": "Eve"})):
        assert answer.status_code == 404
        assert "Acme" not in answer.text


def test_a_body_that_is_no_form_is_told_so(offered: Offered) -> None:
    for body in (b"\xff\xfe", b"x" * 20_000, b"&".join([b"a=1"] * 50)):
        assert offered.client.post(f"{offered.path}/accept", content=body).status_code == 400
    assert offered.send("steal").status_code == 400
    assert offered.status == "sent"


@pytest.fixture
def page() -> Iterator[Page]:
    with open_page() as page:
        yield page


@pytest.mark.browser
def test_a_reader_is_noticed_accepts_and_sees_it(offered: Offered, page: Page) -> None:
    page.goto(offered.offer.link)
    with page.expect_request("**/seen"):
        expect(page.get_by_role("heading", name="Acme renewal")).to_be_visible()
    expect(page).to_have_title("Acme renewal")
    page.get_by_label("Your name").fill("Anna Lee")
    page.get_by_role("button", name="Accept for $6,720").click()
    expect(page.get_by_text("Accepted by Anna Lee on")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert offered.crm.ask(ShowProposal("P-1")).record.viewed_at is not None
