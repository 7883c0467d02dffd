import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from digest_values import aging, common, forecast, overdue, usd

from crmbot.mail.digests import render_digest
from crmbot.mail.phrases import WIDTH
from crmbot.reports.digests.base import Digest
from crmbot.reports.pipeline import Pipeline, StageRow
from crmbot.reports.rendering.columns import text_width
from crmbot.reports.values import Meta, Report

HOSTILE = '</table><script>alert(1)</script>&<img src="http://evil.example/x"> {{ 7*7 }}\r\nBcc: a@evil.example'


def report(name: str = "Negotiation", stages: int = 2) -> Report:
    meta = {key: value for key, value in common().items() if key != "compared_to"}
    rows = tuple(StageRow("negotiation", name, "open", 4, usd(90_000), usd(70_000)) for _ in range(stages))
    return Report("pipeline", "Pipeline", Pipeline(rows), Meta(**meta, unconverted=()))


MAKERS: list[Callable[[str], Digest | Report]] = [overdue, aging, forecast, report]


class Tags(HTMLParser):
    """What a mail program would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data + " "


def told(payload: dict[str, Any]) -> tuple[str, str]:
    """Return the words of the text and of the HTML, on one line each."""
    return " ".join(payload["text"].split()), " ".join(Tags(payload["html"]).words.split())


@pytest.mark.parametrize("make", MAKERS)
def test_the_period_the_zone_the_currency_and_the_lateness_are_printed(make: Callable[[], Digest | Report]) -> None:
    for words in told(render_digest("weekly", make(), "late: was due Mon 08:00")):
        assert "Tue 4 Feb 2031 – Wed 5 Mar 2031" in words  # noqa: RUF001 - from to
        assert "as of 08:00 Europe/Berlin · all records · USD" in words
        assert "Late: was due Mon 08:00" in words
        assert "“weekly”" in words


@pytest.mark.parametrize(
    ("values", "subject", "sentences"),
    [
        (
            overdue(owners=1, items=2),
            "4 overdue activities, 1 more than a week ago (Wed 5 Mar 2031)",
            [
                "4 activities are overdue, 1 more than a week ago.",
                "12 % of the 80 activities of the last 30 days.",
                "due today · Wed 5 Mar 2031 08:00 · Call Jane D-17",
                "1 day late",
                "… and 2 more activities",
            ],
        ),
        (
            aging(deals=2),
            "2 open deals over 90 days old, 7 fewer than a week ago (Wed 5 Mar 2031)",
            [
                "40 open deals worth $1,400,000; 2 of them over 90 days old ($350,000), 7 fewer than a week ago.",
                "1 of these old deals ($40,000) has seen no activity for 14 days.",
                "Over 90 days, by owner: Acme renewal 4, Ben 6",
                "120 days old",
                "no recent activity, last touched today",
                "D-9 Acme renewal (€1)",
                "Without 1 deal in EUR: an admin sets a rate",
            ],
        ),
        (
            forecast(),
            "Forecast: most likely $600,000, -$40,000 since last week (Wed 5 Mar 2031)",
            [
                "Most likely $600,000, -$40,000 since last week; between $250,000 and $1,400,000.",
                "1 open deal ($5,000) is past the expected close.",
                "3 open deals ($100,000) have no expected close.",
                "Best case $1,400,000 $1,300,000 +$100,000",
                "Mar 2031 3 $77,000 $0",
                "Created: 3 deals, +$150,000",
                "$50,000 to another month · Acme renewal",
                "$1,300,000 → $1,400,000 open",
            ],
        ),
        (
            report(),
            "Pipeline, Tue 4 Feb 2031 – Wed 5 Mar 2031",  # noqa: RUF001 - from to
            ["Negotiation open 4 $90,000 $70,000"],
        ),
    ],
    ids=["overdue", "aging", "forecast", "report"],
)
def test_the_numbers_are_said_in_subject_text_and_html(
    values: Digest | Report, subject: str, sentences: list[str]
) -> None:
    payload = render_digest("weekly", values, "")
    assert payload["subject"] == subject
    for words in told(payload):
        assert [sentence for sentence in sentences if sentence not in words] == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (overdue(owners=0), "Nothing is overdue. A week ago 3 activities were. Well done."),
        (overdue(owners=1, items=-1), "1 activity is overdue, 2 fewer than a week ago."),
        (replace(forecast(), movements=(), deals=()), "Nothing moved since last week."),
        (report(stages=0), "Nothing to report in this period."),
    ],
)
def test_nothing_and_one_have_their_own_words(values: Digest | Report, sentence: str) -> None:
    assert all(sentence in words for words in told(render_digest("weekly", values, "")))


@pytest.mark.parametrize("make", MAKERS)
def test_hostile_names_are_words_and_nothing_else(make: Callable[[str], Digest | Report]) -> None:
    payload = render_digest(HOSTILE, make(HOSTILE), HOSTILE)
    seen = Tags(payload["html"])
    assert not {"script", "a", "link", "iframe", "form"} & set(seen.names)
    assert seen.names.count("img") == len(payload.get("pictures", ()))
    assert "{{ 7*7 }}" in seen.words
    assert "\nBcc:" not in payload["text"]
    assert "\n" not in payload["subject"]


@pytest.mark.parametrize("make", MAKERS)
def test_html_refers_to_nothing_outside(make: Callable[[], Digest | Report]) -> None:
    payload = render_digest("weekly", make(), "late")
    seen = Tags(payload["html"])
    assert not {"href", "background", "srcset"} & {name for name, _ in seen.attributes}
    # What the mail carries itself is all that it shows.
    carried = [f"cid:{picture['cid']}" for picture in payload.get("pictures", ())]
    assert [value for name, value in seen.attributes if name == "src"] == carried
    assert "url(" not in payload["html"]
    assert "@import" not in payload["html"]
    assert len(payload["html"]) < 100_000


@pytest.mark.parametrize("name", ["Acme", "a name of many words " * 9, "漢字" * 60, "x" * 5000, HOSTILE])
@pytest.mark.parametrize("make", MAKERS)
def test_text_stays_within_its_columns(make: Callable[[str], Digest | Report], name: str) -> None:
    lines = render_digest("weekly", make(name), "late")["text"].splitlines()
    assert [line for line in lines if text_width(line) > WIDTH] == []
    assert not re.search(r"\n{4}", "\n".join(lines))


def test_a_long_table_is_cut_and_says_so() -> None:
    for words in told(render_digest("weekly", report(stages=50), "")):
        assert "… and 30 more" in words


def test_a_value_that_is_no_digest_is_refused() -> None:
    with pytest.raises(TypeError, match="str is no digest"):
        render_digest("weekly", "numbers", "")  # type: ignore[arg-type]  # what a wrong caller would pass
