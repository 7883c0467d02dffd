"""A past window gives the same answer whenever it is asked: before and after everything that can be changed later."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from factories import Crm

from crmbot.crm.archive import archive_lines, import_archive
from crmbot.crm.requests import (
    AssignDeal,
    AssignLead,
    ConvertLead,
    CreateLead,
    LoseDeal,
    MergeCompanies,
    Request,
    SetDeal,
    SetLead,
    Undo,
    WinDeal,
)
from crmbot.domain.money import Money
from crmbot.reports import REGISTRY, ReportRequest
from crmbot.reports.rendering.envelope import as_envelope

# The scene plays on 5 March 2031; what is asked is that day, what is changed is changed a week later.
_DAY = date(2031, 3, 5)
_USD = Money(40_000_00, "USD")


@pytest.fixture
def scene(any_crm: Crm) -> Crm:
    """Two converted leads of Jane's, each with its company, contact, deal and customer; a week has passed since."""
    any_crm.do(CreateLead("Ann Lee", email="ann@acme.example", company="Acme", source="referral"))
    any_crm.do(ConvertLead("L-1", title="Acme renewal", value=_USD))
    any_crm.do(CreateLead("Bob Ray", email="bob@globex.example", company="Globex", source="web form"))
    any_crm.do(ConvertLead("L-2", title="Globex rollout", value=_USD))
    any_crm.clock.advance(timedelta(days=7))
    return any_crm


def _told(crm: Crm) -> dict[str, Any]:
    """Return all reports about the day, of everybody and of the two reps, without the instants of asking."""
    found = {}
    for who, owner in (("max", None), ("max", crm.user_id("jane")), ("max", crm.user_id("sam"))):
        for name in REGISTRY:
            asked = ReportRequest(name, date_from=_DAY, date_to=_DAY, owner=owner)
            found[f"{name} {owner}"] = as_envelope(crm.service.report(crm.actor(who), asked))
    return found


_EDITS: dict[str, tuple[Request, ...]] = {
    "a lead's owner": (AssignLead("L-1", "sam@ours.example"),),
    "a lead's owner twice": (AssignLead("L-1", "sam@ours.example"), AssignLead("L-1", "max@ours.example")),
    "a lead's source": (SetLead("L-2", source="cold call"),),
    "a lead's owner and source": (AssignLead("L-1", "sam@ours.example"), SetLead("L-1", source="cold call")),
    "a deal's company": (SetDeal("D-1", company="Globex"),),
    "a deal's contact": (SetDeal("D-2", clear=("company", "contact")),),
    "a deal's owner": (AssignDeal("D-1", "sam@ours.example"),),
    "a deal's value, stage and date": (
        SetDeal("D-1", value=Money(1, "USD"), stage="negotiation", expected_close=date(2031, 5, 1)),
    ),
    "a win and a loss": (WinDeal("D-1"), LoseDeal("D-2", reason="Price")),
}


@pytest.mark.parametrize("edits", _EDITS.values(), ids=_EDITS.keys())
def test_a_past_day_stays_as_it_was(scene: Crm, edits: tuple[Request, ...]) -> None:
    before = _told(scene)
    for edit in edits:
        scene.do(edit, "max")
    after = _told(scene)
    assert after == before
    today = ReportRequest("lead-conversion")
    assert scene.service.report(scene.actor("max"), today).data.funnel.new == 2


def test_after_an_edit_the_present_differs(scene: Crm) -> None:
    scene.do(AssignLead("L-1", "sam@ours.example"), "max")
    scene.do(SetLead("L-2", source="cold call"), "max")
    scene.clock.advance(timedelta(seconds=1))

    def new_of(who: str) -> int:
        asked = ReportRequest("lead-conversion", owner=scene.user_id(who))
        funnel = scene.service.report(scene.actor("max"), asked).data.funnel
        return int(funnel.new)

    assert (new_of("jane"), new_of("sam")) == (1, 1)
    sources = scene.service.report(scene.actor("max"), ReportRequest("lead-conversion")).data.by_source
    assert {row.source for row in sources} == {"referral", "cold_call"}


def test_an_edit_taken_back_never_was(scene: Crm) -> None:
    before = _told(scene)
    export = _lines(scene)
    scene.do(AssignLead("L-1", "sam@ours.example"), "max")
    scene.do(Undo(), "max")
    assert (_told(scene), _lines(scene)) == (before, export)


def test_of_two_edits_the_first_is_taken_back_as_of_now(scene: Crm) -> None:
    before = _told(scene)
    changed = scene.do(AssignLead("L-1", "sam@ours.example"), "max")
    scene.do(SetLead("L-1", source="cold call"), "max")
    scene.do(Undo(changed.entry_id), "max")
    assert _told(scene) == before
    scene.clock.advance(timedelta(seconds=1))
    asked = ReportRequest("lead-conversion", owner=scene.user_id("jane"))
    assert scene.service.report(scene.actor("max"), asked).data.funnel.new == 2


def test_two_companies_that_are_merged_were_one_all_along(scene: Crm) -> None:
    scene.do(MergeCompanies("Globex", into="Acme"), "max")
    asked = ReportRequest("customer-acquisition", date_from=_DAY, date_to=_DAY)
    data = scene.service.report(scene.actor("max"), asked).data
    # Both deals are the one customer's: twice 40,000 at the first stage's 10 %.
    assert (data.total_new_customers, data.average_clv) == (1, Money(8_000_00, "USD"))


def test_a_value_set_by_hand_counts_from_when_it_was_set(scene: Crm, open_crm: Callable[[], Crm]) -> None:
    lines = _lines(scene)
    for line in lines:
        if line["type"] == "customer":
            line["estimated_lifetime_value"] = {"amount": "77.00", "currency": "USD"}
            line["earlier"] = [{"until": "2031-03-09T00:00:00Z", "estimated_lifetime_value": None}]
    other = open_crm()
    other.clock.set(scene.clock())
    import_archive(other.store, other.actor("system"), lines, now=other.clock())
    then = ReportRequest("customer-acquisition", date_from=_DAY, date_to=_DAY)
    assert other.service.report(other.actor("max"), then).data.average_clv == Money(4_000_00, "USD")
    now = ReportRequest("customer-acquisition")
    assert other.service.report(other.actor("max"), now).data.average_clv == Money(77_00, "USD")
    assert [line for line in _lines(other) if line["type"] == "customer"] == [
        line for line in lines if line["type"] == "customer"
    ]


def _lines(crm: Crm) -> list[dict[str, Any]]:
    with crm.store.reading(crm.workspace_id) as session:
        return list(archive_lines(session, crm.workspace_id))
