"""What the workspace knows of a mail's addresses and Message-IDs: one query, and one more for the deals."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

from crmbot.crm.policy import Policy
from crmbot.crm.prepared import Prepared
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


def _among(name: str, size: int) -> list[Any]:
    return [bindparam(f"{name}{n}") for n in range(size)]


# One branch for each condition: SQLite answers none of them by an index when they are joined by OR.


def _copies(column: Any, value: str) -> Select[Any]:
    picked = _pick("copy", Email.dedupe_key, Email.id, label=Email.state, one=Email.kind, at=Email.sent_at)
    return picked.where(_here(Email), column == bindparam(value))


def _threads(size: int) -> list[Select[Any]]:
    """Return the logged mails that bear one of the Message-IDs, and those that answered one of them."""
    columns = {
        "label": Email.reason,
        "one": Activity.deal_id,
        "two": Activity.contact_id,
        "three": Activity.company_id,
        "four": Activity.lead_id,
        "at": Email.sent_at,
    }
    ids = _among("reference", size)
    return [
        _pick("thread", Email.message_id, Email.id, **columns)
        .join(Activity, _joined(Email, Email.activity_id, Activity))
        .where(_here(Email), Email.message_id.in_(ids)),
        _pick("thread", EmailReference.message_id, Email.id, **columns)
        .join(Email, _joined(EmailReference, EmailReference.email_id, Email))
        .join(Activity, _joined(Email, Email.activity_id, Activity))
        .where(_here(EmailReference), EmailReference.message_id.in_(ids)),
    ]


def _contacts(size: int) -> Select[Any]:
    columns = {
        "number": Contact.number,
        "label": Contact.name,
        "one": Contact.company_id,
        "rank": ContactEmail.position,
    }
    return (
        _pick("contact", ContactEmail.email, Contact.id, **columns)
        .join(Contact, _joined(ContactEmail, ContactEmail.contact_id, Contact))
        .where(_here(ContactEmail), ContactEmail.email.in_(_among("address", size)))
    )


def _leads(size: int) -> Select[Any]:
    columns = {"number": Lead.number, "label": Lead.name, "one": Lead.contact_id, "two": Lead.status}
    return _pick("lead", Lead.email, Lead.id, **columns).where(_here(Lead), Lead.email.in_(_among("address", size)))


def _companies(size: int) -> Select[Any]:
    columns = {"number": Company.number, "label": Company.name}
    picked = _pick("company", Company.domain, Company.id, **columns)
    return picked.where(_here(Company), Company.domain.in_(_among("domain", size)))


def _users(these: ColumnElement[bool]) -> Select[Any]:
    return _pick("user", User.email, User.id, label=User.receipts, one=User.name).where(_here(User), these)


def _rules(kind: str, name: str, size: int) -> Select[Any]:
    return _pick("rule", MailRule.value, MailRule.id, label=MailRule.kind).where(
        _here(MailRule), MailRule.kind == literal(kind), MailRule.value.in_(_among(name, size))
    )


_SIZES = (4, 16, 64, 512)
"""Lists are filled up to one of these, so that each statement is compiled once; what is longer is cut."""


@cache
def _everything(size: int) -> Prepared:
    everything = union_all(
        _copies(Email.dedupe_key, "dedupe"),
        _copies(Email.content_key, "content"),
        *_threads(size),
        _contacts(size),
        _leads(size),
        _companies(size),
        _users(User.email.in_(_among("address", size))),
        _users(User.id == bindparam("actor")),
        _rules("sender", "address", size),
        _rules("domain", "domain", size),
    )
    return Prepared(everything)


@cache
def _deals_of(size: int) -> Prepared:
    columns = [getattr(Deal, name) for name in KnownDeal._fields]
    contact_ids, company_ids = _among("contact", size), _among("company", size)
    deals = union_all(
        select(*columns).where(_here(Deal), Deal.contact_id.in_(contact_ids)),
        select(*columns).where(_here(Deal), Deal.company_id.in_(company_ids)),
        select(*columns).where(_here(Deal), Deal.number.in_(_among("number", size))),
        select(*columns).where(_here(Deal), Deal.id.in_(_among("deal", size))),
    )
    return Prepared(deals)


def look_up(work: Work, request: LogEmail) -> Knowledge:
    """Read everything that is known of the mail's participants and thread."""
    addresses = [one.email for one in request.participants if one.email]
    domains = sorted({name for email in addresses for name in _domains(email)})
    lists = {
        "reference": [*request.references, *filter(None, (request.message_id,))],
        "address": addresses,
        "domain": domains,
    }
    size, values = _filled(lists)
    found = _everything(size).rows(
        work.connection,
        {
            **values,
            "workspace": work.workspace_id,
            "dedupe": request.dedupe_key,
            "content": request.content_key,
            "actor": work.actor.user_id,
        },
    )
    known = Knowledge()
    for row in found:
        _keep(known, Row(*row))
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
    size, values = _filled({"contact": contacts, "company": companies, "number": numbers, "deal": threads})
    found = _deals_of(size).rows(work.connection, {**values, "workspace": work.workspace_id})
    deals = {row[0]: KnownDeal(*row) for row in found}
    return tuple(sorted(deals.values(), key=lambda deal: deal.number))


def _filled(lists: Mapping[str, Sequence[Any]]) -> tuple[int, dict[str, Any]]:
    """Return the size that holds every list, and the lists as numbered parameters, filled up with nothing."""
    longest = max(map(len, lists.values()))
    size = next((size for size in _SIZES if size >= longest), _SIZES[-1])
    return size, {
        f"{name}{n}": values[n] if n < len(values) else None for name, values in lists.items() for n in range(size)
    }


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
