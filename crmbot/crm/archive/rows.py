"""From an archive's line to rows: what each type of record is in the tables."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crmbot.crm.archive.bulk import Row
from crmbot.crm.archive.correspondence import email, meeting
from crmbot.crm.archive.frame import Frame, Line
from crmbot.crm.archive.histories import activity, deal, lead, until, when, with_beginnings
from crmbot.domain.identity import fold_name
from crmbot.domain.money import Money
from crmbot.models import (
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerVersion,
    Note,
    Proposal,
    ProposalItem,
    ProposalVersion,
)


def company(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a company's row."""
    yield (
        Company,
        frame.record("company", line)
        | {
            "number": frame.number("company", line),
            "name": line["name"],
            "name_key": fold_name(line["name"]),
            "domain": line.get("domain"),
            "industry": line.get("industry"),
            "size": line.get("size"),
            "created_at": frame.created(line),
        },
    )


def contact(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a contact's row and one for each address."""
    record = frame.record("contact", line)
    yield (
        Contact,
        record
        | {
            "number": frame.number("contact", line),
            "name": line["name"],
            "name_key": fold_name(line["name"]),
            "phone": line.get("phone"),
            "role": line.get("role"),
            "company_id": frame.ids.of("company", line.get("company")),
            "created_at": frame.created(line),
        },
    )
    bounced = {one["email"]: one for one in line.get("bounced") or ()}
    for position, address in enumerate(line.get("emails") or ()):
        bounce = bounced.get(address, {})
        yield (
            ContactEmail,
            {
                "workspace_id": frame.workspace_id,
                "id": frame.ids.new(),
                "contact_id": record["id"],
                "email": address,
                "position": position,
                "bounced_at": bounce.get("at"),
                "bounce_reason": bounce.get("reason"),
            },
        )


def customer(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a customer's row, and one for what it was before each later change."""
    record = frame.record("customer", line)
    earlier = sorted(line.get("earlier") or (), key=until)
    yield (
        Customer,
        record
        | _worth(line)
        | {
            "name": line["name"],
            "company_id": frame.ids.of("company", line.get("company")),
            "contact_id": frame.ids.of("contact", line.get("contact")),
            "lead_id": frame.ids.of("lead", line.get("lead")),
            "channel": line.get("channel") or "unknown",
            "acquired_at": line["acquired_at"],
            "facts_since": earlier[-1]["until"] if earlier else None,
        },
    )
    for since, entry in with_beginnings(line["acquired_at"], earlier):
        yield CustomerVersion, frame.version("customer", record, since, entry) | _worth(entry)


def _worth(line: Line) -> dict[str, int | None]:
    value: Money | None = line.get("estimated_lifetime_value")
    return {"lifetime_value_minor": value.minor if value is not None else None}


def note(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a note's row."""
    yield (
        Note,
        frame.record("note", line)
        | frame.about(line)
        | {
            "text": line["text"],
            "author_id": frame.ids.of("user", line.get("author")),
            "created_at": frame.created(line),
        },
    )


def proposal(frame: Frame, line: Line) -> Iterator[Row]:
    """Make a proposal's row, its versions and their items."""
    record = frame.record("proposal", line)
    versions = sorted(line.get("versions") or (), key=when)
    dates = {name: line.get(name) for name in ("sent_at", "viewed_at", "accepted_at", "declined_at")}
    yield (
        Proposal,
        record
        | dates
        | {
            "number": frame.number("proposal", line),
            "deal_id": frame.ids.of("deal", line["deal"]),
            "title": line["title"],
            "status": line.get("status") or "draft",
            "link_digest": None,
            "accepted_by": line.get("accepted_by"),
            "expires_on": line.get("expires_on"),
            "bounced_at": line.get("bounced_at"),
            "bounce_reason": line.get("bounce_reason"),
            "created_at": frame.created(line, versions[0]["at"] if versions else None, dates["sent_at"]),
        },
    )
    for position, version in enumerate(versions, 1):
        own = {"workspace_id": frame.workspace_id, "id": frame.ids.new()}
        yield (
            ProposalVersion,
            own
            | {
                "proposal_id": record["id"],
                "position": position,
                "at": version["at"],
                "currency": version.get("currency") or frame.currency,
                "content": version.get("content") or {"title": line["title"]},
            },
        )
        for place, item in enumerate(version.get("items") or (), 1):
            yield ProposalItem, _item(frame, own["id"], place, item)


def _item(frame: Frame, version_id: str, position: int, item: Line) -> dict[str, Any]:
    return {
        "workspace_id": frame.workspace_id,
        "id": frame.ids.new(),
        "version_id": version_id,
        "position": position,
        "description": item["description"],
        "quantity": item.get("quantity") or "1",
        "unit_price": item["unit_price"],
        "discount_percent": item.get("discount_percent") or "0",
        "tax_percent": item.get("tax_percent") or "0",
    }


ROWS: Mapping[str, Callable[[Frame, Line], Iterator[Row]]] = {
    "company": company,
    "contact": contact,
    "lead": lead,
    "customer": customer,
    "deal": deal,
    "activity": activity,
    "note": note,
    "proposal": proposal,
    "email": email,
    "meeting": meeting,
}
"""Every type that is records."""
