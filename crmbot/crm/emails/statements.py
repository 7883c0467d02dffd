"""The two statements that read what is known of a mail, compiled once for each length of its lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

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
from crmbot.store.prepared import Prepared


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


_SIZES = (2, 4, 16, 64, 512)
"""Lists are filled up to one of these, so that each statement is compiled once; what is longer is cut."""
_FEW = 4
ANY_SIZE = 0
"""The size of lists that are given as arrays, which only PostgreSQL knows."""


def _among(picked: Select[Any], column: Any, name: str, size: int) -> list[Select[Any]]:
    """Return the selects of those rows whose column is in the list of that name.

    SQLite builds a table in memory for each IN, which takes longer than to look a few values up one after the other.
    """
    if size == ANY_SIZE:
        return [picked.where(column == any_(bindparam(name, type_=ARRAY(column.type))))]
    values: list[Any] = [bindparam(f"{name}{n}") for n in range(size)]
    return [picked.where(column == value) for value in values] if size <= _FEW else [picked.where(column.in_(values))]


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
    bearing = (
        _pick("thread", Email.message_id, Email.id, **columns)
        .join(Activity, _joined(Email, Email.activity_id, Activity))
        .where(_here(Email))
    )
    answering = (
        _pick("thread", EmailReference.message_id, Email.id, **columns)
        .join(Email, _joined(EmailReference, EmailReference.email_id, Email))
        .join(Activity, _joined(Email, Email.activity_id, Activity))
        .where(_here(EmailReference))
    )
    return [
        *_among(bearing, Email.message_id, "reference", size),
        *_among(answering, EmailReference.message_id, "reference", size),
    ]


def _contacts() -> Select[Any]:
    columns = {
        "number": Contact.number,
        "label": Contact.name,
        "one": Contact.company_id,
        "rank": ContactEmail.position,
    }
    return (
        _pick("contact", ContactEmail.email, Contact.id, **columns)
        .join(Contact, _joined(ContactEmail, ContactEmail.contact_id, Contact))
        .where(_here(ContactEmail))
    )


def _leads() -> Select[Any]:
    columns = {"number": Lead.number, "label": Lead.name, "one": Lead.contact_id, "two": Lead.status}
    return _pick("lead", Lead.email, Lead.id, **columns).where(_here(Lead))


def _companies() -> Select[Any]:
    columns = {"number": Company.number, "label": Company.name}
    return _pick("company", Company.domain, Company.id, **columns).where(_here(Company))


def _users() -> Select[Any]:
    return _pick("user", User.email, User.id, label=User.receipts, one=User.name, two=User.receipts_by).where(
        _here(User)
    )


def _rules(kind: str) -> Select[Any]:
    picked = _pick("rule", MailRule.value, MailRule.id, label=MailRule.kind)
    return picked.where(_here(MailRule), MailRule.kind == literal(kind))


@cache
def everything(size: int) -> Prepared:
    """Return the statement that reads what is known of a mail, but for the deals."""
    branches = union_all(
        _copies(Email.dedupe_key, "dedupe"),
        _copies(Email.content_key, "content"),
        *_threads(size),
        *_among(_contacts(), ContactEmail.email, "address", size),
        *_among(_leads(), Lead.email, "address", size),
        *_among(_companies(), Company.domain, "domain", size),
        *_among(_users(), User.email, "address", size),
        _users().where(User.id == bindparam("actor")),
        *_among(_rules("sender"), MailRule.value, "address", size),
        *_among(_rules("domain"), MailRule.value, "domain", size),
    )
    return Prepared(branches)


@cache
def deals_of(size: int) -> Prepared:
    """Return the statement that reads the deals of contacts and companies, and those named by number or id."""
    deals = select(*(getattr(Deal, name) for name in KnownDeal._fields)).where(_here(Deal))
    return Prepared(
        union_all(
            *_among(deals, Deal.contact_id, "contact", size),
            *_among(deals, Deal.company_id, "company", size),
            *_among(deals, Deal.number, "number", size),
            *_among(deals, Deal.id, "deal", size),
        )
    )


def filled(lists: Mapping[str, Sequence[Any]]) -> tuple[int, dict[str, Any]]:
    """Return the size that holds every list, and the lists as numbered parameters, filled up with nothing."""
    longest = max(map(len, lists.values()))
    size = next((size for size in _SIZES if size >= longest), _SIZES[-1])
    nothing = [None] * size
    filled_up = ((name, [*values, *nothing][:size]) for name, values in lists.items())
    return size, {f"{name}{n}": value for name, values in filled_up for n, value in enumerate(values)}
