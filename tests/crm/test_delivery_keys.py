"""The same words have one effect, also when they come to several processes at one instant."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import sleep

from concurrency import outcomes_of
from factories import Crm

from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.delivery_keys import take_key
from crmbot.crm.requests import CreateDeal
from crmbot.models import Deal
from crmbot.service import CrmService, Delivery
from crmbot.store import open_store


def test_the_same_words_delivered_to_many_at_once_have_one_effect(any_crm: Crm, store_url: str) -> None:
    crm, actor = any_crm, any_crm.actor()
    with closing(open_store(store_url)) as theirs:
        doors = (crm.service, CrmService(theirs, crm.clock, crm.policy))

        def say(index: int) -> Answer:
            said = Delivery(f"{index}", "jane+acme", refuse_repeat=True)
            return doors[index % 2].perform(actor, CreateDeal("Acme"), delivery=said)

        came = [(one.said, one.repeated) for one in outcomes_of(8, say)]
    opened = "Opened D-1 Acme in New Lead."
    assert sorted(came) == [(f"Already done: {opened}", True)] * 7 + [(opened, False)]
    assert [deal.title for deal in crm.rows(Deal)] == ["Acme"]


def test_words_that_are_being_saved_are_waited_for_by_who_may_repeat_them(any_crm: Crm) -> None:
    crm, actor = any_crm, any_crm.actor()
    with ThreadPoolExecutor(1) as pool:
        with crm.store.transaction(crm.workspace_id, write=True) as connection:
            take_key(connection, crm.workspace_id, Delivery("one", "jane+acme"), "", crm.clock())
            again = Delivery("two", "jane+acme", refuse_repeat=True)
            coming = pool.submit(crm.service.perform, actor, CreateDeal("Acme"), delivery=again)
            sleep(0.2)
        outcome = coming.result(10)
    assert isinstance(outcome, Outcome)
    assert outcome.repeated
    assert crm.rows(Deal) == []
