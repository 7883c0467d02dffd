"""Leads: capture, climb the statuses, convert once."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from crmbot.crm import deals
from crmbot.crm.answers import Change, Outcome, Record, told
from crmbot.crm.customers import customer_of
from crmbot.crm.doubts import doubt_lead
from crmbot.crm.giving import give
from crmbot.crm.history import keep_lead_facts
from crmbot.crm.lookup import find_record, find_user
from crmbot.crm.people import company_for, contact_for, new_company, usable_email, usable_name
from crmbot.crm.requests import AssignLead, ConvertLead, CreateDeal, CreateLead, SetLead, SetLeadStatus
from crmbot.crm.scoring import rescore
from crmbot.crm.views import company_view, contact_view, deal_view, lead_view
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name, source_key
from crmbot.domain.ids import Kind, reference
from crmbot.domain.nouns import titled
from crmbot.domain.stages import LeadStatus, skipped_statuses
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Company, ContactEmail, Lead, LeadStatusEntry
from crmbot.store.prepared import Prepared

_MOST_SCORE = 1_000_000
_CLOSED = (LeadStatus.CONVERTED, LeadStatus.DISQUALIFIED)

_ENTRY = LeadStatusEntry.__table__.c
_ENTERED = Prepared(
    select(_ENTRY.status, _ENTRY.entered_at)
    .where(_ENTRY.workspace_id == bindparam("workspace"), _ENTRY.lead_id == bindparam("lead"))
    .order_by(_ENTRY.entered_at)
)
_SAME_ADDRESS = Prepared(
    select(Lead)
    .where(
        Lead.workspace_id == bindparam("workspace"),
        Lead.email == bindparam("email"),
        *(Lead.status != status.value for status in _CLOSED),
        Lead.id != bindparam("but"),
    )
    .limit(1)
)


def create(work: Work, request: CreateLead) -> Outcome:
    """Capture a lead; an open lead with the same address is told instead of made twice."""
    name = request.name.strip()
    if not name and not request.email:
        raise MissingFact("Who is the lead? Give a name.", field="name", example='/lead new "Jane Doe" jane@acme.com')
    email = usable_email(request.email) if request.email else None
    if email:
        _refuse_double(work, email)
    refuse_score(request.score)
    lead: Lead = work.make(
        Lead,
        number=work.next_number(Kind.LEAD),
        name=name or str(email),
        name_key=fold_name(name or str(email)),
        email=email,
        company_name=request.company,
        company_key=fold_name(request.company) if request.company else None,
        source=source_key(request.source),
        owner_id=find_user(work, request.owner).id if request.owner else work.actor.user_id,
        score=request.score,
        score_is_manual=request.score is not None,
        status=LeadStatus.NEW,
        created_at=work.now,
    )
    rescore(work.policy, lead)
    work.keep(lead)
    work.flush()
    enter(work, lead, (LeadStatus.NEW,), {})
    view = lead_view(work, lead)
    return Outcome(f"Added lead {view.reference} {view.title}.", record=view, warnings=doubt_lead(work, lead))


def set_status(work: Work, request: SetLeadStatus) -> Outcome:
    """Move a lead to a status by hand."""
    lead = editable(work, request.lead)
    status = _status(request.status)
    if status is LeadStatus.CONVERTED:
        raise BadInput(
            "A lead is converted with its deal.", field="status", example=f"/lead convert {_number(lead)} $40k"
        )
    _refuse_converted(lead)
    reason = (request.reason or "").strip()
    if status is LeadStatus.DISQUALIFIED and not reason:
        raise MissingFact(
            "Why is the lead disqualified?", field="reason", example=f"/lead disqualify {_number(lead)} no budget"
        )
    before = lead.status
    if before == status:
        return Outcome(f"{_number(lead)} {lead.name} is {status} already.", record=lead_view(work, lead))
    climb(work, lead, status)
    lead.disqualified_reason = reason if status is LeadStatus.DISQUALIFIED else None
    rescore(work.policy, lead)
    work.flush()
    view = lead_view(work, lead)
    change = Change(view.reference, "Status", titled(before), titled(status.value))
    return Outcome(f"{view.reference} {view.title} is {status} now.", record=view, changes=(change,))


def set_facts(work: Work, request: SetLead) -> Outcome:
    """Change facts of a lead."""
    lead = editable(work, request.lead)
    email = usable_email(request.email) if request.email else None
    if email:
        _refuse_double(work, email, but=lead.id)
    refuse_score(request.score)
    wanted = {
        "name": usable_name(request.name),
        "email": email,
        "company_name": request.company,
        "source": source_key(request.source),
    }
    changes = []
    for field, value in wanted.items():
        before = getattr(lead, field)
        if value is not None and value != before:
            if field == "source":
                keep_lead_facts(work, lead)
            setattr(lead, field, value)
            changes.append(Change(_number(lead), field.replace("_", " ").capitalize(), _text(before), str(value)))
    lead.name_key = fold_name(lead.name)
    lead.company_key = fold_name(lead.company_name) if lead.company_name else None
    changes += _change_score(work, lead, request)
    if not changes:
        return Outcome(f"Nothing to change on {_number(lead)} {lead.name}.", record=lead_view(work, lead))
    work.flush()
    view = lead_view(work, lead)
    return Outcome(f"Updated {view.reference} {view.title}: {told(changes)}.", record=view, changes=tuple(changes))


def assign(work: Work, request: AssignLead) -> Outcome:
    """Give a lead to a user."""
    return give(work, editable(work, request.lead), request.owner)


def convert(work: Work, request: ConvertLead) -> Outcome:
    """Make contact, company, deal and customer of a lead, reusing what has the same address, name or domain; once."""
    lead = editable(work, request.lead)
    _refuse_converted(lead)
    if lead.status == LeadStatus.DISQUALIFIED:
        raise Conflict(
            f"{_number(lead)} {lead.name} is disqualified. Take it back first: /lead qualify {_number(lead)}"
        )
    made: list[Company] = []
    company = company_for(work, lead.company_name, lead.email, whatever_name=True, made=made)
    addresses: list[ContactEmail] = []
    contact = contact_for(work, lead.name, lead.email, company, addresses=addresses)
    company = company or work.get(Company, contact.company_id)
    deal = deals.open_deal(
        work,
        CreateDeal(
            title=request.title or lead.company_name or lead.name,
            value=request.value,
            stage=request.stage,
            probability=request.probability,
            expected_close=request.expected_close,
        ),
        owner_id=lead.owner_id or work.actor.user_id,
        contact=contact,
        company=company,
    )
    climb(work, lead, LeadStatus.CONVERTED)
    lead.contact_id, lead.deal_id = contact.id, deal.id
    rescore(work.policy, lead)
    customer_of(work, lead, contact, company)
    work.flush()
    view = lead_view(work, lead, became=(contact, deal))
    also: list[Record] = [deal_view(work, deal), contact_view(work, contact, addresses)]
    if company is not None:
        also.append(company_view(work, company))
    parts = [f"{part.reference} {part.title}" for part in also]
    named = ", ".join([*parts[:-1], new_company(made)] if made else parts)
    return Outcome(f"Converted {view.reference} {view.title} into {named}.", record=view, also=tuple(also))


def editable(work: Work, word: str) -> Lead:
    """Return the lead a word means, refused unless the actor may edit it."""
    lead: Lead = find_record(work, Kind.LEAD, word, field="lead")
    work.allow_edit(lead.owner_id, f"{_number(lead)} {lead.name}")
    return lead


def climb(work: Work, lead: Lead, status: LeadStatus) -> None:
    """Set a lead's status; statuses skipped on the way and never entered before are entered at this same instant."""
    # Of several times the last one wins.
    last = dict(work.values(_ENTERED, lead=lead.id))
    lead.status = status
    reached = frozenset(map(LeadStatus, last))
    enter(work, lead, (*skipped_statuses(reached, status), status), last)


def enter(work: Work, lead: Lead, statuses: Iterable[LeadStatus], last: Mapping[str, datetime]) -> None:
    """Record that a lead enters statuses now; `last` says when it entered each before."""
    entered = [
        work.make(
            LeadStatusEntry,
            lead_id=lead.id,
            status=status.value,
            entered_at=work.now,
            position=position,
            previous_at=last.get(status),
            lead_created_at=lead.created_at,
        )
        for position, status in enumerate(statuses)
    ]
    work.write(*entered)


def _refuse_double(work: Work, email: str, *, but: str = "") -> None:
    known: Lead | None = work.first(_SAME_ADDRESS, Lead, email=email, but=but)
    if known is not None:
        raise Conflict(f"{_number(known)} {known.name} has the address {email} already: /lead show {_number(known)}")


def refuse_score(score: int | None) -> None:
    """Refuse a score out of bounds."""
    if score is not None and abs(score) > _MOST_SCORE:
        raise BadInput(f"A score lies between -{_MOST_SCORE} and {_MOST_SCORE}, {score} does not.", field="score")


def _refuse_converted(lead: Lead) -> None:
    if lead.status == LeadStatus.CONVERTED:
        raise Conflict(f"{_number(lead)} {lead.name} was converted already.")


def _status(word: str) -> LeadStatus:
    try:
        return LeadStatus(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no lead status. There are {', '.join(LeadStatus)}.", field="status") from None


def _number(lead: Lead) -> str:
    return reference(Kind.LEAD, lead.number)


def _change_score(work: Work, lead: Lead, request: SetLead) -> list[Change]:
    """Set a score by hand, give it back to the rules, or let them follow what else changed."""
    before, by_hand = lead.score, lead.score_is_manual
    if request.score is not None:
        lead.score, lead.score_is_manual = request.score, True
    elif request.automatic_score:
        lead.score_is_manual = False
    rescore(work.policy, lead)
    if (lead.score, lead.score_is_manual) == (before, by_hand):
        return []
    kept = " by hand" if lead.score == before and lead.score_is_manual else ""
    return [Change(_number(lead), "Score", _text(before), f"{_text(lead.score)}{kept}")]


def _text(value: object) -> str:
    return "" if value is None else str(value)
