"""The chart of a digest's mail: shown in its place, in words for those who see no pictures."""

from collections.abc import Callable
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from clocks import SettableClock
from digest_values import HOSTILE, aging, forecast, overdue

from crmbot.config.settings import SmtpSettings
from crmbot.mail.digests import render_digest
from crmbot.mail.outgoing import Inline, Letter, Outgoing


class Images(HTMLParser):
    """The pictures of an HTML page, by their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


@pytest.fixture
def outgoing(clock: SettableClock) -> Outgoing:
    """The way out, of which nothing is sent."""
    return Outgoing(SmtpSettings(host="localhost"), sender="crm@example.com", secret_key=b"key", clock=clock)


def compose(outgoing: Outgoing, payload: dict[str, Any]) -> EmailMessage:
    pictures = tuple(Inline(one["cid"], one["svg"]) for one in payload.get("pictures", ()))
    letter = Letter("boss@example.com", payload["subject"], payload["text"], payload["html"], pictures=pictures)
    return outgoing.compose(letter, "o1")


@pytest.mark.parametrize("make", [overdue, aging, forecast])
@pytest.mark.parametrize("name", ["Acme", HOSTILE, "<img src=x onerror=alert(1)>\"'"])
def test_every_digest_shows_its_chart_by_content_id_and_in_words(
    outgoing: Outgoing, make: Callable[[str], Any], name: str
) -> None:
    payload = render_digest("weekly", make(name), "")
    (image,) = Images(payload["html"]).found
    (picture,) = payload["pictures"]
    assert image["src"] == f"cid:{picture['cid']}"
    assert image["alt"]
    assert image["alt"] == picture["alt"]

    mail = compose(outgoing, payload)

    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    png = list(mail.walk())[-1]
    assert png["Content-ID"] == f"<{picture['cid']}>"
    assert png.get_content_disposition() == "inline"
    assert png.get_content().startswith(b"\x89PNG")


def test_a_digest_without_figures_has_no_picture(outgoing: Outgoing) -> None:
    payload = render_digest("weekly", overdue(owners=0), "")
    assert "pictures" not in payload
    assert Images(payload["html"]).found == []
    kinds = [part.get_content_type() for part in compose(outgoing, payload).walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_the_forecast_says_in_both_versions_how_it_came_true_and_what_is_late() -> None:
    payload = render_digest("weekly", forecast(), "")
    for version in (payload["text"], payload["html"]):
        words = " ".join(version.split())
        assert "30 days ago $90,000 was forecast until today; $81,000 was won in 3 deals: 90 % of it." in words
        assert "90 days ago nothing was forecast for the days until today; $300,000 was won in 9 deals." in words
        assert "13 days late" in words
        assert "was to close Thu 20 Feb 2031" in words
