"""Proposals: drafted from a deal, sent, read and answered; exactly what the customer saw counts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from factories import Crm
from sqlalchemy import select

from crmbot.crm.answers import Outcome
from crmbot.crm.proposals.links import find_offer
from crmbot.crm.requests import (
    AcceptOffer,
    CreateContact,
    CreateDeal,
    CreateProposal,
    DeclineOffer,
    ListProposals,
    LoseDeal,
    Request,
    SeeOffer,
    SendProposal,
    SetProposal,
    ShowDeal,
    ShowProposal,
    Undo,
    WithdrawProposal,
)
from crmbot.domain.line_items import LineItem
from crmbot.domain.money import Money
from crmbot.domain.permissions import Role
from crmbot.errors import Ambiguous, BadInput, Conflict, CrmError, MissingFact, NotAllowed, NotFound
from crmbot.models import Outbox, Proposal
from crmbot.store import EVERY_WORKSPACE

SEATS = LineItem("Seat", Money(10_000, "USD"), Decimal(40), Decimal(10))
SETUP = LineItem("Setup", Money(200_000, "USD"))


def deal(crm: Crm) -> str:
    crm.do(CreateContact("Anna Lee", ("anna@acme.example",), company="Acme"))
    made = crm.made(CreateDeal("Acme renewal", Money(4_000_000, "USD"), contact="Anna Lee"))
    return str(made.reference)


def drafted(crm: Crm, *items: LineItem) -> Any:
    return crm.made(CreateProposal(deal(crm), items or (SEATS, SETUP)))


def sent(crm: Crm) -> Any:
    made = drafted(crm)
    return crm.made(SendProposal(made.reference))


def as_customer(crm: Crm, request: Request) -> Outcome:
    crm.clock.advance(timedelta(seconds=1))
    system = crm.service.system(crm.workspace_id, "offer")
    customer = replace(system, role=Role.VIEWER, permissions=frozenset({"crm.offers.answer"}))
    outcome = crm.service.perform(customer, request)
    assert isinstance(outcome, Outcome)
    return outcome


def queued(crm: Crm, kind: str) -> list[Outbox]:
    return crm.rows(Outbox, Outbox.kind == kind)


def test_a_deal_with_a_value_is_offered_as_it_stands(crm: Crm) -> None:
    outcome = crm.do(CreateProposal(deal(crm)))
    offer: Any = outcome.record
    assert (offer.reference, offer.status, offer.title) == ("P-1", "draft", "Acme renewal")
    assert offer.items == (LineItem("Acme renewal", Money(4_000_000, "USD")),)
    assert (offer.contact, offer.company, offer.owner) == ("Anna Lee", "Acme", "Jane Roe")
    assert offer.expires_on == crm.clock().date() + timedelta(days=30)
    assert outcome.said == "Drafted P-1 Acme renewal: 1 line, $40,000 in all. Nothing was sent."


def test_lines_come_to_their_sums(crm: Crm) -> None:
    offer = drafted(crm)
    # 40 x $100 less 10 % is $3,600; with the set-up of $2,000 it is $5,600.
    assert offer.totals.total == Money(560_000, "USD")


def test_a_deal_without_a_value_asks_what_is_offered(crm: Crm) -> None:
    bare = crm.made(CreateDeal("Globex pilot"))
    with pytest.raises(MissingFact, match="has no value yet") as asked:
        crm.do(CreateProposal(bare.reference))
    assert (asked.value.field, asked.value.known["deal"]) == ("items", bare.reference)


def test_sending_mails_the_contact_logs_it_and_opens_the_page(crm: Crm) -> None:
    offer = sent(crm)
    (mail,) = queued(crm, "mail.proposal")
    assert (offer.status, mail.destination) == ("sent", "anna@acme.example")
    assert mail.payload["proposal_id"] == offer.id
    assert mail.payload["link"] == offer.link
    token = offer.link.rpartition("/")[2]
    assert (len(token), token.isalnum()) == (52, True)
    with crm.store.reading(EVERY_WORKSPACE) as session:
        assert find_offer(session, token) == (crm.workspace_id, offer.id)
        with pytest.raises(NotFound):
            find_offer(session, token[:-1] + ("a" if token[-1] != "a" else "b"))
        kept = session.scalar(select(Proposal.link_digest))
    assert kept is not None
    assert token not in kept
    timeline = crm.ask(ShowDeal("D-1")).timeline
    assert {entry.what for entry in timeline} >= {"email", "proposal"}


def test_without_a_mail_server_the_link_is_there_to_be_sent_by_hand(crm: Crm) -> None:
    crm.policy = replace(crm.policy, sends_mail=False)
    crm.service.policy = crm.policy
    offer = drafted(crm)
    with pytest.raises(NotFound, match="/crm proposal send P-1 link"):
        crm.do(SendProposal(offer.reference))
    outcome = crm.do(SendProposal(offer.reference, by_hand=True))
    assert outcome.link == getattr(outcome.record, "link", "")
    assert outcome.link.rpartition("/")[2].isalnum()
    assert queued(crm, "mail.proposal") == []


def test_undo_stops_the_mail_and_closes_the_page(crm: Crm) -> None:
    offer = sent(crm)
    crm.do(Undo())
    assert queued(crm, "mail.proposal") == []
    again = crm.ask(ShowProposal(offer.reference)).record
    assert (again.status, again.link) == ("draft", "")


def test_a_link_that_was_told_by_hand_is_closed_by_undo_and_by_withdrawing(crm: Crm) -> None:
    offer = drafted(crm)
    crm.do(SendProposal(offer.reference, by_hand=True))
    crm.do(Undo())
    assert crm.ask(ShowProposal(offer.reference)).record.link == ""
    first = crm.made(SendProposal(offer.reference, by_hand=True))
    crm.clock.advance(timedelta(days=3))
    assert crm.made(WithdrawProposal(offer.reference)).link == ""
    with pytest.raises(NotFound):
        as_customer(crm, AcceptOffer(offer.id, 1, "Anna"))
    with pytest.raises(Conflict, match="nothing to withdraw"):
        crm.do(WithdrawProposal(offer.reference))
    assert crm.made(SendProposal(offer.reference, by_hand=True)).link == first.link


def test_a_link_takes_no_words_of_ours(crm: Crm) -> None:
    offer = drafted(crm)
    with pytest.raises(BadInput, match="Leave “link” out"):
        crm.do(SendProposal(offer.reference, "Hi", by_hand=True))


def test_the_deals_timeline_names_the_offer_its_sum_and_who_accepted(crm: Crm) -> None:
    offer = sent(crm)
    as_customer(crm, AcceptOffer(offer.id, offer.position, "Anna Lee"))
    told = [entry.text for entry in crm.ask(ShowDeal("D-1")).timeline if entry.what == "proposal"]
    assert told == ["Proposal P-1 Acme renewal, $5,600: accepted by Anna Lee"]


def test_what_the_customer_opened_is_noted_once_and_told_the_owner(crm: Crm) -> None:
    offer = sent(crm)
    for _ in range(2):
        as_customer(crm, SeeOffer(offer.id, offer.position))
    (told,) = queued(crm, "notice.offer")
    assert (told.destination, told.payload["what"]) == (crm.user_id("jane"), "viewed")
    assert crm.ask(ShowProposal(offer.reference)).record.status == "viewed"


def test_accepting_keeps_who_and_when_and_tells_the_owner(crm: Crm) -> None:
    offer = sent(crm)
    as_customer(crm, AcceptOffer(offer.id, offer.position, "  Anna   Lee "))
    after = crm.ask(ShowProposal(offer.reference)).record
    assert (after.status, after.accepted_by, after.accepted_at) == ("accepted", "Anna Lee", crm.clock())
    (told,) = queued(crm, "notice.offer")
    assert (told.payload["what"], told.payload["by"], told.payload["open"]) == ("accepted", "Anna Lee", True)
    with pytest.raises(Conflict, match="accepted by Anna Lee"):
        as_customer(crm, DeclineOffer(offer.id, offer.position))
    with pytest.raises(Conflict, match="was accepted"):
        crm.do(SetProposal(offer.reference, title="Other"))


@pytest.mark.parametrize("who", ["jane", "max", "ada"])
def test_nobody_here_answers_an_offer_in_its_customers_place(crm: Crm, who: str) -> None:
    offer = sent(crm)
    for answer in (SeeOffer(offer.id, 1), AcceptOffer(offer.id, 1, "Anna"), DeclineOffer(offer.id, 1)):
        with pytest.raises(NotAllowed, match="That is for the customer"):
            crm.do(answer, as_=who)


@pytest.mark.parametrize("answer", [AcceptOffer("", 1, "Anna"), DeclineOffer("", 1)])
def test_what_the_customer_answered_is_undone_by_nobody(crm: Crm, answer: AcceptOffer | DeclineOffer) -> None:
    offer = sent(crm)
    done = as_customer(crm, replace(answer, proposal=offer.id))
    for who in ("jane", "ada"):
        with pytest.raises(Conflict, match="only they can take it back"):
            crm.do(Undo(done.entry_id), as_=who)


def test_what_the_customer_opened_stays_opened(crm: Crm) -> None:
    offer = sent(crm)
    done = as_customer(crm, SeeOffer(offer.id, offer.position))
    with pytest.raises(NotAllowed, match="That is for the customer"):
        crm.do(Undo(done.entry_id), as_="ada")


def test_declining_keeps_the_reason(crm: Crm) -> None:
    offer = sent(crm)
    as_customer(crm, DeclineOffer(offer.id, offer.position, "Too late for us"))
    (told,) = queued(crm, "notice.offer")
    assert (told.payload["what"], told.payload["reason"]) == ("declined", "Too late for us")


def test_only_the_version_that_was_shown_can_be_accepted(crm: Crm) -> None:
    offer = sent(crm)
    crm.do(SetProposal(offer.reference, (SETUP,)))
    with pytest.raises(Conflict, match="changed since you opened it"):
        as_customer(crm, AcceptOffer(offer.id, offer.position, "Anna"))
    again = crm.made(SendProposal(offer.reference))
    assert (again.link, again.position) == (offer.link, offer.position + 1)
    with pytest.raises(Conflict, match="changed since you opened it"):
        as_customer(crm, AcceptOffer(offer.id, offer.position, "Anna"))
    as_customer(crm, AcceptOffer(offer.id, again.position, "Anna"))


def test_a_new_title_is_another_version_too(crm: Crm) -> None:
    offer = sent(crm)
    changed = crm.made(SetProposal(offer.reference, title="Acme 2028"))
    assert (changed.title, changed.position, changed.status) == ("Acme 2028", offer.position + 1, "draft")


def test_a_day_that_is_over_is_no_offer_any_more(crm: Crm) -> None:
    offer = drafted(crm)
    with pytest.raises(BadInput, match="is over"):
        crm.do(SetProposal(offer.reference, expires_on=date(2020, 1, 1)))
    offer = crm.made(SendProposal(offer.reference))
    crm.clock.advance(timedelta(days=31))
    assert crm.ask(ShowProposal(offer.reference)).record.status == "expired"
    with pytest.raises(Conflict, match="was valid until"):
        as_customer(crm, AcceptOffer(offer.id, offer.position, "Anna"))
    assert [one.reference for one in crm.ask(ListProposals(status="expired")).records] == ["P-1"]
    assert crm.ask(ListProposals(status="sent")).records == ()
    with pytest.raises(BadInput, match="Give it a new day"):
        crm.do(SendProposal(offer.reference))


def test_of_many_who_accept_at_once_one_has_done_it(crm: Crm) -> None:
    offer = sent(crm)
    barrier, done, refused = Barrier(8), [], []

    def press(name: str) -> None:
        barrier.wait()
        try:
            system = crm.service.system(crm.workspace_id, "offer")
            customer = replace(system, permissions=frozenset({"crm.offers.answer"}))
            done.append(crm.service.perform(customer, AcceptOffer(offer.id, offer.position, name)))
        except CrmError as error:
            refused.append(str(error))

    threads = [Thread(target=press, args=(f"Anna {place}",)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 7)
    assert all("was accepted by" in why for why in refused)


def test_a_deal_names_its_only_proposal_and_asks_among_several(crm: Crm) -> None:
    offer = drafted(crm)
    assert crm.ask(ShowProposal("acme renewal")).record.reference == offer.reference
    crm.do(CreateProposal("D-1"))
    with pytest.raises(Ambiguous) as several:
        crm.ask(ShowProposal("D-1"))
    assert [one.reference for one in several.value.candidates] == ["P-2", "P-1"]
    assert several.value.candidates[1].facts[:2] == ("draft", "$5,600")


def test_a_deal_without_one_says_how_to_make_it(crm: Crm) -> None:
    deal(crm)
    with pytest.raises(NotFound, match="/crm proposal new D-1"):
        crm.ask(ShowProposal("D-1"))


def test_somebody_elses_deal_is_not_ones_to_offer(crm: Crm) -> None:
    mine = deal(crm)
    with pytest.raises(NotAllowed, match="belongs to Jane Roe"):
        crm.do(CreateProposal(mine), "sam")


def test_the_holder_of_a_link_may_nothing_but_answer_it(crm: Crm) -> None:
    offer = sent(crm)
    for request in (LoseDeal("D-1", "x"), SendProposal(offer.reference), ShowDeal("D-1")):
        with pytest.raises(NotAllowed):
            as_customer(crm, request)
    with pytest.raises(NotAllowed):
        crm.do(AcceptOffer(offer.id, offer.position, "Jane herself"))


def test_an_answer_stays_though_a_manager_wants_it_undone(crm: Crm) -> None:
    offer = sent(crm)
    entry = as_customer(crm, AcceptOffer(offer.id, offer.position, "Anna")).entry_id
    with pytest.raises(CrmError):
        crm.do(Undo(entry), "max")
    assert crm.ask(ShowProposal(offer.reference)).record.status == "accepted"


def test_a_page_beyond_the_last_is_the_last(any_crm: Crm) -> None:
    drafted(any_crm)
    listing = any_crm.ask(ListProposals(page=10**30))
    assert (listing.page, [one.reference for one in listing.records]) == (1, ["P-1"])


def test_another_workspaces_offer_is_not_there(crm: Crm) -> None:
    offer = sent(crm)
    other = Crm(crm.store, crm.clock, name="Theirs")
    for request in (ShowProposal(offer.id), SetProposal(offer.id, title="x"), SendProposal(offer.id)):
        with pytest.raises(NotFound):
            other.ask(request)
    with pytest.raises(NotFound):
        as_customer(other, AcceptOffer(offer.id, offer.position, "Eve"))
    assert crm.ask(ShowProposal(offer.reference)).record.status == "sent"
