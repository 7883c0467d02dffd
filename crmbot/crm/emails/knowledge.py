"""What the workspace knows of a mail's addresses and Message-IDs: one query, and one more for the deals."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmbot.crm.emails.statements import ANY_SIZE, KnownDeal, Row, deals_of, everything, filled
from crmbot.crm.policy import Policy
from crmbot.crm.requests import LogEmail, Participant
from crmbot.crm.work import Work
from crmbot.domain.identity import domain_of, is_public_mailbox_domain
from crmbot.domain.ids import parse_reference
from crmbot.domain.intake import tag_of
from crmbot.store.prepared import Prepared


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


def look_up(work: Work, request: LogEmail) -> Knowledge:
    """Read everything that is known of the mail's participants and thread."""
    addresses = list(dict.fromkeys(one.email for one in request.participants if one.email))
    lists = {
        "reference": [*request.references, *filter(None, (request.message_id,))],
        "address": addresses,
        "domain": sorted({name for email in addresses for name in _domains(email)}),
    }
    found = _rows(
        work,
        everything,
        lists,
        dedupe=request.dedupe_key,
        content=request.content_key,
        actor=work.actor.user_id,
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
    lists: dict[str, Sequence[Any]] = {"contact": contacts, "company": companies, "number": numbers, "deal": threads}
    deals = {row[0]: KnownDeal(*row) for row in _rows(work, deals_of, lists)}
    return tuple(sorted(deals.values(), key=lambda deal: deal.number))


def _rows(
    work: Work, statement: Callable[[int], Prepared], lists: Mapping[str, Sequence[Any]], **values: str | None
) -> list[tuple[Any, ...]]:
    size, given = filled(lists) if work.connection.dialect.name == "sqlite" else (ANY_SIZE, lists)
    return statement(size).rows(work.connection, {"workspace": work.workspace_id, **given, **values})


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
