"""The history of deals and activities, which reports of past moments read."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise

from factories import Crm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sequences import DEAL_REQUESTS, EXAMPLES
from sqlalchemy import event, update

from crmbot.crm.history import _DEAL_FACTS as DEAL_FACTS
from crmbot.crm.requests import CreateDeal, MoveDeal, Request, SetDeal, Undo
from crmbot.errors import CrmError
from crmbot.models import FOREVER, Deal, DealVersion

NO_FIXTURE_CHECK = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=NO_FIXTURE_CHECK)
@given(requests=st.lists(DEAL_REQUESTS, min_size=10, max_size=25), who=st.sampled_from(["max", "ada"]))
def test_versions_tile_time_and_the_present_one_is_the_deal(
    open_crm: Callable[[], Crm], requests: Sequence[Request], who: str
) -> None:
    crm = open_crm()
    crm.do(CreateDeal("Acme Corp"), who)
    changed: dict[str, int] = {}
    for request in requests:
        before = _facts(crm)
        with suppress(CrmError):
            crm.do(request, who)
        for deal_id, facts in _facts(crm).items():
            changed[deal_id] = changed.get(deal_id, 0) + (facts != before.get(deal_id))
    for deal in crm.rows(Deal):
        versions = crm.rows(DealVersion, DealVersion.deal_id == deal.id, order=DealVersion.valid_from)
        assert versions[0].valid_from == deal.created_at
        assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(versions))
        assert all(version.valid_from < version.valid_to for version in versions[:-1])
        assert versions[-1].valid_to == FOREVER
        assert {name: getattr(versions[-1], name) for name in DEAL_FACTS} == _facts(crm)[deal.id]
        assert len(versions) == changed[deal.id] + (deal.number == 1)


def _facts(crm: Crm) -> dict[str, dict[str, object]]:
    return {deal.id: {name: getattr(deal, name) for name in DEAL_FACTS} for deal in crm.rows(Deal)}


def test_a_change_closes_the_present_version_without_asking_for_it_first(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    asked: list[str] = []
    event.listen(any_crm.store.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    any_crm.do(MoveDeal("D-1", "qualified"))
    of_versions = [text.split()[0] for text in asked if "deal_version" in text.partition("WHERE")[0]]
    assert of_versions == ["UPDATE", "INSERT"]


def test_a_probability_that_is_kept_by_hand_from_now_on_is_in_the_history(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(SetDeal("D-1", probability=crm.rows(Deal)[0].probability))
    assert [version.probability_is_manual for version in crm.rows(DealVersion)] == [False, True]


def test_a_deal_that_has_two_present_versions_can_be_changed_and_has_one_then(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    any_crm.do(MoveDeal("D-1", "qualified"))
    present = update(DealVersion).where(DealVersion.workspace_id == any_crm.workspace_id).values(valid_to=FOREVER)
    with any_crm.store.writing(any_crm.workspace_id) as session:
        session.execute(present)
    any_crm.do(MoveDeal("D-1", "negotiation"))
    *before, since = any_crm.rows(DealVersion, order=DealVersion.valid_from)
    assert [version.valid_to for version in before] == [since.valid_from] * 2
    assert (since.valid_to, since.stage_id) == (FOREVER, any_crm.rows(Deal)[0].stage_id)
    any_crm.do(Undo())
    assert [version.valid_to for version in any_crm.rows(DealVersion)] == [FOREVER] * 2
