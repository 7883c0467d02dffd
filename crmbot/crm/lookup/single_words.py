"""Whom a single word of a text may name: whose name begins with it, and which person's ends with it."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, select, union_all

from crmbot.crm.lookup.candidates import MOST_CHOICES
from crmbot.crm.lookup.naming import NAMED, Named
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.models import NameWord
from crmbot.store.prepared import Prepared

_PEOPLE = (NAMED[Kind.CONTACT], NAMED[Kind.LEAD])


def _ends(named: Named) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of names of a kind from their last word on, which is the bound key."""
    return (
        NameWord.workspace_id == bindparam("workspace"),
        NameWord.kind == named.kind,
        NameWord.word == bindparam("key"),
    )


def _begins(named: Named) -> tuple[ColumnElement[bool], ...]:
    return (
        named.model.workspace_id == bindparam("workspace"),
        named.key >= bindparam("key"),
        named.key < bindparam("end"),
    )


_ANY = Prepared(
    union_all(
        *(
            select(select(literal(1)).where(*where).limit(1).scalar_subquery())
            for where in (*map(_begins, NAMED.values()), *map(_ends, _PEOPLE))
        )
    )
)
_SURNAMED = {
    named: Prepared(
        select(named.model)
        .where(
            named.model.workspace_id == bindparam("workspace"),
            named.model.id.in_(select(NameWord.record_id).where(*_ends(named))),
        )
        .limit(MOST_CHOICES + 1)
    )
    for named in _PEOPLE
}


def names_somebody(work: Work, key: str) -> bool:
    """Say whether any name begins with a folded word, or a person's ends with it."""
    return any(row[0] for row in work.values(_ANY, key=key, end=f"{key}!"))


def surnamed(work: Work, key: str) -> list[Any]:
    """Return the contacts and leads of several words whose last one is this."""
    return [row for named in _PEOPLE for row in work.all(_SURNAMED[named], named.model, key=key)]
