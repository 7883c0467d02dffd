"""Blocks that a workspace lacks or cannot show yet are refused as Slack does; that is no fault of the app."""

import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from crmbot.playground import StandIn

CHART: dict[str, Any] = {
    "type": "data_visualization",
    "title": "Pipeline",
    "chart": {
        "type": "bar",
        "series": [{"name": "Value", "data": [{"label": "New", "value": 3}]}],
        "axis_config": {"categories": ["New"], "y_label": "USD"},
    },
}


def refused(client: WebClient, *blocks: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel="C1", text="a chart", blocks=list(blocks))
    return str(error.value.response["error"])


def upload(client: WebClient) -> dict[str, Any]:
    place = client.files_getUploadURLExternal(filename="chart.png", length=3)
    file = str(place["file_id"])
    with urllib.request.urlopen(str(place["upload_url"]), b"png", timeout=5):  # noqa: S310 - loopback
        pass
    client.files_completeUploadExternal(files=[{"id": file, "title": "A chart"}])
    return {"type": "image", "alt_text": "A chart", "slack_file": {"id": file}}


def test_a_workspace_without_charts_refuses_them_until_it_has_them(standin: StandIn, client: WebClient) -> None:
    standin.refused_blocks = {"data_visualization"}
    assert refused(client, CHART) == "invalid_blocks"
    assert standin.violations == []
    standin.refused_blocks = set()
    assert client.chat_postMessage(channel="C1", text="a chart", blocks=[CHART])["ok"]


def test_an_uploaded_picture_is_shown_once_slack_has_looked_at_it(standin: StandIn, client: WebClient) -> None:
    image = upload(client)
    standin.slow_files = 1
    assert refused(client, image) == "invalid_blocks"
    assert client.chat_postMessage(channel="C1", text="a chart", blocks=[image])["ok"]
    assert standin.violations == []


def test_a_picture_that_was_never_uploaded_is_a_fault_of_the_app(standin: StandIn, client: WebClient) -> None:
    image = {"type": "image", "alt_text": "A chart", "slack_file": {"id": "F404"}}
    assert refused(client, image) == "invalid_blocks"
    assert "invalid slack file F404" in standin.violations[0].reason


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x" * 51},
        {"chart": {"type": "pie", "segments": []}},
        {"chart": {"type": "pie", "segments": [{"label": "none", "value": 0}]}},
        {"chart": {"type": "pie", "segments": [{"label": f"{n}", "value": 1} for n in range(7)]}},
        {"chart": {**CHART["chart"], "series": [CHART["chart"]["series"][0]] * 2}},
        {"chart": {**CHART["chart"], "axis_config": {"categories": ["x" * 21]}}},
    ],
)
def test_what_is_beyond_a_charts_limits_is_refused_loudly(
    standin: StandIn, client: WebClient, change: dict[str, Any]
) -> None:
    assert refused(client, {**CHART, **change}) == "invalid_blocks"
    assert standin.violations


def test_a_third_chart_in_a_message_is_refused(standin: StandIn, client: WebClient) -> None:
    assert refused(client, CHART, CHART, CHART) == "invalid_blocks"
    assert standin.violations
