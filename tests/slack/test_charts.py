"""Charts in messages: Slack's own, a picture where it has none, a table of text where neither goes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from digest_values import HOSTILE, aging, forecast, overdue
from reports.charts import samples

from crmbot.crm.answers import ReportAnswer
from crmbot.playground import ErrorCode, StandIn
from crmbot.playground.validation import message_verdict
from crmbot.reports.values import Report
from crmbot.slack.api import SlackApi
from crmbot.slack.blocks.charts import chart_blocks, unique
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.reports import report_message
from crmbot.slack.digests import render
from crmbot.slack.gateway import SlackGateway
from crmbot.slack.message import Message
from crmbot.slack.reader import Reader

K = 1_000_00
STAGES = samples.pipeline([("New Lead", "open", 12, 200 * K, 20 * K), ("Negotiation", "open", 7, 400 * K, 300 * K)])
REPORTS = [
    STAGES,
    samples.sales_pipeline([("proposal_sent", 3, 90 * K, 45 * K)], [(1, K), (1, K), (0, 0), (1, 88 * K)]),
    samples.conversion_funnel([(240, 0), (96, 0), (61, K), (34, K), (13, K)]),
    samples.lead_conversion((120, 87, 45, 18)),
    samples.customer_acquisition([("referral", 5, 500 * K), ("web form", 2, 90 * K)]),
    samples.sales_forecast([(f"2031-{month:02}", 3, 90 * K, 45 * K, 10 * K) for month in range(1, 13)]),
    samples.lost_reasons([("Too expensive", 4, 80 * K), ("unspecified", 1, K)]),
    samples.pipeline_changes(1_420 * K, {"created": (9, 310 * K), "lost": (2, -38 * K)}),
    samples.activity_summary([("Jane", 30, 4, 2), ("Ben", 12, 9, 8)]),
]


@dataclass
class Standing:
    """Remembers in a list."""

    known: bool | None = None
    noted: list[bool] = field(default_factory=list)

    def takes(self) -> bool | None:
        return self.known

    def note(self, *, taken: bool) -> None:
        self.noted.append(taken)


def gateway(slack: StandIn, standing: Standing | None = None) -> SlackGateway:
    api = SlackApi(slack.bot_token, slack.api_url, 2.0)
    return SlackGateway(lambda: api, standing)


def card(report: Report = STAGES) -> Message:
    answer = ReportAnswer("Report.", name=report.name, report=report)
    return fit(report_message(answer, Reader.nobody(report.meta.as_of)))


def kinds(message: Any) -> list[str]:
    return [block["type"] for block in message.blocks]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_has_a_chart_that_slack_takes_and_a_picture_of_it(report: Report) -> None:
    message = card(report)
    assert message_verdict(message.payload).reasons == []
    charts = [block for block in message.blocks if block["type"] == "data_visualization"]
    assert [block["block_id"] for block in charts] == [picture.block_id for picture in message.pictures]
    assert charts
    for picture in message.pictures:
        drawing = picture.draw()
        assert drawing.svg.startswith("<svg")
        assert drawing.alt.startswith(drawing.title)


@pytest.mark.parametrize("make", [overdue, aging, forecast])
def test_every_digest_has_a_chart(make: Callable[[], Any]) -> None:
    assert "data_visualization" in kinds(render(make()))


def test_a_chart_says_the_numbers_of_its_report() -> None:
    (block,), _ = chart_blocks(STAGES)
    assert block["title"] == "Pipeline by stage"
    assert block["chart"]["axis_config"] == {"categories": ["New Lead", "Negotiation"], "y_label": "USD"}
    full, weighted = block["chart"]["series"]
    assert [point["value"] for point in full["data"]] == [200_000, 400_000]
    assert [point["value"] for point in weighted["data"]] == [20_000, 300_000]


@pytest.mark.parametrize(
    ("report", "name", "label"),
    [
        (samples.lost_reasons([("Too expensive", 1, 80 * K)]), "Deals", None),
        (samples.conversion_funnel([(2, 0), (1, 0), (1, K), (1, K), (1, K)]), "Records", None),
        (samples.activity_summary([("Jane", 30, 4, 2), ("Ben", 12, 9, 8)]), "Completed", "activities"),
    ],
)
def test_counts_are_whole_and_named_once(report: Report, name: str, label: str | None) -> None:
    chart = chart_blocks(report)[0][0]["chart"]
    assert (chart["series"][0]["name"], chart["axis_config"].get("y_label")) == (name, label)
    assert {type(point["value"]) for one in chart["series"] for point in one["data"]} == {int}


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("name", ["Jane", HOSTILE, "🎉" * 300, "Maximiliane von und zu Hohenstein-Wittelsbach", ""])
def test_any_names_and_any_number_of_reps_make_a_chart(name: str, count: int) -> None:
    message = card(samples.activity_summary([(name, 3, 2, 1)] * count))
    assert message_verdict(message.payload).reasons == []
    assert "data_visualization" in kinds(message)


def test_without_figures_there_is_no_chart() -> None:
    message = card(samples.activity_summary([]))
    assert "data_visualization" not in kinds(message)
    assert message.pictures == ()


def test_labels_that_look_the_same_are_told_apart() -> None:
    assert unique(["Acme", "Acme", "", "Acme"]) == ["Acme", "Acme (2)", "–", "Acme (3)"]  # noqa: RUF001 - a dash
    long = unique(["Maximiliane von Hohenstein", "Maximiliane von Hohenlohe"])
    assert len(set(long)) == 2
    assert max(map(len, long)) <= 20


def test_slack_draws_the_chart_where_it_can(slack: StandIn) -> None:
    standing = Standing()
    gateway(slack, standing).post("C1", card())
    assert "data_visualization" in kinds(slack.messages("C1")[-1])
    assert (standing.noted, slack.calls_to("files.getUploadURLExternal")) == ([True], [])


def test_where_slack_has_no_charts_the_message_comes_with_a_picture(
    slack: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    slack.refused_blocks = {"data_visualization"}
    standing = Standing()
    gateway(slack, standing).post("C1", card())
    message = slack.messages("C1")[-1]
    (image,) = [block for block in message.blocks if block["type"] == "image"]
    assert image["alt_text"].startswith("Pipeline by stage.")
    assert (slack.files[image["slack_file"]["id"]].content or b"").startswith(b"\x89PNG")
    assert "table" in kinds(message)
    assert standing.noted == [False]
    assert "invalid_blocks" in caplog.text
    assert slack.violations == []


def test_a_slack_that_is_known_to_refuse_charts_is_not_asked_again(slack: StandIn) -> None:
    slack.refused_blocks = {"data_visualization"}
    standing = Standing(known=False)
    gateway(slack, standing).post("C1", card())
    assert len(slack.calls_to("chat.postMessage")) == 1
    assert "image" in kinds(slack.messages("C1")[-1])
    assert standing.noted == []


def test_a_picture_that_slack_has_not_looked_at_yet_is_shown_a_moment_later(slack: StandIn) -> None:
    slack.refused_blocks, slack.slow_files = {"data_visualization"}, 2
    gateway(slack).post("C1", card())
    assert "image" in kinds(slack.messages("C1")[-1])


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_without_the_right_to_upload_the_figures_come_as_text(slack: StandIn, method: str) -> None:
    slack.refused_blocks = {"data_visualization"}
    slack.script(method, [ErrorCode("missing_scope")])
    gateway(slack).post("C1", card())
    message = slack.messages("C1")[-1]
    assert not {"image", "data_visualization"} & set(kinds(message))
    assert re.search(r"Negotiation +400,000 +300,000", str(message.blocks))


def test_a_refusal_of_tables_is_not_taken_for_one_of_charts(slack: StandIn) -> None:
    slack.refused_blocks = {"table"}
    standing = Standing()
    gateway(slack, standing).post("C1", card())
    assert standing.noted == []
    assert "table" not in kinds(slack.messages("C1")[-1])


def test_a_picture_that_comes_back_from_slack_is_sent_as_slack_takes_it() -> None:
    echoed = {
        "type": "image",
        "block_id": "chart.stages",
        "alt_text": "Stages",
        "slack_file": {"id": "F1", "url": "https://files.slack.com/x.png"},
        "image_width": 800,
        "image_height": 400,
        "image_bytes": 9_000,
        "is_animated": False,
        "fallback": "x",
    }
    (block,) = fit(Message("x", (echoed,))).blocks
    assert block == {
        "type": "image",
        "block_id": "chart.stages",
        "alt_text": "Stages",
        "slack_file": {"id": "F1"},
    }
