"""What the workspace knows of a mail's addresses and Message-IDs: one query, and one more for the deals."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, cast, literal, null, or_, select, union_all

from crmbot.crm.policy import Policy
from crmbot.crm.requests import LogEmail, Participant
from crmbot.crm.work import Work
from crmbot.domain.identity import domain_of, is_public_mailbox_domain
from crmbot.domain.ids import parse_reference
from crmbot.domain.intake import tag_of
from crmbot.models import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    Deal,
    Email,
    EmailReference,
    Lead,
    MailRule,
    User,
    UTCDateTime,
)


class Row(NamedTuple):
    """One known thing, whatever its table; what `one` to `four` are stands at each select."""

    what: str
    key: str
    id: str
    number: int | None
    label: str | None
    one: str | None
    two: str | None
    three: str | None
    four: str | None
    rank: int | None
    at: datetime | None


class KnownDeal(NamedTuple):
    """A deal that a mail may belong to."""

    id: str
    number: int
    title: str
    title_key: str
    outcome: str
    contact_id: str | None
    company_id: str | None
    owner_id: str | None
    created_at: datetime


@dataclass(slots=True)
class Knowledge:
    """The records behind a mail's participants, keyed by address or domain; who among them is one of us."""

    outside: tuple[Participant, ...] = ()
    copies: list[Row] = field(default_factory=list)
    threads: dict[str, Row] = field(default_factory=dict)
    contacts: dict[str, Row] = field(default_factory=dict)
    leads: dict[str, Row] = field(default_factory=dict)
    companies: dict[str, Row] = field(default_factory=dict)
    users: dict[str, Row] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    deals: tuple[KnownDeal, ...] = ()

    def company_of(self, email: str) -> Row | None:
        """Return the company of an address's domain or of one above it."""
        return next((self.companies[name] for name in _domains(email) if name in self.companies), None)


_NO_TEXT = cast(null(), String)
_NO_NUMBER = cast(null(), BigInteger)
_NO_TIME = cast(null(), UTCDateTime())


def _pick(what: str, key: Any, row_id: Any, **columns: Any) -> Select[Any]:
    texts = [columns.get(name, _NO_TEXT) for name in ("label", "one", "two", "three", "four")]
    number, rank = columns.get("number", _NO_NUMBER), columns.get("rank", _NO_NUMBER)
    return select(literal(what), key, row_id, number, *texts, rank, columns.get("at", _NO_TIME))


def _here(kind: type[Any]) -> ColumnElement[bool]:
    same: ColumnElement[bool] = kind.workspace_id == bindparam("workspace")
    return same


def _joined(kind: type[Any], column: Any, other: type[Any]) -> ColumnElement[bool]:
    on: ColumnElement[bool] = (other.workspace_id == kind.workspace_id) & (other.id == column)
    return on


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


_COPIES = _pick("copy", Email.dedupe_key, Email.id, label=Email.state, one=Email.kind, at=Email.sent_at).where(
    _here(Email), or_(Email.dedupe_key == bindparam("dedupe"), Email.content_key == bindparam("content"))
)
_THREADS = (
    _pick(
        "thread",
        EmailReference.message_id,
        Email.id,
        label=Email.reason,
        one=Activity.deal_id,
        two=Activity.contact_id,
        three=Activity.company_id,
        four=Activity.lead_id,
        at=Email.sent_at,
    )
    .join(Email, _joined(EmailReference, EmailReference.email_id, Email))
    .join(Activity, _joined(Email, Email.activity_id, Activity))
    .where(_here(EmailReference), EmailReference.message_id.in_(_among("references")))
)
_CONTACTS = (
    _pick(
        "contact",
        ContactEmail.email,
        Contact.id,
        number=Contact.number,
        label=Contact.name,
        one=Contact.company_id,
        rank=ContactEmail.position,
    )
    .join(Contact, _joined(ContactEmail, ContactEmail.contact_id, Contact))
    .where(_here(ContactEmail), ContactEmail.email.in_(_among("addresses")))
)
_LEADS = _pick(
    "lead", Lead.email, Lead.id, number=Lead.number, label=Lead.name, one=Lead.contact_id, two=Lead.status
).where(_here(Lead), Lead.email.in_(_among("addresses")))
_COMPANIES = _pick("company", Company.domain, Company.id, number=Company.number, label=Company.name).where(
    _here(Company), Company.domain.in_(_among("domains"))
)
_USERS = _pick("user", User.email, User.id, label=User.receipts, one=User.name).where(
    _here(User), or_(User.email.in_(_among("addresses")), User.id == bindparam("actor"))
)
_RULES = _pick("rule", MailRule.value, MailRule.id, label=MailRule.kind).where(
    _here(MailRule), MailRule.value.in_(_among("ignorable"))
)
_EVERYTHING = union_all(_COPIES, _THREADS, _CONTACTS, _LEADS, _COMPANIES, _USERS, _RULES)

_DEAL_COLUMNS = (
    Deal.id,
    Deal.number,
    Deal.title,
    Deal.title_key,
    Deal.outcome,
    Deal.contact_id,
    Deal.company_id,
    Deal.owner_id,
    Deal.created_at,
)
_DEALS = union_all(
    select(*_DEAL_COLUMNS).where(_here(Deal), Deal.contact_id.in_(_among("contacts")), Deal.outcome == "open"),
    select(*_DEAL_COLUMNS).where(_here(Deal), Deal.company_id.in_(_among("companies")), Deal.outcome == "open"),
    select(*_DEAL_COLUMNS).where(_here(Deal), Deal.number.in_(_among("numbers"))),
    select(*_DEAL_COLUMNS).where(_here(Deal), Deal.id.in_(_among("ids"))),
)


def look_up(work: Work, request: LogEmail) -> Knowledge:
    """Read everything that is known of the mail's participants and thread."""
    addresses = [one.email for one in request.participants if one.email]
    domains = sorted({name for email in addresses for name in _domains(email)})
    found = work.session.execute(
        _EVERYTHING,
        {
            "workspace": work.workspace_id,
            "dedupe": request.dedupe_key,
            "content": request.content_key,
            "references": [*request.references, *filter(None, (request.message_id,))],
            "addresses": addresses,
            "domains": domains,
            "ignorable": [*addresses, *domains],
            "actor": work.actor.user_id,
        },
    )
    known = Knowledge()
    for values in found:
        _keep(known, Row(*values))
    known.outside = tuple(one for one in request.participants if is_outside(one, known.users, work.policy))
    known.deals = _deals(work, request, known)
    return known


def is_outside(one: Participant, users: Container[str], policy: Policy) -> bool:
    """Say whether a participant may be a customer: not of our domains, no user, no intake address."""
    if not one.email or one.email in users or tag_of(one.email, policy.intake_addresses) is not None:
        return False
    domain = domain_of(one.email)
    return not any(domain == own or domain.endswith("." + own) for own in policy.own_domains)


def company_domain(email: str) -> str | None:
    """Return the domain that stands for a company, None for mailboxes that anybody can have."""
    domain = domain_of(email)
    return domain if domain and not is_public_mailbox_domain(domain) else None


def _keep(known: Knowledge, row: Row) -> None:
    match row.what:
        case "copy":
            known.copies.append(row)
        case "thread":
            # Of several mails that name one Message-ID the latest shows where the thread is now.
            earlier = known.threads.get(row.key)
            if earlier is None or (row.at and earlier.at and row.at > earlier.at):
                known.threads[row.key] = row
        case "contact":
            known.contacts[row.key] = row
        case "lead":
            known.leads[row.key] = row
        case "company":
            known.companies[row.key] = row
        case "user":
            known.users[row.key] = row
        case "rule":
            known.ignored.add(row.key)


def _deals(work: Work, request: LogEmail, known: Knowledge) -> tuple[KnownDeal, ...]:
    contacts = [row.id for row in known.contacts.values()]
    companies = _ids(row.one for row in known.contacts.values()) + [row.id for row in known.companies.values()]
    numbers = _numbers((request.deal_tag, request.deal_address))
    threads = _ids(row.one for row in known.threads.values())
    if not (contacts or companies or numbers or threads):
        return ()
    found = work.session.execute(
        _DEALS,
        {
            "workspace": work.workspace_id,
            "contacts": contacts,
            "companies": companies,
            "numbers": numbers,
            "ids": threads,
        },
    )
    deals = {row[0]: KnownDeal(*row) for row in found}
    return tuple(sorted(deals.values(), key=lambda deal: deal.number))


def _ids(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _numbers(words: Sequence[str | None]) -> list[int]:
    parsed = [parse_reference(word) for word in words if word]
    return [found[1] for found in parsed if found]


def _domains(email: str) -> list[str]:
    """Return the domain and those above it, down to two labels: eu.acme.com is Acme's too."""
    domain = company_domain(email)
    labels = domain.split(".") if domain else []
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))] if labels else []
