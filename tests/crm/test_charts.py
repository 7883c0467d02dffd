"""What a workspace's Slack did with charts is remembered, a refusal for a week."""

from datetime import timedelta

from factories import Crm

from crmbot.crm.charts import REFUSED_FOR
from crmbot.jobs.charts import ChartMemory


def test_a_refusal_is_believed_for_a_week_and_what_is_taken_until_it_is_refused(crm: Crm) -> None:
    memory = ChartMemory(crm.store, crm.clock, crm.workspace_id)
    assert memory.takes() is None
    memory.note(taken=False)
    crm.clock.advance(REFUSED_FOR)
    assert memory.takes() is False
    crm.clock.advance(timedelta(seconds=1))
    assert memory.takes() is None
    memory.note(taken=True)
    crm.clock.advance(timedelta(days=400))
    assert memory.takes() is True
    memory.note(taken=False)
    assert memory.takes() is False


def test_the_answers_of_chat_know_what_was_learned(crm: Crm) -> None:
    assert crm.service.vocabulary(crm.workspace_id).draws_charts is False
    ChartMemory(crm.store, crm.clock, crm.workspace_id).note(taken=True)
    other = type(crm.service)(crm.store, crm.clock, crm.policy)
    assert other.vocabulary(crm.workspace_id).draws_charts is True
