"""Opening a deal."""

from typing import Any

from crmbot.crm.answers import Outcome
from crmbot.crm.deals.editing import first_stage
from crmbot.crm.deals.facts import set_probability, usable_title
from crmbot.crm.doubts import doubt_close, doubt_value
from crmbot.crm.history import begin_deal
from crmbot.crm.lookup import NEW, find_stage, find_user
from crmbot.crm.parties import contact_of, with_parties
from crmbot.crm.people import company_for, new_company
from crmbot.crm.requests import CreateDeal
from crmbot.crm.views import deal_view
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import StageKind
from crmbot.errors import BadInput, MissingFact
from crmbot.models import Company, Contact, Deal, Note


def create(work: Work, request: CreateDeal, *, asks: bool = True) -> Outcome:
    """Open a deal; of companies with names alike it `asks` for the one meant."""
    if request.parties:
        request = with_parties(work, request)
    contact = contact_of(work, request.contact) if request.contact else None
    made: list[Any] = []
    company = company_for(work, request.company, None, made=made, asks=asks) if request.company else None
    if company is None and contact is not None:
        company = work.get(Company, contact.company_id)
    owner_id = find_user(work, request.owner).id if request.owner else work.actor.user_id
    deal = open_deal(work, request, owner_id=owner_id, contact=contact, company=company)
    work.flush()
    view = deal_view(work, deal)
    worth = f", {view.value}" if view.value else ""
    whose = f", for the {new_company(made)}" if made else ""
    if contact is not None and (request.contact or "").startswith(NEW):
        whose += f", with the contact {reference(Kind.CONTACT, contact.number)} {contact.name}"
    source = f" Source: {_note_source(work, deal, request.source)}." if request.source else ""
    doubts = (*doubt_close(work, request.expected_close), *doubt_value(work, deal))
    said = f"Opened {view.reference} {view.title}{worth} in {view.stage}{whose}.{source}"
    return Outcome(said, record=view, warnings=doubts)


def open_deal(
    work: Work, request: CreateDeal, *, owner_id: str | None, contact: Contact | None, company: Company | None
) -> Deal:
    """Add a deal with its first version."""
    title = usable_title(request.title)
    if not title:
        raise MissingFact("What is the deal called?", field="title", example="/deal new Acme renewal $40k close:15 dec")
    stage = find_stage(work, request.stage) if request.stage else first_stage(work, StageKind.OPEN)
    if stage.kind != StageKind.OPEN:
        raise BadInput(f"A deal starts in an open stage, {stage.name} is none. Open it, then close it.", field="stage")
    deal: Deal = work.make(
        Deal,
        number=work.next_number(Kind.DEAL),
        title=title,
        title_key=fold_name(title),
        contact_id=contact.id if contact is not None else None,
        company_id=company.id if company is not None else None,
        created_at=work.now,
        stage_id=stage.id,
        outcome=StageKind.OPEN,
        owner_id=owner_id,
        value_minor=request.value.minor if request.value else None,
        currency=request.value.currency if request.value else work.workspace.currency,
        probability=stage.probability,
        probability_is_manual=False,
        expected_close=request.expected_close,
    )
    if request.probability is not None:
        set_probability(deal, request.probability)
    work.write(deal)
    begin_deal(work, deal)
    return deal


def _note_source(work: Work, deal: Deal, source: str) -> str:
    """Keep where a deal comes from as a note on it, and return it."""
    parties = {"deal_id": deal.id, "contact_id": deal.contact_id, "company_id": deal.company_id}
    work.keep(Note(text=f"Source: {source}", author_id=work.actor.user_id, created_at=work.now, **parties))
    work.flush()
    return source
