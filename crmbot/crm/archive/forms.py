"""What each line of an archive may say: the format of interfaces.md as one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmbot.crm.archive import values as read
from crmbot.crm.archive.values import Reader, Wrong
from crmbot.domain.permissions import Role
from crmbot.domain.stages import ForecastCategory, LeadStatus, StageKind
from crmbot.models import Activity, Base, Company, Contact, Customer, Deal, Lead, Note, Proposal

_NUMBER = read.whole(1, 10**9)
_MINUTES = read.whole(0, 10**6)
_REF = read.name


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one type of line, or of an entry inside one.

    `refs` says which field points to what; `table` is where a record lives.
    """

    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    table: type[Base] | None = None

    def read(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that the line gives; Wrong tells what is wrong with which field."""
        found: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        readers = self.fields
        for key, value in line.items():
            reader = readers.get(key)
            if reader is None:
                problems.append((key, "there is no such field"))
            elif value is None:
                found[key] = None
            else:
                try:
                    found[key] = reader(value)
                except Wrong as wrong:
                    problems += [(f"{key}{path}", said) for path, said in wrong.problems]
                except ValueError as error:
                    problems.append((key, str(error)))
        for key in self.required:
            if line.get(key) is None:
                problems.append((key, "it is missing"))
        if problems:
            raise Wrong(problems)
        return found

    def entry(self, value: Any) -> dict[str, Any]:
        """Read an entry inside a line."""
        if type(value) is not dict:
            raise ValueError("an object is needed")
        return self.read(value)


def _record(table: type[Base], refs: Mapping[str, str], fields: Mapping[str, Reader], *required: str) -> Form:
    pointing = dict.fromkeys(refs, _REF)
    return Form({"type": read.text, "ref": _REF, **fields, **pointing}, ("ref", *required), refs, table)


_ABOUT = {name: name for name in ("lead", "contact", "company", "deal")}

LEAD_ENTRY = Form({"status": read.one_of(LeadStatus), "at": read.instant}, ("status", "at"))
DEAL_ENTRY = Form(
    {
        "at": read.instant,
        "stage": _REF,
        "value": read.money,
        "probability": read.whole(0, 100),
        "probability_is_manual": read.flag,
        "expected_close": read.day,
        "owner": _REF,
        "forecast_category": read.one_of(ForecastCategory),
        "lost_reason": read.text,
        "contact": _REF,
        "company": _REF,
    },
    ("at", "stage"),
    {"owner": "user", "stage": "stage", "contact": "contact", "company": "company"},
)
LEAD_EARLIER = Form(
    {"until": read.instant, "owner": _REF, "source": read.text},
    ("until",),
    {"owner": "user"},
)
CUSTOMER_EARLIER = Form({"until": read.instant, "estimated_lifetime_value": read.money}, ("until",))
ACTIVITY_ENTRY = Form(
    {
        "until": read.instant,
        "owner": _REF,
        "due_at": read.instant,
        "due_on": read.day,
        "completed_at": read.instant,
        "duration_minutes": _MINUTES,
        "billable": read.flag,
    },
    ("until",),
    {"owner": "user"},
)
_ITEM = Form(
    {
        "description": read.text,
        "quantity": read.decimal,
        "unit_price": read.decimal,
        "discount_percent": read.decimal,
        "tax_percent": read.decimal,
    },
    ("description", "unit_price"),
)
_VERSION = Form(
    {"at": read.instant, "currency": read.currency, "items": read.listing(_ITEM.entry), "content": read.json_object},
    ("at",),
)

FORMS: Mapping[str, Form] = {
    "workspace": Form(
        {"type": read.text, "name": read.name, "timezone": read.timezone, "currency": read.currency},
        ("name", "timezone", "currency"),
    ),
    "stage": Form(
        {
            "type": read.text,
            "key": read.short(64),
            "name": read.name,
            "kind": read.one_of(StageKind),
            "probability": read.whole(0, 100),
            "late": read.flag,
            "position": read.whole(0, 10_000),
            "stale_after_days": read.whole(0, 100_000),
            "forecast_category": read.one_of(ForecastCategory),
            "removed_at": read.instant,
        },
        ("key", "name", "kind"),
    ),
    "user": Form(
        {
            "type": read.text,
            "ref": _REF,
            "name": read.name,
            "email": read.email,
            "role": read.one_of(Role),
            "timezone": read.timezone,
            "slack_user_id": read.short(32),
            "active": read.flag,
        },
        ("ref", "name", "email", "role"),
    ),
    "rate": Form(
        {"type": read.text, "ref": _REF, "currency": read.currency, "on": read.day, "rate": read.rate},
        ("currency", "on", "rate"),
    ),
    "company": _record(
        Company,
        {},
        {
            "number": _NUMBER,
            "name": read.name,
            "domain": read.domain,
            "industry": read.text,
            "size": read.text,
            "created_at": read.instant,
        },
        "name",
    ),
    "contact": _record(
        Contact,
        {"company": "company"},
        {
            "number": _NUMBER,
            "name": read.name,
            "emails": read.listing(read.email),
            "phone": read.text,
            "role": read.text,
            "created_at": read.instant,
        },
        "name",
    ),
    "lead": _record(
        Lead,
        {"owner": "user", "contact": "contact", "deal": "deal"},
        {
            "number": _NUMBER,
            "name": read.name,
            "email": read.email,
            "company_name": read.text,
            "source": read.text,
            "score": read.whole(-(10**6), 10**6),
            "score_is_manual": read.flag,
            "disqualified_reason": read.text,
            "created_at": read.instant,
            "history": read.listing(LEAD_ENTRY.entry),
            "earlier": read.listing(LEAD_EARLIER.entry),
        },
        "name",
    ),
    "customer": _record(
        Customer,
        {"company": "company", "contact": "contact", "lead": "lead"},
        {
            "name": read.name,
            "channel": read.name,
            "acquired_at": read.instant,
            "estimated_lifetime_value": read.money,
            "earlier": read.listing(CUSTOMER_EARLIER.entry),
        },
        "name",
        "acquired_at",
    ),
    "deal": _record(
        Deal,
        {"owner": "user", "contact": "contact", "company": "company"},
        {
            "number": _NUMBER,
            "title": read.name,
            "created_at": read.instant,
            "lost_reason": read.text,
            "history": read.listing(DEAL_ENTRY.entry),
        },
        "title",
        "history",
    ),
    "activity": _record(
        Activity,
        {"owner": "user", **_ABOUT},
        {
            "number": _NUMBER,
            "kind": read.one_of(("call", "email", "meeting", "task")),
            "subject": read.text,
            "notes": read.text,
            "created_at": read.instant,
            "due_at": read.instant,
            "due_on": read.day,
            "completed_at": read.instant,
            "duration_minutes": _MINUTES,
            "billable": read.flag,
            "outcome": read.text,
            "attendees": read.listing(read.text),
            "history": read.listing(ACTIVITY_ENTRY.entry),
        },
        "kind",
        "subject",
    ),
    "note": _record(Note, {"author": "user", **_ABOUT}, {"text": read.text, "created_at": read.instant}, "text"),
    "proposal": _record(
        Proposal,
        {"deal": "deal"},
        {
            "number": _NUMBER,
            "title": read.name,
            "status": read.one_of(("draft", "sent", "viewed", "accepted", "declined", "expired")),
            "versions": read.listing(_VERSION.entry),
            "created_at": read.instant,
            "sent_at": read.instant,
            "viewed_at": read.instant,
            "accepted_at": read.instant,
            "accepted_by": read.text,
            "declined_at": read.instant,
            "expires_on": read.day,
        },
        "deal",
        "title",
    ),
}
"""Every type of line, in the order of an archive."""

NESTED = {
    "deal": ("history", DEAL_ENTRY.refs),
    "activity": ("history", ACTIVITY_ENTRY.refs),
    "lead": ("earlier", LEAD_EARLIER.refs),
}
"""The field that holds a type's history, and what its entries point to."""

WRITE_ORDER = tuple("workspace stage user rate company contact deal lead customer activity note proposal".split())
"""The types in the order in which rows can be written: what is pointed to comes first."""
