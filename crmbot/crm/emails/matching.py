"""Whom a mail is about: a ladder of rungs, from the surest sign to the weakest, each with a published reason code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import bindparam, select

from crmbot.crm.emails.knowledge import Knowledge, company_domain
from crmbot.crm.emails.statements import KnownDeal, Row
from crmbot.crm.requests import LogEmail
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import parse_reference
from crmbot.domain.intake import named_deal
from crmbot.models import Company, Contact, Deal, Email, Lead
from crmbot.store.prepared import Prepared

REASONS = {
    "reference_tag": "the subject names the deal",
    "thread_headers": "it answers a mail that is logged there",
    "deal_address": "it came to the deal's own address",
    "contact_address": "the address of a contact",
    "other_address": "another address of a contact",
    "lead_address": "the address of a lead",
    "company_domain": "the domain of a company",
    "new_contact": "somebody new, added as a contact",
    "by_hand": "it was placed by hand",
    "written": "it was written here",
    "meeting": "it is about a meeting that is logged there",
    "unknown_sender": "nobody in it is known",
    "nobody_outside": "nobody outside the team is in it",
    "unproven_sender": "its sender is not proven",
    "ignored": "its sender or domain is ignored",
    "never_logged": "mail of its domain is never logged, so nothing of it was kept",
    "forgotten": "somebody had it forgotten",
}
"""Every reason code of a mail that is logged or waits, and what it means in words."""

BY_HAND = "by_hand"
WRITTEN = "written"
MEETING = "meeting"

_WHO_WAS_THERE = Prepared(
    select(Email.from_address, Email.recipients).where(
        Email.workspace_id == bindparam("workspace"), Email.id == bindparam("email")
    )
)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a mail belongs and why; `asks` are the open deals a person must choose from, `also` further deals."""

    reason: str
    deal: KnownDeal | None = None
    contact_id: str | None = None
    company_id: str | None = None
    lead_id: str | None = None
    asks: tuple[KnownDeal, ...] = ()
    also: tuple[KnownDeal, ...] = ()

    @property
    def about(self) -> dict[str, str | None]:
        """The links of an activity about it."""
        return {
            "deal_id": self.deal.id if self.deal else None,
            "contact_id": self.contact_id,
            "company_id": self.company_id,
            "lead_id": self.lead_id,
        }


@dataclass(frozen=True, slots=True)
class Case:
    """What the rungs look at."""

    work: Work
    request: LogEmail
    known: Knowledge
    emails: tuple[str, ...] = field(default=())
    """The addresses outside the team, the most telling one first: who wrote, to whom, who had a copy."""


def climb(work: Work, request: LogEmail, known: Knowledge) -> Match | None:
    """Return the first rung's match; None when nothing says whom the mail is about."""
    emails = tuple(one.email for one in known.outside if one.email)
    case = Case(work, request, known, emails)
    for rung in _rungs(request):
        match = rung(case)
        if match is not None:
            return match
    return None


def match_with(target: Deal | Lead | Contact | Company) -> Match:
    """Return the match with a record that a person chose: that record, and nobody else's deal."""
    match target:
        case Deal():
            deal = KnownDeal(*(getattr(target, name) for name in KnownDeal._fields))
            return Match(BY_HAND, deal, target.contact_id, target.company_id)
        case Lead():
            return Match(BY_HAND, lead_id=target.id)
        case Contact():
            return Match(BY_HAND, contact_id=target.id, company_id=target.company_id)
    return Match(BY_HAND, company_id=target.id)


def place_with_contact(work: Work, request: LogEmail, known: Knowledge, contact: Contact, reason: str) -> Match:
    """Return the match with a contact that was made or chosen for the mail."""
    return _with_deal(Case(work, request, known), Match(reason, contact_id=contact.id, company_id=contact.company_id))


def _rungs(request: LogEmail) -> Sequence[Callable[[Case], Match | None]]:
    # Nothing but the signed address vouches for such a mail, so no weaker sign may place it elsewhere.
    return (_deal_address,) if request.deal_address_only else LADDER


def _reference_tag(case: Case) -> Match | None:
    request = case.request
    deal = _numbered(case, request.deal_tag)
    # Of an answer or a forward the subject is the customer's: it can't name a deal that isn't theirs.
    typed = request.kind == "direct" or (request.forwarded and named_deal(request.subject) is None)
    return _on_deal(case, deal, "reference_tag") if deal and (typed or _knows_somebody(case, deal)) else None


def _thread_headers(case: Case) -> Match | None:
    """Follow the nearest logged mail that this one answers; headers may be forged, so somebody must belong there."""
    for message_id in reversed(case.request.references):
        thread = case.known.threads.get(message_id)
        if thread is None or not _belongs(case, thread):
            continue
        deal = next((deal for deal in case.known.deals if deal.id == thread.one), None)
        match = Match("thread_headers", deal, thread.two, thread.three, thread.four)
        # A person who chose "contact only" chose it for the thread.
        return match if deal or thread.label == BY_HAND else _with_deal(case, match)
    return None


def _deal_address(case: Case) -> Match | None:
    deal = _numbered(case, case.request.deal_address)
    if deal is None or (case.request.deal_address_only and not _knows_somebody(case, deal)):
        return None
    return _on_deal(case, deal, "deal_address")


def _contact_address(case: Case) -> Match | None:
    return _by_contact(case, "contact_address", first=True)


def _other_address(case: Case) -> Match | None:
    return _by_contact(case, "other_address", first=False)


def _lead_address(case: Case) -> Match | None:
    lead = next((case.known.leads[email] for email in case.emails if email in case.known.leads), None)
    return Match("lead_address", lead_id=lead.id) if lead else None


def _company_domain(case: Case) -> Match | None:
    company = next((found for email in case.emails if (found := case.known.company_of(email))), None)
    return _with_deal(case, Match("company_domain", company_id=company.id)) if company else None


LADDER = (
    _reference_tag,
    _thread_headers,
    _deal_address,
    _contact_address,
    _other_address,
    _lead_address,
    _company_domain,
)
"""The published order of the rungs."""


def _by_contact(case: Case, reason: str, *, first: bool) -> Match | None:
    for email in case.emails:
        contact = case.known.contacts.get(email)
        if contact is not None and (contact.rank == 0) is first:
            lead = case.known.leads.get(email)
            company_id = contact.one or _id(case.known.company_of(email))
            match = Match(reason, contact_id=contact.id, company_id=company_id, lead_id=_unconverted(lead))
            return _with_deal(case, match)
    return None


def _on_deal(case: Case, deal: KnownDeal, reason: str) -> Match:
    """Place a mail with a deal; its contact is the participant we know, else the deal's."""
    known = [case.known.contacts[email].id for email in case.emails if email in case.known.contacts]
    contact_id = deal.contact_id if deal.contact_id in known or not known else known[0]
    return Match(reason, deal, contact_id or deal.contact_id, deal.company_id)


def _with_deal(case: Case, match: Match) -> Match:
    """Take along the only open deal of the contact, else of the company; several are decided by the policy."""
    deals = [deal for deal in case.known.deals if deal.outcome == "open"]
    candidates = [deal for deal in deals if match.contact_id and deal.contact_id == match.contact_id] or [
        deal for deal in deals if match.company_id and deal.company_id == match.company_id
    ]
    if len(candidates) > 1:
        candidates = _named_in_subject(case, candidates) or candidates
    if len(candidates) > 1:
        return _by_policy(case, match, candidates)
    return _take(match, candidates[0]) if candidates else match


def _by_policy(case: Case, match: Match, candidates: list[KnownDeal]) -> Match:
    latest = sorted(candidates, key=lambda deal: (deal.created_at, deal.number), reverse=True)
    match case.work.policy.several_open_deals:
        case "newest":
            return _take(match, latest[0])
        case "all":
            return replace(_take(match, latest[0]), also=tuple(latest[1:]))
        case "none":
            return match
    return replace(match, asks=tuple(latest))


def _take(match: Match, deal: KnownDeal) -> Match:
    return replace(match, deal=deal, company_id=match.company_id or deal.company_id)


def _named_in_subject(case: Case, candidates: list[KnownDeal]) -> list[KnownDeal]:
    subject = f" {fold_name(case.request.subject)} "
    named = [deal for deal in candidates if f" {deal.title_key} " in subject or f" d {deal.number} " in subject]
    longest = max((len(deal.title_key) for deal in named), default=0)
    return [deal for deal in named if len(deal.title_key) == longest]


def _belongs(case: Case, thread: Row) -> bool:
    """Say whether somebody in this mail is in the thread, or from the company it is about."""
    contacts, companies, leads = _parties(case)
    deal = next((deal for deal in case.known.deals if deal.id == thread.one), None)
    if (
        thread.two in contacts
        or thread.three in companies
        or thread.four in leads
        or (deal is not None and (deal.contact_id in contacts or deal.company_id in companies))
    ):
        return True
    work = case.work
    [(writer, recipients)] = _WHO_WAS_THERE.rows(work.connection, {"workspace": work.workspace_id, "email": thread.id})
    there = {email for email in (writer, *(one[1] for one in recipients)) if email}
    domains = {domain for email in there if (domain := company_domain(email)) and domain not in work.policy.own_domains}
    return any(email in there or company_domain(email) in domains for email in case.emails)


def _knows_somebody(case: Case, deal: KnownDeal) -> bool:
    contacts, companies, _ = _parties(case)
    return deal.contact_id in contacts or deal.company_id in companies


def _parties(case: Case) -> tuple[set[str], set[str], set[str]]:
    contacts = [case.known.contacts[email] for email in case.emails if email in case.known.contacts]
    domains = [found.id for email in case.emails if (found := case.known.company_of(email))]
    leads = {case.known.leads[email].id for email in case.emails if email in case.known.leads}
    return {row.id for row in contacts}, {row.one for row in contacts if row.one} | set(domains), leads


def _numbered(case: Case, word: str | None) -> KnownDeal | None:
    parsed = parse_reference(word) if word else None
    return next((deal for deal in case.known.deals if parsed and deal.number == parsed[1]), None)


def _unconverted(lead: Row | None) -> str | None:
    return lead.id if lead and lead.two not in ("converted", "disqualified") else None


def _id(row: Row | None) -> str | None:
    return row.id if row else None
