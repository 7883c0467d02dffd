"""How a record that is not there yet would begin: the line that makes it, and the facts a word tells of it."""

from typing import Any

from crmbot.domain.identity import (
    Address,
    company_name_from,
    domain_of,
    is_public_mailbox_domain,
    normalise_email,
    person_name_from,
)
from crmbot.domain.ids import Kind
from crmbot.domain.phones import typed_phone

_SOMEBODY = "Jane Doe"


def first_words(kind: Kind, word: str) -> tuple[str, dict[str, Any]]:
    """Return the line that would make a record of a word, and the fields that the word fills.

    A phone number needs a name beside it. Of an address the name and the company are only guessed, as an example that
    whoever types it corrects.
    """
    text = " ".join(word.split())
    # Companies have no slash command of their own.
    command = f"crm {kind}" if kind is Kind.COMPANY else str(kind)
    if kind is Kind.CONTACT and typed_phone(text):
        return f'{kind} new "{_SOMEBODY}" {text}', {"phone": text}
    if kind not in (Kind.CONTACT, Kind.LEAD) or "@" not in text:
        return f"{command} new {_quoted(text)}", {"name": text}
    try:
        email = normalise_email(text)
    except ValueError:
        return f'{kind} new "{_SOMEBODY}"', {}
    name = person_name_from(Address("", email))
    company = _company_of(email)
    at = f" at {_quoted(company)}" if company else ""
    emails: dict[str, Any] = {"emails": (email,)} if kind is Kind.CONTACT else {"email": email}
    return f'{kind} new "{name or _SOMEBODY}" {email}{at}', {"name": name, **emails, "company": company}


def _company_of(email: str) -> str | None:
    """Return what the company behind an address may be called; None for a mailbox anybody can have."""
    domain = domain_of(email)
    return None if is_public_mailbox_domain(domain) else company_name_from(domain) or None


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text and '"' not in text else text
