"""What comes back from the door: frozen values that every surface renders in its own way.

Records are named tuples, as a list or the board makes dozens of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from crmbot.crm.carried import FileView, MeetingView
from crmbot.crm.offered import ProposalView
from crmbot.crm.requests.base import Offer
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money
from crmbot.errors import Candidate


class Person(NamedTuple):
    """A user as others see them."""

    id: str
    name: str
    slack_user_id: str | None = None


class Link(NamedTuple):
    """Another record, named."""

    reference: str
    title: str


class DealView(NamedTuple):
    """A deal as a card shows it."""

    id: str
    reference: str
    title: str
    value: Money | None
    probability: int
    stage_key: str
    stage: str
    outcome: str
    owner: Person | None
    contact: Link | None
    company: Link | None
    expected_close: date | None
    created_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    version: int
    kind: Kind = Kind.DEAL


class LeadView(NamedTuple):
    """A lead as a card shows it."""

    id: str
    reference: str
    title: str
    email: str | None
    company_name: str | None
    source: str | None
    status: str
    score: int | None
    owner: Person | None
    contact: Link | None
    deal: Link | None
    disqualified_reason: str | None
    created_at: datetime
    version: int
    kind: Kind = Kind.LEAD
    score_reasons: tuple[str, ...] = ()
    """Why the lead has its score: “+20 referral”; nothing where no rule had a say, and in lists."""


class ContactView(NamedTuple):
    """A contact as a card shows it; `bounced` are addresses that mail came back from, each with why."""

    id: str
    reference: str
    title: str
    emails: tuple[str, ...]
    phone: str | None
    role: str | None
    company: Link | None
    created_at: datetime
    version: int
    kind: Kind = Kind.CONTACT
    bounced: tuple[tuple[str, str], ...] = ()
    lifetime_value: Money | None = None
    """Set by hand; looked up only where one record is shown or changed."""


class CompanyView(NamedTuple):
    """A company as a card shows it."""

    id: str
    reference: str
    title: str
    domain: str | None
    industry: str | None
    size: str | None
    created_at: datetime
    version: int
    kind: Kind = Kind.COMPANY
    lifetime_value: Money | None = None
    """As a contact's."""


class ActivityView(NamedTuple):
    """An activity as a card shows it; `title` is its subject, `about` the records it is linked to.

    `meeting` and `files` are told where one activity is shown, not in lists.
    """

    id: str
    reference: str
    title: str
    activity_kind: str
    notes: str | None
    owner: Person | None
    about: tuple[Link, ...]
    due_at: datetime | None
    due_on: date | None
    overdue_at: datetime | None
    completed_at: datetime | None
    duration_minutes: int | None
    billable: bool
    outcome: str | None
    attendees: tuple[str, ...]
    created_at: datetime
    version: int
    kind: Kind = Kind.ACTIVITY
    meeting: MeetingView | None = None
    files: tuple[FileView, ...] = ()


Record = DealView | LeadView | ContactView | CompanyView | ActivityView | ProposalView


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that changed, in words: "Stage", "Qualified", "Negotiation"; empty text for nothing."""

    record: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The base of all answers: `said` is one sentence that stands alone in plain text."""

    said: str

    def with_entry(self, entry_id: str) -> "Answer":
        """Return the same with the journal entry of what was done, where it is told."""
        del entry_id
        return self


@dataclass(frozen=True, slots=True)
class Outcome(Answer):
    """What a writing request did.

    `record` is what it was about, `also` what else was made or changed. `entry_id` is what undo takes (none for a dry
    run or when nothing changed). `repeated` tells that this very input had its effect before, so nothing was done
    now. `secret` is shown once, to the actor only (an API token); `link` is an address for others, to be passed on.
    `offer` is what to do next, `warnings` are sentences about what was done though it may be a slip.
    """

    record: Record | None = None
    also: tuple[Record, ...] = ()
    changes: tuple[Change, ...] = ()
    repeated: bool = False
    dry_run: bool = False
    secret: str | None = None
    link: str = ""
    learnt: str = ""
    offer: Offer | None = None
    warnings: tuple[str, ...] = ()
    entry_id: str | None = None

    def with_entry(self, entry_id: str) -> "Outcome":
        """Return the same with its entry; `replace` would take three times as many steps, in every command."""
        make: Callable[..., Outcome] = Outcome
        return make(*_all_but_entry(self), entry_id)


_all_but_entry = attrgetter(*(field.name for field in fields(Outcome)[:-1]))


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
class BoardColumn:
    """A stage with its open deals; sums are in the workspace's currency, deals without a rate left out."""

    key: str
    name: str
    count: int
    value: Money
    weighted: Money
    deals: tuple[DealView, ...]


@dataclass(frozen=True, slots=True)
class Board(Answer):
    """The pipeline in columns; `unconverted` names deals whose currency has no rate."""

    columns: tuple[BoardColumn, ...]
    total: Money
    weighted: Money
    unconverted: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Today(Answer):
    """What waits for the actor, or `whose`: the first activities and how many there are; and that person's pipeline."""

    overdue: tuple[ActivityView, ...]
    due_today: tuple[ActivityView, ...]
    stale: tuple[DealView, ...]
    triage: int = 0
    overdue_total: int = 0
    due_total: int = 0
    stale_total: int = 0
    pipeline: Board | None = None
    whose: Person | None = None
    """Whose day it is when it is not the actor's own."""


@dataclass(frozen=True, slots=True)
class LastEffect:
    """What the actor did last and can still undo."""

    entry_id: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Home(Answer):
    """What stands on the actor's Home tab."""

    today: Today
    last: LastEffect | None = None


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
class Reach:
    """Whom a rule about a sender or domain hits: so many contacts and open deals."""

    value: str
    contacts: int
    deals: int


@dataclass(frozen=True, slots=True)
class EmailView:
    """A mail as triage and receipts show it; `reason` is the rung of the match ladder, or why it waits.

    `domain` is whom ignoring the domain would hit, for those who may; `forwarder` who passed it on, as far as that is
    proven or only said, `files` the names of what is attached. `has_stranger`: somebody is in it to add or ignore.
    """

    id: str
    subject: str
    from_name: str
    from_address: str | None
    text: str
    sent_at: datetime
    state: str
    reason: str
    about: tuple[Link, ...] = ()
    logged_by: Person | None = None
    domain: Reach | None = None
    forwarder: str = ""
    files: tuple[str, ...] = ()
    has_stranger: bool = True


@dataclass(frozen=True, slots=True)
class MailAnswer(Answer):
    """What became of a mail."""

    email: EmailView
    activity: ActivityView | None = None
    entry_id: str | None = None
    repeated: bool = False

    def with_entry(self, entry_id: str) -> "MailAnswer":
        """Return the same with its entry."""
        return replace(self, entry_id=entry_id)


@dataclass(frozen=True, slots=True)
class Triage(Answer):
    """Mail that waits for a person."""

    emails: tuple[EmailView, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Places(Answer):
    """Where a mail may go, the likeliest first; the first `near` ones are of people in it."""

    email: EmailView
    places: tuple[Link, ...]
    near: int = 0


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
