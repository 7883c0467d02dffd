"""The journal: who did what, and what stood there before."""

from typing import Any

import pytest
from factories import Crm

from crmbot.crm.journal import TRACKED, from_json, values_of
from crmbot.crm.requests import CreateContact, CreateDeal, MoveDeal, SetContact, WinDeal
from crmbot.domain.money import Money
from crmbot.models import Base, Contact, Deal, JournalEntry


def changes_of(crm: Crm, entry_id: str | None) -> list[tuple[str, Any, Any]]:
    """Return an effect's row changes in order: table, before, after."""
    (entry,) = crm.rows(JournalEntry, JournalEntry.id == entry_id)
    return [(change["table"], change["before"], change["after"]) for change in entry.changes]


def test_a_new_row_is_kept_whole(any_crm: Crm) -> None:
    outcome = any_crm.do(CreateDeal("Acme", Money(1, "EUR")))
    (table, before, after), (second, *_) = changes_of(any_crm, outcome.entry_id)
    assert (table, before, second) == ("deal", None, "deal_version")
    assert after == values_of(any_crm.rows(Deal)[0])


def test_of_a_change_only_what_changed_is_kept(any_crm: Crm) -> None:
    any_crm.do(CreateContact("Jo", phone="1"))
    outcome = any_crm.do(SetContact("jo", phone="2", role="Buyer"))
    assert changes_of(any_crm, outcome.entry_id) == [
        ("contact", {"phone": "1", "role": None}, {"phone": "2", "role": "Buyer"})
    ]


@pytest.mark.parametrize("kind", TRACKED.values(), ids=str)
def test_a_kept_row_can_be_made_again_from_json(any_crm: Crm, kind: type[Any]) -> None:
    any_crm.do(CreateContact("Jo", ("jo@acme.com",)))
    any_crm.do(CreateDeal("Acme", Money(1, "EUR"), contact="jo"))
    any_crm.do(WinDeal("acme"))
    for row in any_crm.rows(kind):
        values = values_of(row)
        assert values_of(kind(**from_json(kind, values))) == values


def test_effects_name_their_person_and_sentence(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    crm.do(MoveDeal("acme", "Qualified"), "max")
    entries = crm.rows(JournalEntry, order=JournalEntry.at)[-2:]
    assert [(entry.actor_id, entry.summary) for entry in entries] == [
        (crm.user_id("jane"), "Opened D-1 Acme in New Lead."),
        (crm.user_id("max"), "Moved D-1 Acme to Qualified."),
    ]


def test_every_table_that_people_write_is_tracked_or_left_out_on_purpose() -> None:
    left_out = {
        "api_token",
        "attachment_blob",
        "counter",
        "delivery_key",
        "digest_slot",
        "draft",
        "home_tab",
        "journal_entry",
        "mail_cursor",
        "mail_delivery",
        "name_word",
        "outbox",
        "slack_card",
        "slack_installation",
    }
    assert set(TRACKED) | left_out == set(Base.metadata.tables)
    assert not set(TRACKED) & left_out


def test_a_contact_and_its_address_are_one_effect(crm: Crm) -> None:
    outcome = crm.do(CreateContact("Jo", ("jo@acme.com",)))
    assert [table for table, *_ in changes_of(crm, outcome.entry_id)] == ["company", "contact", "contact_email"]
    assert crm.rows(Contact)[0].phone is None
