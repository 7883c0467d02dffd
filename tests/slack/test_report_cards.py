"""A report's card: names and sentences as a colleague would write them, never keys of programs."""

import json
from dataclasses import replace
from datetime import date

import pytest
from reports.charts import samples

from crmbot.crm.answers import ReportAnswer
from crmbot.domain.money import Money
from crmbot.playground.validation import message_verdict
from crmbot.reports.lead_conversion import DayRow
from crmbot.reports.pipeline_changes import MovedDeal, Movement
from crmbot.reports.values import Report, Signal, Unconverted
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.reports import report_message
from crmbot.slack.message import Message
from crmbot.slack.reader import Reader

K = 1_000_00
STAGES = samples.sales_pipeline([("proposal_sent", 3, 90 * K, 45 * K)], [(1, K), (1, K), (0, 0), (1, 88 * K)])
ACTIVITIES = samples.activity_summary([("Jane", 30, 4, 2), ("Ben", 12, 9, 8)])
REPORTS = [
    STAGES,
    ACTIVITIES,
    samples.pipeline([("New Lead", "open", 12, 200 * K, 20 * K)]),
    samples.conversion_funnel([(240, 0), (96, 0), (61, K), (34, K), (13, K)]),
    samples.lead_conversion((120, 87, 45, 18)),
    samples.customer_acquisition([("referral", 5, 500 * K), ("web_form", 2, 90 * K)]),
    samples.sales_forecast([(f"2031-{month:02}", 3, 90 * K, 45 * K, 10 * K) for month in range(1, 13)]),
    samples.lost_reasons([("Too expensive", 4, 80 * K), ("unspecified", 1, K)]),
    samples.pipeline_changes(1_420 * K, {"created": (9, 310 * K), "lost": (2, -38 * K)}),
]


def card(report: Report) -> Message:
    answer = ReportAnswer("Report.", name=report.name, report=report)
    return fit(report_message(answer, Reader.nobody(report.meta.as_of)))


def heading(report: Report, user_id: str) -> str:
    answer = ReportAnswer("Report.", name=report.name, report=report)
    message = fit(report_message(answer, Reader.nobody(report.meta.as_of)._replace(user_id=user_id)))
    return str(message.blocks[0]["text"]["text"])


def said(report: Report) -> str:
    return json.dumps(card(report).blocks, ensure_ascii=False)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_no_report_shows_keys_or_dates_of_programs(report: Report) -> None:
    words = said(replace(report, stage_names={"proposal_sent": "Offer out"}))
    assert "2031-0" not in words
    for key in ("Key", "weighted_value", "period_days", "lost_reasons", "proposal_sent", "unspecified", "web_form"):
        assert f'"{key}' not in words, key


def test_a_stage_is_called_what_it_is_called_now() -> None:
    report = replace(STAGES, stage_names={"proposal_sent": "Offer out"})
    assert "Offer out" in said(report)
    assert "Proposal sent" not in said(report)


def test_a_warning_is_a_sentence_and_nothing_else() -> None:
    sentence = "Emma completed 19 of 27 activities (70.4%), less than 75%."
    report = samples.activity_summary([("Emma", 19, 4, 4)])
    warned = replace(report, data=replace(report.data, warnings=(Signal("low", sentence, "3", "Emma"),)))
    texts = [block["text"]["text"] for block in card(warned).blocks if block["type"] == "section" and "text" in block]
    assert f"⚠️ {sentence}" in texts


def test_a_deal_that_moved_has_its_number_and_days_as_people_say_them() -> None:
    report = samples.pipeline_changes(1_420 * K, {})
    worth = Money(K, "USD")
    days = (date(2031, 11, 28), date(2032, 1, 15))
    deal = MovedDeal("d", 30, "Harborpath", "u", "Tom", worth, worth, worth, *days)
    moved = replace(report, data=replace(report.data, pushed_out=Movement(1, Money(K, "USD"), (deal,))))
    assert "• D-30 Harborpath · Tom · $1,000 · close Fri 28 Nov → Thu 15 Jan 2032" in said(moved)


def test_the_days_of_a_trend_are_told_by_weeks_and_quiet_weeks_are_left_out() -> None:
    report = samples.lead_conversion((3, 1, 1, 1))
    days = tuple(DayRow(date(2031, 5, day), 1 if day in {12, 14} else 0, 0) for day in range(1, 32))
    words = said(replace(report, data=replace(report.data, trends=days)))
    assert "Week of" in words
    assert "Mon 12 May  2" in " ".join(words.split("   ")).replace("    ", "  ")
    assert "Mon 19 May" not in words


def test_a_card_says_whose_records_it_counts() -> None:
    report = ACTIVITIES
    assert "everybody's records" in said(report)
    one = replace(report, meta=replace(report.meta, owner_id="u"), owner_name="Tom Keller")
    assert "Tom Keller's records" in said(one)


def test_the_heading_tells_whose_records_are_counted_unless_they_are_everybodys() -> None:
    assert heading(ACTIVITIES, "u") == "Activity summary"
    one = replace(ACTIVITIES, meta=replace(ACTIVITIES.meta, owner_id="u"), owner_name="Tom Keller")
    assert heading(one, "u") == "Activity summary: your own records"
    assert heading(one, "v") == "Activity summary: Tom Keller's records"


def test_deals_without_a_rate_are_named_with_their_numbers() -> None:
    report = samples.pipeline([("Won", "won", 1, K, K)])
    left = (Unconverted("x", 7, "Alpine", Money(500_00, "CHF"), "CHF"),)
    words = said(replace(report, meta=replace(report.meta, unconverted=left)))
    assert "so not in the sums: D-7 Alpine (500 CHF)" in words
    headline = "Without 1 deal in CHF: an admin sets a rate with crmbot rate set CHF RATE."
    assert words.index(headline) < words.index("D-7 Alpine")


def test_a_report_without_anything_says_so() -> None:
    report = samples.pipeline([("Won", "won", 0, 0, 0)])
    message = card(report)
    assert "Nothing to report in this period." in said(report)
    assert message_verdict(message.payload).reasons == []


def test_a_period_reads_as_days() -> None:
    assert "Fri 2 May to Sat 31 May" in said(ACTIVITIES)
