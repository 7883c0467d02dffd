"""The contacts and companies that a table's rows name: found in the store or among the rows before, or made."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from crmbot.crm.lookup import exactly_named
from crmbot.crm.people import COMPANY_OF_DOMAIN, COMPANY_OF_NAME, may_be_called
from crmbot.crm.spreadsheets.batch import Batch, Once
from crmbot.domain.identity import company_name_from, domain_of, fold_name, is_public_mailbox_domain
from crmbot.domain.ids import Kind, reference
from crmbot.errors import Ambiguous, Candidate, Conflict
from crmbot.models import Company, Contact, ContactEmail


class Party(NamedTuple):
    """What of a contact or company rows are compared with; the company is a contact's."""

    id: str
    number: int
    name: str
    company_id: str | None = None


class Parties:
    """Contacts and companies by name, address and domain; `made` counts by kind those made as none was found."""

    def __init__(self, batch: Batch, addresses: Iterable[str] = ()) -> None:
        self.made: Counter[str] = Counter()
        self._batch = batch
        self._addresses: dict[str, Party] = dict(self._known_addresses(addresses))
        self._domains: dict[str, Party] = {}
        self._named: dict[tuple[Kind, str], list[Party]] = {}
        self._companies: Once[Party | None] = Once()
        self._contacts: Once[Party | None] = Once()
        self._bearing: Once[Party | None] = Once()
        self._at: Once[Party | None] = Once()

    def company(self, name: str | None, email: str | None) -> str | None:
        """Return the company that `people.company_for` would; Ambiguous, and nothing made, when several are called so.

        Nobody can be asked, so of names that begin alike each is its own.
        """
        name = (name or "").strip()
        domain = domain_of(email) if email else ""
        business = domain if domain and not is_public_mailbox_domain(domain) else None
        found = self.named(Kind.COMPANY, name) if name else None
        if found is None and business:
            at = self.at_domain(business)
            found = at if at is not None and may_be_called(at.name, name, whatever=False) else None
        if found is not None:
            return found.id
        if not name and not business:
            return None
        self.made[Kind.COMPANY.value] += 1
        return self.add_company(name or company_name_from(str(business)), business)

    def contact(self, name: str, email: str | None, company_id: str | None) -> tuple[str, str | None]:
        """Return the contact with that address, and their company; made when there is none.

        One who had no company gets this one; whoever is made without gets that of the address.
        """
        known = self._addresses.get(email) if email else None
        if known is None:
            self.made[Kind.CONTACT.value] += 1
            company_id = company_id or self.company(None, email)
            return self.add_contact(name, [email] if email else [], company_id), company_id
        if known.company_id is None and company_id is not None:
            self._batch.join(known.id, company_id)
            self._addresses[str(email)] = known = known._replace(company_id=company_id)
        return known.id, company_id or known.company_id

    def add_contact(
        self, name: str, emails: list[str], company_id: str | None, *, created: datetime | None = None, **facts: Any
    ) -> str:
        """Make a contact; nobody has one of the addresses."""
        row = self._batch.add("contact", name=name, emails=emails, company=company_id, created_at=created, **facts)
        party = Party(row["id"], row["number"], name, company_id)
        self._addresses.update(dict.fromkeys(emails, party))
        return self._keep(Kind.CONTACT, party)

    def add_company(self, name: str, domain: str | None, *, created: datetime | None = None, **facts: Any) -> str:
        """Make a company; a domain that another one has stays with that one."""
        if domain and self.at_domain(domain) is not None:
            domain = None
        row = self._batch.add("company", name=name, domain=domain, created_at=created, **facts)
        party = Party(row["id"], row["number"], name)
        if domain:
            self._domains[domain] = party
        return self._keep(Kind.COMPANY, party)

    def refuse_address(self, email: str) -> None:
        """Refuse an address that a contact has."""
        known = self._addresses.get(email)
        if known is not None:
            raise Conflict(f"{reference(Kind.CONTACT, known.number)} {known.name} has the address {email} already.")

    def named(self, kind: Kind, word: str) -> Party | None:
        """Return the contact or company of that number or whole name; Ambiguous when several bear it."""
        in_store = self._companies if kind is Kind.COMPANY else self._contacts
        known = in_store.ask(word, partial(self._in_store, kind))
        here = self._named.get((kind, fold_name(word)), [])
        found = [known, *here] if known is not None else here
        if len(found) > 1:
            shown = [Candidate(reference(kind, party.number), party.name) for party in found]
            raise Ambiguous(word, kind.value, shown)
        return found[0] if found else None

    def bearing(self, name: str) -> Party | None:
        """Return a company of that whole name, the first of several."""
        here = self._named.get((Kind.COMPANY, fold_name(name)))
        return here[0] if here else self._bearing.ask(name, self._of_name)

    def at_domain(self, domain: str) -> Party | None:
        """Return the company of a domain."""
        return self._domains.get(domain) or self._at.ask(domain, self._of_domain)

    def _keep(self, kind: Kind, party: Party) -> str:
        self._named.setdefault((kind, fold_name(party.name)), []).append(party)
        return party.id

    def _in_store(self, kind: Kind, word: str) -> Party | None:
        row = exactly_named(self._batch.work, kind, word, field=kind.value)
        return _party(row) if row is not None else None

    def _of_name(self, name: str) -> Party | None:
        known = self._batch.work.all(COMPANY_OF_NAME, Company, name=fold_name(name))
        return min(map(_party, known), key=lambda party: party.number, default=None)

    def _of_domain(self, domain: str) -> Party | None:
        row = self._batch.work.first(COMPANY_OF_DOMAIN, Company, domain=domain)
        return _party(row) if row is not None else None

    def _known_addresses(self, addresses: Iterable[str]) -> Iterable[tuple[str, Party]]:
        columns = (ContactEmail.email, Contact.id, Contact.number, Contact.name, Contact.company_id)
        same = (Contact.workspace_id == ContactEmail.workspace_id) & (Contact.id == ContactEmail.contact_id)
        for email, *facts in self._batch.among(columns, ContactEmail.email, addresses, (Contact, same)):
            yield email, Party(*facts)


def _party(row: Any) -> Party:
    return Party(row.id, row.number, row.name, getattr(row, "company_id", None))
