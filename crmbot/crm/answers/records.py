"""Records as people are shown them: named tuples, as a list or the board makes dozens of them."""

from datetime import date, datetime
from typing import NamedTuple

from crmbot.crm.carried import FileView, MeetingView
from crmbot.crm.offered import ProposalView
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money


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
