"""When what a table tells of was: what was made and closed before counts then."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from factories import Crm
from tables import take

from crmbot.models import (
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    Stage,
)
from crmbot.reports import ReportRequest

CREATED = [
    ("2031-02-14T09:00:00+01:00", "2031-02-14T08:00:00+00:00"),
    ("2031-02-14 09:00", "2031-02-14T09:00:00+00:00"),
    ("14.02.2031", "2031-02-14T00:00:00+00:00"),
    ("02/14/2031 3:05 PM", "2031-02-14T00:00:00+00:00"),
]


@pytest.mark.parametrize(("said", "at"), CREATED)
def test_what_was_made_before_counts_then(crm: Crm, tmp_path: Path, said: str, at: str) -> None:
    assert take(crm, tmp_path / "leads.csv", f"Name,Status,Create Date\nJo,qualified,{said}\n").made == 1
    [lead] = crm.rows(Lead)
    assert lead.created_at.isoformat() == at
    entries = crm.rows(LeadStatusEntry, order=LeadStatusEntry.position)
    assert [(entry.status, entry.entered_at) for entry in entries] == [
        (status, lead.created_at) for status in ("new", "contacted", "qualified")
    ]


@pytest.mark.parametrize("said", ["2031-12-24", "soon", "0001-01-01", "03/04/2030"])
def test_what_is_no_day_of_the_past_is_refused(crm: Crm, tmp_path: Path, said: str) -> None:
    result = take(crm, tmp_path / "leads.csv", f"Name,Created\nJo,{said}\n")
    assert (result.made, result.refusals) == (0, 1)


def test_closed_deals_were_closed_on_their_day(crm: Crm, tmp_path: Path) -> None:
    crm.clock.set(datetime(2031, 3, 5, 9, 30, tzinfo=UTC))
    take(
        crm,
        tmp_path / "deals.csv",
        "Deal - Title,Deal - Stage,Deal - Status,Deal - Value,Deal - Expected close date,Deal - Deal created\n"
        "Both,Negotiation,Lost,10,2031-02-20,2031-01-10\n"
        "End only,,Won,10,2031-02-20,\n"
        "End to come,,Won,10,2031-12-20,2031-01-10\n"
        "Made after its end,,Won,10,2031-01-05,2031-01-10\n"
        "Open,Negotiation,Open,10,2031-02-20,2031-01-10\n",
    )
    deals = {deal.title: deal for deal in crm.rows(Deal)}
    assert {
        title: (deal.outcome, f"{deal.created_at:%m-%d}", f"{deal.closed_at:%m-%d}" if deal.closed_at else None)
        for title, deal in deals.items()
    } == {
        "Both": ("lost", "01-10", "02-20"),
        "End only": ("won", "02-20", "02-20"),
        "End to come": ("won", "01-10", "03-05"),
        "Made after its end": ("won", "01-10", "01-10"),
        "Open": ("open", "01-10", None),
    }
    lost = [row for row in crm.rows(DealVersion, order=DealVersion.valid_from) if row.deal_id == deals["Both"].id]
    stages = {stage.id: stage.key for stage in crm.rows(Stage)}
    assert [(row.outcome, row.probability) for row in lost] == [("open", 75), ("lost", 0)]
    assert stages[str(lost[1].from_stage_id)] == "negotiation"


def test_what_a_table_tells_of_last_month_is_in_last_months_reports(any_crm: Crm, tmp_path: Path) -> None:
    any_crm.clock.set(datetime(2031, 3, 5, 9, 30, tzinfo=UTC))
    take(
        any_crm,
        tmp_path / "deals.csv",
        "Deal name,Amount,Stage,Close Date,Lost Reason,Created\n"
        "Ofen,10,Lost,2031-02-28,Price,2031-02-01\nTür,20,Lost,2031-03-01,Price,2031-02-01\nHaus,40,,,,2031-02-28\n",
    )

    def asked(name: str, date_from: str, date_to: str) -> Any:
        request = ReportRequest(name, date_from=date_from, date_to=date_to)
        return any_crm.service.report(any_crm.actor("ada"), request).data

    # Lost in February: 10; in March: 20. Open at the end of February: 20 and 40; now: 40.
    assert [row.value.minor for row in asked("lost-reasons", "2031-02-01", "2031-02-28").by_reason] == [1_000]
    assert [row.value.minor for row in asked("lost-reasons", "2031-03-01", "2031-03-05").by_reason] == [2_000]
    assert asked("sales-pipeline", "2031-02-01", "2031-02-28").pipeline_value.minor == 6_000
    assert asked("sales-pipeline", "2031-03-01", "2031-03-05").pipeline_value.minor == 4_000
