"""The index of words by which records are found: kept with every name that an effect or an import writes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from crmbot.domain.ids import Kind
from crmbot.domain.phones import phone_words
from crmbot.domain.words import name_words
from crmbot.models import Company, Contact, Deal, Lead, NameWord
from crmbot.store.prepared import Prepared, insertion

LEAD_COMPANY = "lead_company"
"""The kind of the words of companies that leads tell of."""
CONTACT_PHONE = "contact_phone"
"""The kind of the digits of contacts' phone numbers."""


@dataclass(frozen=True, slots=True)
class Named:
    """A column of folded names, or of numbers: the kind of its words, and what takes them out of it."""

    kind: str
    column: str
    words: Callable[[str | None], tuple[str, ...]] = name_words


NAMED: Mapping[str, tuple[Named, ...]] = {
    Deal.__tablename__: (Named(Kind.DEAL, "title_key"),),
    Company.__tablename__: (Named(Kind.COMPANY, "name_key"),),
    Contact.__tablename__: (Named(Kind.CONTACT, "name_key"), Named(CONTACT_PHONE, "phone", phone_words)),
    Lead.__tablename__: (
        Named(Kind.LEAD, "name_key"),
        Named(LEAD_COMPANY, "company_key", partial(name_words, whole=True)),
    ),
}
"""The names in each table; those without an index of their own are kept with their first word."""

_COLUMNS = {table: frozenset(named.column for named in names) for table, names in NAMED.items()}

_ADD = insertion(NameWord)
_REMOVE = Prepared(
    delete(NameWord).where(
        NameWord.workspace_id == bindparam("workspace_id"),
        NameWord.kind == bindparam("kind"),
        NameWord.word == bindparam("word"),
        NameWord.record_id == bindparam("record_id"),
    )
)


def index_names(
    connection: Connection, workspace_id: str, changes: Sequence[Mapping[str, Any]], *, again: bool = False
) -> None:
    """Bring the index to the names that an effect's journalled changes leave.

    `again` is for changes of which some were brought there before.
    """
    told = [change for change in changes if change["table"] in NAMED]
    if again or any(map(_renames, told)):
        _bring(connection, workspace_id, told, again=again)
    else:
        # The everyday case: of records that were made all words are new.
        words = (_rows_of(workspace_id, one["table"], one["row_id"], one["after"]) for one in told if not one["before"])
        _write(_ADD, connection, [*chain.from_iterable(words)])


def _renames(change: Mapping[str, Any]) -> bool:
    """Say whether a change took a name from a record that had one."""
    before = change["before"]
    return bool(before) and not _COLUMNS[change["table"]].isdisjoint(before)


def _bring(connection: Connection, workspace_id: str, changes: Sequence[Mapping[str, Any]], *, again: bool) -> None:
    names = [
        (named, change)
        for change in changes
        for named in NAMED[change["table"]]
        if named.column in (change["before"] or {}) or named.column in (change["after"] or {})
    ]
    stood: set[_Word] = set()
    stands: dict[tuple[str, str], set[_Word]] = {}
    for named, change in names:
        own = (named.kind, change["row_id"])
        if again or own not in stands:
            stood |= _words_of(named, change, "before")
        stands[own] = _words_of(named, change, "after")
    now = set().union(*stands.values())
    _run(_REMOVE, connection, workspace_id, stood | now if again else stood - now)
    _run(_ADD, connection, workspace_id, now if again else now - stood)


_Word = tuple[str, str, str]
"""Kind, record and word."""


def _words_of(named: Named, change: Mapping[str, Any], side: str) -> set[_Word]:
    name = (change[side] or {}).get(named.column)
    return {(named.kind, change["row_id"], word) for word in named.words(name)}


def _run(statement: Prepared, connection: Connection, workspace_id: str, words: Iterable[_Word]) -> None:
    told = [
        {"workspace_id": workspace_id, "kind": kind, "record_id": record_id, "word": word}
        for kind, record_id, word in sorted(words)
    ]
    _write(statement, connection, told)


def _write(statement: Prepared, connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement.run(connection, rows)


def _rows_of(workspace_id: str, table: str, record_id: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows for the names that a record's values tell."""
    return [
        {"workspace_id": workspace_id, "kind": named.kind, "word": word, "record_id": record_id}
        for named in NAMED.get(table, ())
        for word in named.words(values.get(named.column))
    ]


def with_words(rows: Iterable[tuple[type[Any], dict[str, Any]]]) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    """Yield new rows, each with those of its name's words behind it."""
    for table, row in rows:
        yield table, row
        if table.__tablename__ in NAMED:
            for word in _rows_of(row["workspace_id"], table.__tablename__, row["id"], row):
                yield NameWord, word
