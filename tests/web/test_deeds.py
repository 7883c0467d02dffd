"""Records are worked on in the web pages as in chat: by the same door, with the way back, refused in a sentence."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from clocks import SettableClock
from factories import Crm
from httpx import Client
from web_server import web_server

from crmbot.crm.answers import DealView, Today
from crmbot.crm.policy import Policy
from crmbot.crm.requests import (
    CreateDeal,
    CreateLead,
    CreateTask,
    OpenWeb,
    SetDeal,
    SetUserRole,
    ShowActivity,
    ShowDeal,
    ShowLead,
)
from crmbot.domain.money import Money
from crmbot.store import Store
from crmbot.web.pages.drawing import draw_page

OWN = {"Sec-Fetch-Site": "same-origin"}


class Site:
    def __init__(self, crm: Crm, base: str, open_clients: ExitStack) -> None:
        self.crm, self.base, self.open = crm, base, open_clients

    def client(self, who: str = "jane") -> Client:
        client = self.open.enter_context(Client(base_url=self.base, follow_redirects=True, headers=OWN))
        assert client.post(str(self.crm.ask(OpenWeb(), as_=who).url)).status_code == 200
        return client

    def deal(self) -> DealView:
        record = self.crm.ask(ShowDeal("D-1")).record
        assert isinstance(record, DealView)
        return record

    def timeline(self, deal: str = "D-1") -> list[str]:
        return [f"{entry.what}: {entry.text}" for entry in self.crm.ask(ShowDeal(deal)).timeline]


@pytest.fixture
def site(sqlite_store: Store, clock: SettableClock) -> Iterator[Site]:
    crm = Crm(sqlite_store, clock)
    with web_server(crm.service) as base, ExitStack() as clients:
        crm.service.policy = Policy(secret_key=crm.policy.secret_key, base_url=base)
        crm.do(CreateDeal("Acme renewal", Money(4_000_000, "USD")))
        crm.do(CreateLead("Jo Doe", "jo@globex.example", source="trade_fair"))
        crm.do(CreateTask("Send the contract", target="D-1"))
        yield Site(crm, base, clients)


def _entry(page: str) -> str:
    found = re.search(r'name="entry" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("form", "stage", "told"),
    [
        ({"do": "move", "stage": "negotiation"}, "negotiation", "to negotiation"),
        ({"do": "won"}, "won", "won"),
        ({"do": "lost", "reason": "Price"}, "lost", "price"),
        ({"do": "words", "kind": "line", "text": "won"}, "won", "won"),
    ],
)
def test_a_deal_moves_on_and_back(site: Site, form: dict[str, str], stage: str, told: str) -> None:
    client = site.client()
    done = client.post("/deals/D-1", data=form)
    assert (done.status_code, done.url.path, told in done.text.casefold()) == (200, "/deals/D-1", True)
    assert site.deal().outcome == ("open" if stage == "negotiation" else stage)
    undone = client.post("/undo", data={"entry": _entry(done.text), "back": "/deals/D-1"})
    assert (undone.url.path, site.deal().stage_key) == ("/deals/D-1", "new_lead")
    assert 'role="status"' not in client.get("/deals/D-1").text, "a notice is told once"


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("note", "They like it <b>", "note: They like it <b>"),
        ("call", "Talked prices", "call: Call: Talked prices"),
        ("task", "Call back tomorrow 3pm", "task: Task: Call back"),
        ("line", "meeting 30m Showed them the roof", "meeting: Meeting: Showed them the roof"),
    ],
)
def test_words_are_kept_with_the_record_as_in_chat(site: Site, kind: str, text: str, line: str) -> None:
    answer = site.client().post("/deals/D-1", data={"do": "words", "kind": kind, "text": text})
    assert (answer.status_code, "<b>They" in answer.text) == (200, False)
    assert [told for told in site.timeline() if line in told], site.timeline()


def test_facts_of_a_deal_are_changed_and_emptied(site: Site) -> None:
    client = site.client()
    form = {"do": "set", "title": 'The "big" one', "value": "40000 USD", "close": "2026-12-04"}
    client.post("/deals/D-1", data={**form, "value": "€45k"})
    deal = site.deal()
    assert (deal.title, deal.value, str(deal.expected_close)) == (form["title"], Money(4_500_000, "EUR"), "2026-12-04")
    shown = client.get("/deals/D-1").text
    assert 'value="45000 EUR"' in shown
    assert 'value="2026-12-04"' in shown
    assert client.post("/deals/D-1", data={**form, "value": "45000 EUR", "close": ""}).status_code == 200
    assert (site.deal().value, site.deal().expected_close) == (Money(4_500_000, "EUR"), None)


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"do": "words", "kind": "task", "text": "Call on 31/31/2026"}, "Call on 31/31/2026"),
        ({"do": "words", "kind": "line", "text": "stage nowhere"}, "stage nowhere"),
        ({"do": "words", "kind": "line", "text": "token new x"}, "token new x"),
        ({"do": "words", "kind": "line", "text": "deal list"}, "deal list"),
        ({"do": "set", "title": "New name", "value": "a lot", "close": ""}, "a lot"),
        ({"do": "set", "title": "", "value": "", "close": ""}, "Change the name"),
        ({"do": "lost"}, "lost"),
        ({"do": "anything"}, "Load the page again"),
    ],
)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(site: Site, form: dict[str, str], kept: str) -> None:
    client, before = site.client(), site.timeline()
    answer = client.post("/deals/D-1", data=form)
    assert (answer.status_code, 'role="alert"' in answer.text, kept in answer.text) == (422, True, True)
    assert site.deal().stage_key == "new_lead"
    assert site.timeline() == before


def test_the_same_form_sent_twice_is_done_once(site: Site) -> None:
    client = site.client()
    form = {"do": "words", "kind": "note", "text": "Once", "once": "abcdefgh1234"}
    for _ in range(2):
        assert client.post("/deals/D-1", data=form).status_code == 200
    assert len([line for line in site.timeline() if "Once" in line]) == 1


def test_only_who_may_sees_the_forms_and_nobody_else_gets_further(site: Site) -> None:
    site.crm.do(SetUserRole("max", role="viewer"), "ada")
    looker = site.client("max")
    assert 'name="do"' not in looker.get("/deals/D-1").text
    assert looker.post("/deals/D-1", data={"do": "won"}).status_code == 403
    other = site.client("sam")
    page = other.get("/deals/D-1").text
    assert ('value="words"' in page, 'value="won"' in page) == (True, False)
    assert "belongs to Jane Roe" in other.post("/deals/D-1", data={"do": "won"}).text
    assert 'draggable="true"' not in other.get("/board").text
    assert 'draggable="true"' in site.client().get("/board").text
    assert site.deal().outcome == "open"


def test_leads_and_tasks_go_on_in_the_pages_too(site: Site) -> None:
    client = site.client()
    assert "Trade fair" in client.get("/leads/L-1").text
    client.post("/leads/L-1", data={"do": "status", "status": "contacted"})
    assert site.crm.ask(ShowLead("L-1")).record.status == "contacted"
    client.post("/leads/L-1", data={"do": "convert"})
    assert site.crm.ask(ShowLead("L-1")).record.status == "converted"
    client.post("/activities/A-1", data={"do": "done"})
    assert site.crm.ask(ShowActivity("A-1")).record.completed_at is not None


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "/deals/D-1?x"])
def test_undoing_leads_to_no_other_site(site: Site, back: str) -> None:
    client = site.client()
    answer = client.post("/undo", data={"entry": "x", "back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["x", "W10.1.x", "." * 30, "x" * 3000])
def test_a_notice_that_was_not_written_here_is_not_told(site: Site, cookie: str) -> None:
    client = site.client()
    client.cookies.set("crmbot_notice", cookie)
    answer = client.get("/")
    assert (answer.status_code, 'role="status"' in answer.text) == (200, False)


def test_lists_are_narrowed_by_links(site: Site) -> None:
    client = site.client()
    site.crm.do(CreateDeal("Globex roof", Money(100, "USD")), "sam")
    client.post("/deals/D-1", data={"do": "won"})
    shown = {query: client.get(f"/deals{query}").text for query in ("", "?outcome=won", "?owner=me", "?state=stale")}
    assert ["Acme renewal" in page for page in shown.values()] == [False, True, False, False]
    assert ["Globex roof" in page for page in shown.values()] == [True, False, False, False]
    assert 'href="/deals?outcome=won" class="picked"' in shown["?outcome=won"]
    assert 'href="/deals" class="picked" aria-current="page">Deals' in shown[""]
    assert client.get("/leads?status=contacted").status_code == 200
    assert "Send the contract" in client.get("/tasks").text


def test_an_unknown_address_is_a_page_for_people_and_data_for_programs(site: Site) -> None:
    client = site.client()
    page = client.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (404, "text/html")
    assert "There is nothing here" in page.text
    assert client.get("/nowhere").json()["success"] is False
    assert client.get("/api/v1/nowhere", headers={"Accept": "text/html"}).json()["success"] is False


def test_the_board_marks_a_close_that_is_over(site: Site) -> None:
    assert "close overdue" not in site.client().get("/board").text
    site.crm.do(SetDeal("D-1", expected_close=site.crm.clock().date() - timedelta(days=1)))
    assert "close overdue" in site.client().get("/board").text


def test_reports_of_a_browser_say_figures_as_people_write_them(site: Site) -> None:
    page = site.client("max").get("/reports/pipeline-changes?period=30").text
    assert "$40,000" in page
    assert re.search(r"40,000\.00|: count|>\d{4}-\d\d-\d\d<", page) is None


@pytest.mark.parametrize(("waiting", "told"), [(0, ""), (1, "1 mail waits"), (3, "3 mails wait")])
def test_the_day_tells_of_mail_that_waits(crm: Crm, waiting: int, told: str) -> None:
    today = Today("Nothing is due.", overdue=(), due_today=(), stale=(), triage=waiting)
    page = bytes(draw_page("today.html", crm.actor(), today=today, short=str).body).decode()
    assert told in page
    assert ("/crm triage" in page) is bool(waiting)
