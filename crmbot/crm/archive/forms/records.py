"""The lines that are records: people, deals, activities, notes and proposals, with their histories."""

from collections.abc import Mapping

from crmbot.crm.archive import values as read
from crmbot.crm.archive.forms.form import ABOUT, NUMBER, REF, Form, record
from crmbot.domain.stages import ForecastCategory, LeadStatus
from crmbot.models import Activity, Company, Contact, Customer, Deal, Lead, Note, Proposal

_MINUTES = read.whole(0, 10**6)

LEAD_ENTRY = Form({"status": read.one_of(LeadStatus), "at": read.instant}, ("status", "at"))
DEAL_ENTRY = Form(
    {
        "at": read.instant,
        "stage": REF,
        "value": read.money,
        "probability": read.whole(0, 100),
        "probability_is_manual": read.flag,
        "expected_close": read.day,
        "owner": REF,
        "forecast_category": read.one_of(ForecastCategory),
        "lost_reason": read.text,
        "contact": REF,
        "company": REF,
    },
    ("at", "stage"),
    {"owner": "user", "stage": "stage", "contact": "contact", "company": "company"},
)
LEAD_EARLIER = Form(
    {"until": read.instant, "owner": REF, "source": read.text},
    ("until",),
    {"owner": "user"},
)
CUSTOMER_EARLIER = Form({"until": read.instant, "estimated_lifetime_value": read.money}, ("until",))
ACTIVITY_ENTRY = Form(
    {
        "until": read.instant,
        "owner": REF,
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

_BOUNCED = Form({"email": read.email, "at": read.instant, "reason": read.text}, ("email", "at"))

RECORDS: Mapping[str, Form] = {
    "company": record(
        Company,
        {},
        {
            "number": NUMBER,
            "name": read.name,
            "domain": read.domain,
            "industry": read.text,
            "size": read.text,
            "created_at": read.instant,
        },
        "name",
    ),
    "contact": record(
        Contact,
        {"company": "company"},
        {
            "number": NUMBER,
            "name": read.name,
            "emails": read.listing(read.email),
            "bounced": read.listing(_BOUNCED.entry),
            "phone": read.text,
            "role": read.text,
            "created_at": read.instant,
        },
        "name",
    ),
    "lead": record(
        Lead,
        {"owner": "user", "contact": "contact", "deal": "deal"},
        {
            "number": NUMBER,
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
    "customer": record(
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
    "deal": record(
        Deal,
        {"owner": "user", "contact": "contact", "company": "company"},
        {
            "number": NUMBER,
            "title": read.name,
            "created_at": read.instant,
            "lost_reason": read.text,
            "history": read.listing(DEAL_ENTRY.entry),
        },
        "title",
        "history",
    ),
    "activity": record(
        Activity,
        {"owner": "user", **ABOUT},
        {
            "number": NUMBER,
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
    "note": record(Note, {"author": "user", **ABOUT}, {"text": read.text, "created_at": read.instant}, "text"),
    "proposal": record(
        Proposal,
        {"deal": "deal"},
        {
            "number": NUMBER,
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
            "bounced_at": read.instant,
            "bounce_reason": read.text,
        },
        "deal",
        "title",
    ),
}
"""Every type of record."""
