"""What was asked to be seen: a record, lists, a search, tables, a report, help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from crmbot.crm.answers.base import Answer
from crmbot.crm.answers.records import Link, Record
from crmbot.crm.carried import FileView
from crmbot.domain.ids import Kind
from crmbot.errors import Candidate


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a record's timeline; `what` is call, email, meeting, task, note, stage, status or proposal."""

    at: datetime
    what: str
    text: str
    by: str | None = None
    reference: str | None = None
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown(Answer):
    """One record with its timeline, newest first, and what hangs on it."""

    record: Record
    timeline: tuple[TimelineEntry, ...] = ()
    related: tuple[Record, ...] = ()
    mail_address: str | None = None
    """Where mail is logged with the record: a deal's own address."""


@dataclass(frozen=True, slots=True)
class Listing(Answer):
    """Records in order; `said` is the title, or the sentence of an empty list.

    `total` counts all pages, up to a bound; with `more` there are more than that.
    """

    records: tuple[Record, ...]
    total: int
    page: int = 1
    per_page: int = 10
    more: bool = False


@dataclass(frozen=True, slots=True)
class CardRecords(Answer):
    """The records that a message shows."""

    records: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class DraftKept(Answer):
    """A draft: its id, and the request it holds as `requests.encode` made it."""

    draft: str
    data: dict[str, Any]


class Hit(NamedTuple):
    """A record found by search."""

    link: Link
    kind: Kind
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found(Answer):
    """What a search found, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Table(Answer):
    """Plain facts in rows (users, tokens, digests, settings): `columns` are headings, cells are text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportAnswer(Answer):
    """A computed report: `name`, its envelope's `data` and `meta` as typed by the engine."""

    name: str
    report: Any
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Help(Answer):
    """What can be typed: groups of (line, meaning)."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
