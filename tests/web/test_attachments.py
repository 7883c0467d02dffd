"""A mail's file through the API: a download for who may see mail, never something a browser shows."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from clocks import SettableClock
from factories import Crm
from httpx import Client
from mails import INTAKE, POLICY, Raw
from posts import Post, furnished
from web_server import web_server

from crmbot.crm.requests import CreateToken, FetchFile, ShowActivity
from crmbot.store import Store
from crmbot.web.api.attachments import disposition

PATH = "/api/v1/crm/attachments"
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def served(sqlite_store: Store, clock: SettableClock) -> Iterator[tuple[Post, Client, Callable[[str], dict[str, str]]]]:
    post = furnished(sqlite_store, clock)

    def token(word: str) -> dict[str, str]:
        made = post.crm.ask(CreateToken(user=f"{word}@ours.example"), as_="ada")
        return {"Authorization": f"Bearer {made.secret}"}

    with web_server(post.crm.service) as base, Client(base_url=base) as client:
        yield post, client, token


def with_file(name: str, content: bytes) -> bytes:
    head, _, body = bytes(Raw(delivered_to=INTAKE)).partition(b"\r\n\r\n")
    head = head.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="o"')
    part = f'Content-Type: text/html\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
    part += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(content)
    return head + b"\r\n\r\n--o\r\n\r\n" + body + b"\r\n--o\r\n" + part + b"\r\n--o--\r\n"


def taken(post: Post, name: str, content: bytes) -> str:
    post.take(with_file(name, content))
    (one,) = post.crm.ask(ShowActivity("A-1")).record.files
    return str(one.id)


def test_file_is_a_download_that_no_browser_runs(served: tuple[Post, Client, Callable[[str], dict[str, str]]]) -> None:
    post, client, token = served
    answer = client.get(f"{PATH}/{taken(post, 'page.html', PAGE)}", headers=token("vic"))
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"


def test_known_harmless_type_is_told(served: tuple[Post, Client, Callable[[str], dict[str, str]]]) -> None:
    post, client, token = served
    answer = client.get(f"{PATH}/{taken(post, 'page.html', b'%PDF-1.4')}", headers=token("jane"))
    assert answer.headers["content-type"] == "application/pdf"


def test_without_right_or_in_another_workspace_there_is_nothing(
    served: tuple[Post, Client, Callable[[str], dict[str, str]]],
) -> None:
    post, client, _ = served
    found = taken(post, "a.txt", b"a")
    assert client.get(f"{PATH}/{found}").status_code == 401
    theirs = Crm(post.crm.store, post.crm.clock, post.crm.policy, name="Theirs")
    made = theirs.ask(CreateToken(user="jane@ours.example"), as_="ada")
    foreign = {"Authorization": f"Bearer {made.secret}"}
    wrong, absent = (client.get(f"{PATH}/{word}", headers=foreign) for word in (found, "0" * 26))
    assert (wrong.status_code, absent.status_code) == (404, 404)
    assert wrong.json()["message"] == absent.json()["message"] == "There is no such attachment here."


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [
        ("Angebot für Acme.pdf", "Angebot fur Acme.pdf", "Angebot%20f%C3%BCr%20Acme.pdf"),
        ('a"\r\nSet-Cookie: x=1', "a Set-Cookie x=1", "a%20Set-Cookie%20x%3D1"),
        ("../../etc/passwd", "etc passwd", "etc%20passwd"),
        ("\u202efdp.exe", "fdp.exe", "fdp.exe"),
        ("見積.pdf", ".pdf", "%E8%A6%8B%E7%A9%8D.pdf"),
        ("", "attachment", "attachment"),
    ],
)
def test_name_is_safe_in_the_header(name: str, plain: str, encoded: str) -> None:
    assert disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


@pytest.fixture
def public(sqlite_store: Store, clock: SettableClock) -> Iterator[tuple[Post, Client]]:
    post = furnished(sqlite_store, clock, policy=replace(POLICY, base_url="https://crm.ours.example"))
    with web_server(post.crm.service) as base, Client(base_url=base) as client:
        yield post, client


def link(post: Post) -> str:
    url = post.crm.ask(FetchFile(taken(post, "page.html", PAGE))).url
    return str(url).removeprefix("https://crm.ours.example")


def test_link_is_a_download_that_no_browser_runs(public: tuple[Post, Client]) -> None:
    post, client = public
    answer = client.get(link(post))
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


def test_link_that_has_ended_says_what_to_do(public: tuple[Post, Client]) -> None:
    post, client = public
    path = link(post)
    post.crm.clock.advance(timedelta(minutes=11))
    answer = client.get(path)
    assert (answer.status_code, PAGE in answer.content) == (404, False)
    assert "Press the button in Slack again" in answer.text


@pytest.mark.parametrize("path", ["/files/x", "/files/a.b.c.d.e", "/files/" + "9" * 3_000, "/files/%00.%ff"])
def test_guesses_lead_nowhere(public: tuple[Post, Client], path: str) -> None:
    assert public[1].get(path).status_code == 404
