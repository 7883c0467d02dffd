"""The web pages: signed in by a link from chat, once; what one may see is what one may see in chat."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from factories import Crm
from httpx import Client
from playwright.sync_api import Page, expect
from servers.browser import open_page
from web_server import web_server

from crmbot.crm.policy import Policy
from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateProposal,
    CreateTask,
    Due,
    LogActivity,
    OpenWeb,
    SetUserRole,
    ShowActivity,
    ShowDeal,
)
from crmbot.domain.money import Money
from crmbot.errors import BadInput
from crmbot.reports.registry import REGISTRY
from crmbot.store import Store

HOSTILE = "<script>document.title='taken'</script>{{ 7 * 7 }}"
OWN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Site:
    crm: Crm
    base: str
    open: ExitStack

    def link(self, who: str = "jane") -> str:
        return str(self.crm.ask(OpenWeb(), as_=who).url)

    def client(self, who: str = "jane") -> Client:
        client = self.open.enter_context(Client(base_url=self.base, follow_redirects=True))
        assert client.post(self.link(who), headers=OWN).status_code == 200
        return client


@pytest.fixture
def site(sqlite_store: Store, clock: SettableClock) -> Iterator[Site]:
    crm = Crm(sqlite_store, clock)
    with web_server(crm.service) as base, ExitStack() as clients:
        crm.service.policy = Policy(secret_key=crm.policy.secret_key, base_url=base)
        crm.do(CreateCompany(f"Acme {HOSTILE}"))
        crm.do(CreateContact("Anna Lee", ("anna@acme.example",), company="O-1"))
        crm.do(CreateDeal("Acme renewal", Money(4_000_000, "USD"), contact="Anna Lee", company="O-1"))
        crm.do(CreateLead("Jo Doe", "jo@globex.example"))
        crm.do(LogActivity("call", "D-1", f"Said {HOSTILE}"))
        crm.do(CreateTask("Send the contract", Due(at=crm.clock() + timedelta(hours=1)), target="D-1"))
        crm.do(CreateProposal("D-1"))
        crm.clock.advance(timedelta(hours=3))
        yield Site(crm, base, clients)


def test_a_link_signs_in_once_and_looking_at_it_changes_nothing(site: Site) -> None:
    link = site.link()
    before = site.crm.dump()
    with Client(base_url=site.base) as client:
        for _ in range(2):
            assert "Hello Jane Roe" in client.get(link).text
        assert site.crm.dump() == before
        answer = client.post(link, headers=OWN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert client.get("/").status_code == 200
    with Client(base_url=site.base) as thief:
        assert thief.post(link, headers=OWN).status_code == 401
        assert thief.get("/").status_code == 401


def test_a_link_is_good_for_minutes_and_a_session_for_hours(site: Site) -> None:
    link, client = site.link(), site.client()
    site.crm.clock.advance(timedelta(minutes=16))
    assert client.post(link, headers=OWN).status_code == 401
    assert client.get("/").status_code == 200
    site.crm.clock.advance(timedelta(hours=12))
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("ticket", ["x", "a.b.c.1.d", "%C3%A9", "." * 50, "x" * 3000])
def test_any_other_link_signs_nobody_in(site: Site, ticket: str) -> None:
    with Client(base_url=site.base) as client:
        assert client.get(f"/sign-in/{ticket}").status_code == 401
        client.cookies.set("crmbot_session", ticket.replace("%C3%A9", "e"))
        assert client.get("/deals").status_code == 401


def test_a_link_for_the_page_is_no_session_nor_a_session_a_link(site: Site) -> None:
    link = site.link()
    with Client(base_url=site.base) as client:
        client.cookies.set("crmbot_session", link.rpartition("/")[2])
        assert client.get("/").status_code == 401


def test_who_left_sees_nothing_any_more(site: Site) -> None:
    client = site.client()
    site.crm.do(SetUserRole("jane", active=False), "ada")
    assert client.get("/deals/D-1").status_code == 401


def test_signing_out_forgets(site: Site) -> None:
    client = site.client()
    assert client.post("/sign-out", headers=OWN).status_code == 200
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ["Overdue", "Send the contract", "My pipeline", "$40,000"]),
        ("/board", ["New Lead", "Acme renewal", "1 open deal"]),
        ("/deals", ["Acme renewal", "D-1"]),
        ("/deals?words=nothing", ["Deals", "No open deals"]),
        ("/deals?stage=new_lead", ["Acme renewal", 'aria-current="true">New Lead']),
        ("/leads", ["Jo Doe"]),
        ("/contacts", ["Anna Lee"]),
        ("/companies", ["Acme"]),
        ("/proposals", ["P-1"]),
        ("/activities", ["Send the contract", " · Acme renewal · "]),
        ("/deals/D-1", ["Acme renewal", "Anna Lee", "What happened"]),
        ("/leads/L-1", ["jo@globex.example"]),
        ("/contacts/C-1", ["anna@acme.example", "Acme renewal"]),
        ("/companies/O-1", ["Anna Lee"]),
        ("/activities/A-2", ["Send the contract", "due"]),
        ("/proposals/P-1", ["$40,000", "Lines"]),
        ("/search?words=acme", ["Acme renewal"]),
        ("/search", ["Type words"]),
        ("/reports", ["Sales forecast"]),
    ],
)
def test_each_page_shows_what_it_is_for(site: Site, path: str, words: list[str]) -> None:
    answer = site.client().get(path)
    assert answer.status_code == 200
    assert [word for word in words if word not in answer.text] == []
    assert "<script>document" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("name", REGISTRY)
def test_each_report_has_a_page_and_its_figures(site: Site, name: str) -> None:
    client = site.client("max")
    assert client.get(f"/reports/{name}?period=90").status_code == 200
    assert client.get(f"/reports/{name}?format=csv").headers["content-type"].startswith("text/csv")


def test_what_is_not_there_is_told_in_a_sentence(site: Site) -> None:
    client = site.client()
    missing = client.get("/deals/D-99")
    assert (missing.status_code, "There is no deal D-99" in missing.text) == (404, True)
    assert client.get("/reports/nothing").status_code == 404
    assert client.get("/deals?page=0").status_code == 200
    assert client.get("/deals?page=999999999999").status_code == 200
    assert client.get("/reports/sales-pipeline?period=12").status_code == 422


def test_moving_and_ticking_off_go_through_the_door(site: Site) -> None:
    client = site.client()
    moved = client.post("/board/move", data={"deal": "D-1", "stage": "negotiation"}, headers=OWN)
    assert moved.json() == {"said": "Moved D-1 Acme renewal to Negotiation."}
    assert site.crm.ask(ShowDeal("D-1")).record.stage_key == "negotiation"
    client.post("/activities/A-2/done", headers=OWN)
    assert site.crm.ask(ShowActivity("A-2")).record.completed_at is not None
    assert "Send the contract" not in client.get("/").text


def test_somebody_elses_deal_is_not_moved(site: Site) -> None:
    answer = site.client("sam").post("/board/move", data={"deal": "D-1", "stage": "negotiation"}, headers=OWN)
    assert (answer.status_code, "belongs to Jane Roe" in answer.json()["said"]) == (409, True)
    assert site.crm.ask(ShowDeal("D-1")).record.stage_key == "new_lead"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_can_do_nothing(site: Site, headers: dict[str, str]) -> None:
    client = site.client()
    for path in ("/board/move", "/activities/A-2/done", "/sign-out"):
        assert client.post(path, data={"deal": "D-1", "stage": "negotiation"}, headers=headers).status_code == 403
    assert site.crm.ask(ShowDeal("D-1")).record.stage_key == "new_lead"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_signs_nobody_in(site: Site, headers: dict[str, str]) -> None:
    link = site.link("sam")
    with Client(base_url=site.base) as victim:
        assert victim.post(link, headers=headers).status_code == 403
        assert victim.get("/").status_code == 401
        assert victim.post(link, headers=OWN).status_code == 303


def test_the_pages_are_a_persons(site: Site) -> None:
    system = site.crm.service.system(site.crm.workspace_id)
    with pytest.raises(BadInput, match="a person's"):
        site.crm.service.perform(system, OpenWeb())


@pytest.fixture
def page() -> Iterator[Page]:
    with open_page() as page:
        yield page


@pytest.mark.browser
def test_in_a_browser_a_deal_is_dragged_to_another_stage(site: Site, page: Page) -> None:
    problems: list[Any] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(site.link())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.get_by_role("link", name="Board").click()
    page.get_by_role("article").drag_to(page.get_by_role("region", name="Qualified"))
    expect(page.get_by_role("status")).to_contain_text("Moved D-1 Acme renewal to Qualified.")
    expect(page.get_by_role("region", name="Qualified").get_by_role("article")).to_have_count(1)
    page.get_by_label("Move Acme renewal to").select_option("Negotiation")
    expect(page.get_by_role("status")).to_contain_text("Moved D-1 Acme renewal to Negotiation.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Qualified").get_by_role("article")).to_have_count(1)
    page.get_by_role("article").drag_to(page.get_by_role("region", name="Lost", exact=True))
    page.get_by_label("Reason").select_option("Price")
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Acme renewal").click()
    expect(page.get_by_role("heading", name="Acme renewal")).to_be_visible()
    assert problems == []
