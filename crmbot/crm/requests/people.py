"""Requests about contacts and companies."""

from dataclasses import dataclass

from crmbot.crm.requests.base import Request
from crmbot.domain.money import Money


@dataclass(frozen=True)
class CreateContact(Request, name="contact.new", permission="crm.contacts.edit"):
    """Add a person; the company is found by name or domain, or made."""

    name: str
    emails: tuple[str, ...] = ()
    phone: str | None = None
    role: str | None = None
    company: str | None = None


@dataclass(frozen=True)
class SetContact(Request, name="contact.set", permission="crm.contacts.edit"):
    """Change facts of a contact; `add_emails` are added.

    `lifetime_value` is what the customer is worth by hand, `automatic_lifetime_value` lets the deals tell again.
    """

    contact: str
    name: str | None = None
    add_emails: tuple[str, ...] = ()
    phone: str | None = None
    role: str | None = None
    company: str | None = None
    lifetime_value: Money | None = None
    automatic_lifetime_value: bool = False


@dataclass(frozen=True)
class MergeContacts(Request, name="contact.merge", permission="crm.contacts.edit"):
    """Fold `contact` into `into`: everything linked moves, empty facts are filled, `contact` goes."""

    contact: str
    into: str


@dataclass(frozen=True)
class ShowContact(Request, name="contact.show", permission="crm.contacts.view", writes=False):
    """Show a contact with its timeline."""

    contact: str


@dataclass(frozen=True)
class ListContacts(Request, name="contact.list", permission="crm.contacts.view", writes=False):
    """List contacts by name."""

    company: str | None = None
    words: str | None = None
    page: int = 1


@dataclass(frozen=True)
class CreateCompany(Request, name="company.new", permission="crm.companies.edit"):
    """Add an organisation."""

    name: str
    domain: str | None = None
    industry: str | None = None
    size: str | None = None


@dataclass(frozen=True)
class SetCompany(Request, name="company.set", permission="crm.companies.edit"):
    """Change facts of a company; the lifetime values are as a contact's."""

    company: str
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    size: str | None = None
    lifetime_value: Money | None = None
    automatic_lifetime_value: bool = False


@dataclass(frozen=True)
class MergeCompanies(Request, name="company.merge", permission="crm.companies.edit"):
    """Fold `company` into `into`."""

    company: str
    into: str


@dataclass(frozen=True)
class ShowCompany(Request, name="company.show", permission="crm.companies.view", writes=False):
    """Show a company with its people, deals and timeline."""

    company: str


@dataclass(frozen=True)
class ListCompanies(Request, name="company.list", permission="crm.companies.view", writes=False):
    """List companies by name."""

    words: str | None = None
    page: int = 1
