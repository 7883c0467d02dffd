"""What activities and notes are about: the record that was named, and the people, company and deal along with it."""

from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm.hearsay import those_named
from crmbot.crm.lookup import candidate, find_deal, find_target
from crmbot.crm.lookup.prose import mentioned
from crmbot.crm.views import link
from crmbot.crm.work import Work
from crmbot.errors import Ambiguous, BadInput, NotFound
from crmbot.models import Company, Contact, Deal, Lead, kind_of
from crmbot.store.prepared import Prepared

Links = dict[str, str | None]
"""The ids of what something is about, by their columns."""

_OPEN_DEALS: dict[Any, Prepared] = {
    party: Prepared(
        select(Deal)
        .where(Deal.workspace_id == bindparam("workspace"), column == bindparam("party"), Deal.outcome == "open")
        # not the bare number: for the order's sake SQLite would take its index and read every deal
        .order_by(Deal.number + 0)
    )
    for party, column in ((Contact, Deal.contact_id), (Company, Deal.company_id))
}
"""A contact's and a company's open deals."""


def linked(row: Deal | Lead | Contact | Company) -> Links:
    """Return the links of something about a record: the record, and the people and company it belongs to."""
    match row:
        case Deal():
            return {"deal_id": row.id, "contact_id": row.contact_id, "company_id": row.company_id}
        case Lead():
            return {"lead_id": row.id}
        case Contact():
            return {"contact_id": row.id, "company_id": row.company_id}
    return {"company_id": row.id}


def links_of(work: Work, word: str) -> Links:
    """Return the links for a word; a contact or company takes its only open deal along; of several it asks."""
    target = find_target(work, word)
    open_deals = _open_deals(work, target)
    if len(open_deals) > 1:
        raise Ambiguous(word, "target", [candidate(work, deal) for deal in open_deals])
    return _along_with(open_deals, linked(target))


def links_heard(work: Work, text: str) -> tuple[Links, str]:
    """Return the links of the one record that a task's words name, and that record or a doubt which one it is."""
    named = mentioned(work, text)
    if not named:
        return {}, ""
    titles = [f"{one.reference} {one.title}" for one in map(link, named) if one]
    if len(named) > 1:
        choice = titles[0].partition(" ")[0]
        return {}, f"{those_named(titles)} may be meant, so it is about neither. To say which, add re:{choice}."
    open_deals = _open_deals(work, named[0])
    return _along_with(open_deals if len(open_deals) == 1 else [], linked(named[0])), titles[0]


def with_named_deal(work: Work, word: str, about: Links) -> Links:
    """Take the open deal of that name along: a company may be known by the same word and have no deal linked to it."""
    try:
        deal = find_deal(work, word, field="target", outcome="open", writes=True)
    except NotFound:
        deal = None
    # A deal of another company with a name alike is not meant.
    company_id = about.get("company_id")
    if deal is None or (company_id and deal.company_id not in (None, company_id)):
        raise BadInput(
            "Stage, value and close belong to a deal, and this is about none. Open one first: /deal new …",
            field="target",
        )
    return _along_with([deal], about)


def _open_deals(work: Work, target: Any) -> list[Deal]:
    """Return the open deals of a contact or company; none of what is a deal or a lead itself."""
    statement = _OPEN_DEALS.get(kind_of(target))
    return work.all(statement, Deal, party=target.id) if statement else []


def _along_with(deals: list[Deal], links: Links) -> Links:
    """Return the links with those of the only deal, where they have none themselves."""
    return {**linked(deals[0]), **{name: value for name, value in links.items() if value}} if deals else links
