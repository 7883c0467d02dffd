"""The statements that find records by number, name, company, address, or somebody's own word for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, literal, select, union_all

from crmbot.crm.lookup.candidates import MOST_CHOICES
from crmbot.crm.lookup.words import holding, name_starts, phoned, word_starts, word_values
from crmbot.domain.ids import Kind
from crmbot.models import Alias, Company, Contact, ContactEmail, Deal, Lead, NameWord
from crmbot.store.prepared import Prepared

_MOST_WORDS = 300
"""More words than one name has that begin alike, so that among so many there are several names."""
ANY_OUTCOME = ""
"""Deals whether open or closed."""


@dataclass(frozen=True, eq=False)
class Named:
    """How records of a kind are found by name; there is one of each kind."""

    kind: Kind
    model: type[Any]
    key: Any


NAMED = {
    Kind.DEAL: Named(Kind.DEAL, Deal, Deal.title_key),
    Kind.LEAD: Named(Kind.LEAD, Lead, Lead.name_key),
    Kind.CONTACT: Named(Kind.CONTACT, Contact, Contact.name_key),
    Kind.COMPANY: Named(Kind.COMPANY, Company, Company.name_key),
}


OWN_WORD = Prepared(
    select(Alias.id, Alias.kind, Alias.record_id).where(
        Alias.workspace_id == bindparam("workspace"),
        Alias.user_id == bindparam("user"),
        Alias.word == bindparam("word"),
    )
)


@cache
def taken_since(named: Named) -> Prepared:
    """Return what finds another record that got a name after somebody chose what it means."""
    model = named.model
    return Prepared(
        select(model.id)
        .where(
            model.workspace_id == bindparam("workspace"),
            named.key == bindparam("word"),
            model.id > bindparam("chosen"),
            model.id != bindparam("record"),
        )
        .limit(1)
    )


BY_DOMAIN = Prepared(
    select(Company)
    .where(Company.workspace_id == bindparam("workspace"), Company.domain == bindparam("domain"))
    .limit(MOST_CHOICES + 1)
)
LEAD_BY_EMAIL = Prepared(
    select(Lead)
    .where(Lead.workspace_id == bindparam("workspace"), Lead.email == bindparam("email"))
    .limit(MOST_CHOICES + 1)
)
CONTACT_BY_EMAIL = Prepared(
    select(Contact)
    .join(
        ContactEmail,
        (ContactEmail.workspace_id == Contact.workspace_id) & (ContactEmail.contact_id == Contact.id),
    )
    .where(ContactEmail.workspace_id == bindparam("workspace"), ContactEmail.email == bindparam("email"))
    .limit(MOST_CHOICES + 1)
)
CONTACT_BY_PHONE = Prepared(
    select(Contact)
    .where(Contact.workspace_id == bindparam("workspace"), Contact.id.in_(phoned()))
    .limit(MOST_CHOICES + 1)
)


@cache
def by_number(named: Named) -> Prepared:
    """Return what finds the record of a number."""
    model = named.model
    return Prepared(
        select(model).where(model.workspace_id == bindparam("workspace"), model.number == bindparam("number"))
    )


MATCHES = ("exactly", "begins", "has_word")
"""From the surest to the loosest: the whole name, its first words, and from one of its words on."""
WRITES = ("exactly", "has_word")
"""As a change takes them: a name that begins with the word is no surer than one that has it further on."""

OUTCOMES: dict[str | None, tuple[str, ...]] = {
    None: (ANY_OUTCOME,),
    "open": ("open", ANY_OUTCOME),
    "closed": ("closed", ANY_OUTCOME),
}


def _matches(column: Any, match: str) -> ColumnElement[bool]:
    """Return how a folded name is compared with the bound key."""
    conditions: dict[str, ColumnElement[bool]] = {
        "exactly": column == bindparam("key"),
        "begins": (column >= bindparam("begin")) & (column < bindparam("end")),
    }
    return conditions[match]


def compared_with(key: str) -> dict[str, str]:
    """Return the values that names are compared with."""
    return {"key": key, "begin": f"{key} ", "end": f"{key}!", **word_values(key)}


def _with_outcome(outcome: str) -> tuple[ColumnElement[bool], ...]:
    """Return how deals are narrowed: as an expression, so that no index of outcomes is taken before that of names."""
    told = Deal.outcome.concat("")
    return {"open": (told == "open",), "closed": (told != "open",)}.get(outcome, ())


@cache
def by_name(named: Named, match: str, outcome: str) -> Prepared:
    """Return what finds the records whose name matches."""
    return Prepared(_named_so(select(named.model), named, match, outcome))


def ids_by_name(named: Named, match: str, outcome: str) -> Select[Any]:
    """Return the ids of the records whose name matches."""
    return _named_so(select(named.model.id), named, match, outcome)


def _named_so(selected: Select[Any], named: Named, match: str, outcome: str) -> Select[Any]:
    where = (named.model.workspace_id == bindparam("workspace"), *_with_outcome(outcome))
    if match == "has_word":
        return selected.where(where[0], named.model.id.in_(_with_word(named, where))).limit(MOST_CHOICES + 1)
    return selected.where(*where, _matches(named.key, match)).limit(MOST_CHOICES + 1)


def _with_word(named: Named, where: Sequence[ColumnElement[bool]]) -> Any:
    """Return the ids of some records whose name has the bound key from one of its words on: the first or a later."""
    model = named.model
    first = select(model.id).where(*where, name_starts(named.key)).limit(MOST_CHOICES + 1).subquery()
    own = (model.workspace_id == NameWord.workspace_id) & (model.id == NameWord.record_id)
    later = (
        select(NameWord.record_id)
        .join(model, own)
        .where(*word_starts(named.kind), *where, holding(named.key))
        .limit(_MOST_WORDS)
        .subquery()
    )
    several = select(later.c.record_id).distinct().limit(MOST_CHOICES + 1).subquery()
    return union_all(select(first.c.id), select(several.c.record_id))


def ids_by_party(party: Any, column: Any, match: str, outcome: str) -> Select[Any]:
    """Return the ids of deals by the name of their company or contact."""
    named = select(party.id).where(party.workspace_id == bindparam("workspace"), _matches(party.name_key, match))
    where = (Deal.workspace_id == bindparam("workspace"), column.in_(named), *_with_outcome(outcome))
    return select(Deal.id).where(*where).limit(MOST_CHOICES + 1)


@cache
def names_with_word(named: Named) -> Prepared:
    """Return what gives id and folded name of the records that have the bound key from one of their words on."""
    model = named.model
    own = (model.workspace_id == NameWord.workspace_id) & (model.id == NameWord.record_id)
    most = bindparam("most", type_=Integer)
    mine = model.workspace_id == bindparam("workspace")
    first = select(model.id, named.key).where(mine, name_starts(named.key)).limit(most).subquery()
    later = select(model.id, named.key).join(NameWord, own).where(*word_starts(named.kind), mine).limit(most).subquery()
    return Prepared(union_all(select(first), select(later)))


def called(place: int, named: Named) -> tuple[Any, ...]:
    """Return the columns of a kind's place among others, the place again with the record's id, and its folded name."""
    return literal(place), literal(f"{place} ").concat(named.model.id), named.key


@cache
def latest_names(kinds: tuple[Named, ...]) -> Prepared:
    """Return what gives `called` of the latest records of each kind."""
    latest = [
        select(*called(place, named))
        .where(named.model.workspace_id == bindparam("workspace"))
        .order_by(named.model.number.desc())
        .limit(bindparam("most", type_=Integer))
        .subquery()
        for place, named in enumerate(kinds)
    ]
    return Prepared(union_all(*map(select, latest)))
