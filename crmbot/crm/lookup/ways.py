"""All the ways in which a name may mean records, asked in one statement."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, literal, select, union_all

from crmbot.crm.lookup.candidates import MOST_CHOICES, Row
from crmbot.crm.lookup.naming import ANY_OUTCOME, MATCHES, Named, compared_with, ids_by_name, ids_by_party
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind
from crmbot.models import Company, Contact, Deal
from crmbot.store.prepared import Prepared

PARTIES = ("party", "party_begins")
"""The ways of a deal that is named by its company or contact: their whole name, or its first words."""
_MATCHES_OF_PARTIES = {"party": "exactly", "party_begins": "begins"}

Found = Mapping[str, Sequence[tuple[int, str]]]
"""By way: the place of the kind among those asked for, and the record's id."""


def found_in_ways(work: Work, kinds: tuple[Named, ...], key: str, outcome: str = ANY_OUTCOME) -> Found:
    """Return what a folded name means in each way, the surest first; `outcome` narrows deals.

    A deal asked for alone may be meant by its company's or contact's name too.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    if key:
        work.recorder.index_names(work.connection, work.workspace_id)
        for way, place, row_id in work.values(_in_ways(kinds, outcome), **compared_with(key)):
            found.setdefault(way, []).append((place, row_id))
    return found


def rows_in_way(work: Work, kinds: tuple[Named, ...], found: Found, way: str) -> list[Row]:
    """Return the records that are meant in one way: the kinds in order, each by number."""
    meant = found.get(way, ())
    rows: list[Row] = []
    for place, named in enumerate(kinds):
        ids = dict.fromkeys(row_id for of_kind, row_id in meant if of_kind == place)
        if ids:
            work.load(named.model, ids)
            rows += sorted((work.get(named.model, one) for one in ids), key=lambda row: row.number)[: MOST_CHOICES + 1]
    return rows


@cache
def _in_ways(kinds: tuple[Named, ...], outcome: str) -> Prepared:
    arms: list[Select[Any]] = []
    for match in MATCHES:
        for place, named in enumerate(kinds):
            ids = ids_by_name(named, match, outcome if named.kind is Kind.DEAL else ANY_OUTCOME)
            arms.append(_arm(match, place, ids))
    if [named.kind for named in kinds] == [Kind.DEAL]:
        for way, match in _MATCHES_OF_PARTIES.items():
            for party, column in ((Company, Deal.company_id), (Contact, Deal.contact_id)):
                arms.append(_arm(way, 0, ids_by_party(party, column, match, outcome)))
    return Prepared(union_all(*arms))


def _arm(way: str, place: int, ids: Select[Any]) -> Select[Any]:
    return select(literal(way), literal(place), ids.subquery().c.id)
