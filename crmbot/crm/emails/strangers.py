"""Somebody new in a mail as a contact: name and address from its headers, the rest from their signature."""

from crmbot.crm.emails.knowledge import company_domain
from crmbot.crm.people import company_for, contact_for
from crmbot.crm.requests import Participant
from crmbot.crm.work import Work
from crmbot.domain.identity import Address, person_name_from
from crmbot.domain.signatures import SignatureFacts, signature_facts
from crmbot.errors import Ambiguous
from crmbot.models import Company, Contact, Email

_FORWARD = "forward"


def contact_of(work: Work, one: Participant, words: str = "") -> Contact:
    """Return the contact with a participant's address, made with the company of its domain when there is none.

    `words` are what the mail's writer wrote, signature included, or the signature alone: they tell of that one only.
    """
    name = person_name_from(Address(one.name, one.email or "")) or one.email or one.name
    facts = signature_facts(words) if words and one.place == "from" else SignatureFacts()
    contact = contact_for(work, name, one.email, _company(work, one, facts))
    contact.phone = contact.phone or facts.phone
    contact.role = contact.role or facts.role
    return contact


def words_of(email: Email) -> str:
    """Return where a waiting mail's writer tells of themselves: a forward keeps its text whole."""
    return email.text if email.kind == _FORWARD else str(email.detail.get("signature", ""))


def _company(work: Work, one: Participant, facts: SignatureFacts) -> Company | None:
    email = one.email if company_domain(one.email or "") else None
    try:
        return company_for(work, facts.company, email, whatever_name=True)
    except Ambiguous:
        # Several bear the name that the signature says; nobody is there to ask.
        return company_for(work, None, email)
