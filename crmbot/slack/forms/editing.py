"""Forms that change a record: they begin with what is true, and notice what became true meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crmbot.crm.answers import Answer, CompanyView, ContactView, DealView, LeadView, Record, Shown
from crmbot.crm.choices import Settings, StageChoice, Stages
from crmbot.crm.offered import ProposalView
from crmbot.crm.requests import (
    ListStages,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
    ShowProposal,
    ShowSettings,
)
from crmbot.crm.requests.base import Request
from crmbot.slack.desk import Desk, Incoming, Reply
from crmbot.slack.forms.asked import Asked
from crmbot.slack.forms.table import FORMS

_SHOWS: Mapping[str, tuple[str, Callable[[str], Request]]] = {
    "deal.set": ("deal", ShowDeal),
    "lead.set": ("lead", ShowLead),
    "contact.set": ("contact", ShowContact),
    "company.set": ("company", ShowCompany),
    "proposal.set": ("proposal", ShowProposal),
    "stage.set": ("stage", lambda _: ListStages()),
    "settings.set": ("", lambda _: ShowSettings()),
}
"""What a form changes: the field that names it, if any, and how its facts are looked up."""


def changes_a_record(asked: Asked) -> bool:
    """Say whether a form changes a record that is there already."""
    return asked.form in _SHOWS and (not _SHOWS[asked.form][0] or _SHOWS[asked.form][0] in asked.known)


def begin(desk: Desk, incoming: Incoming, asked: Asked) -> tuple[Asked, Reply]:
    """Return a form filled with the record's facts as they are now, and the look at it."""
    field, show = _SHOWS[asked.form]
    look = desk.press(incoming, show(asked.known[field] if field else ""))
    facts = _facts_in(look.answer, asked)
    if facts is None:
        return asked, look
    was = {name: value for name in FORMS[asked.form].names if (value := facts.get(name)) is not None}
    # Without any fact known it is a form for changes all the same.
    return replace(asked, was=was or {"title": look.message.text}), look


def overtaken(desk: Desk, incoming: Incoming, asked: Asked, request: Request) -> dict[str, str]:
    """Return, by field, what somebody else changed since the form was opened and this request would overwrite."""
    now, look = begin(desk, incoming, asked)
    if look.error is not None:
        return {}
    wanted = vars(request)
    touched = [
        name for name in FORMS[asked.form].names if wanted.get(name) is not None or name in wanted.get("clear", ())
    ]
    return {
        name: f"Somebody changed this meanwhile: it is {_said(now.was.get(name))} now. Close this and look again."
        for name in touched
        if now.was.get(name) != asked.was.get(name)
    }


def _said(value: Any) -> str:
    return "empty" if value is None else str(value)


def _facts_in(answer: Answer | None, asked: Asked) -> dict[str, Any] | None:
    """Return the facts that an answer tells of what the form changes; None when it is not there."""
    match answer:
        case Shown():
            return _facts(answer.record)
        case Settings():
            return {name: getattr(answer, name) for name in FORMS[asked.form].names}
        case Stages():
            stage = next((one for one in answer.stages if one.key == asked.known["stage"]), None)
            return _facts_of(stage) if stage else None
    return None


def _facts_of(stage: StageChoice) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in FORMS["stage.set"].names}


def _facts(record: Record) -> dict[str, Any]:
    """Return the facts of a record under the names of the request that changes them."""
    match record:
        case DealView():
            return {
                "value": record.value,
                "stage": record.stage_key,
                "probability": record.probability,
                "expected_close": record.expected_close,
                "owner": record.owner.slack_user_id if record.owner else None,
            }
        case LeadView():
            return {
                "name": record.title,
                "email": record.email,
                "company": record.company_name,
                "source": record.source,
                "score": record.score,
            }
        case ContactView():
            company = record.company.title if record.company else None
            return {"name": record.title, "phone": record.phone, "role": record.role, "company": company}
        case CompanyView():
            return {
                "name": record.title,
                "domain": record.domain,
                "industry": record.industry,
                "size": record.size,
            }
        case ProposalView():
            return {"title": record.title, "items": record.items, "expires_on": record.expires_on}
    return {}
