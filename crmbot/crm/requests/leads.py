"""Requests about leads."""

from dataclasses import dataclass
from datetime import date

from crmbot.crm.requests.base import Request
from crmbot.domain.money import Money


@dataclass(frozen=True)
class CreateLead(Request, name="lead.new", permission="crm.leads.edit"):
    """Capture a lead; the owner is the actor unless said."""

    name: str
    email: str | None = None
    company: str | None = None
    source: str | None = None
    owner: str | None = None
    score: int | None = None


@dataclass(frozen=True)
class SetLeadStatus(Request, name="lead.status", permission="crm.leads.edit"):
    """Move a lead to new, contacted, qualified or disqualified; `reason` belongs to the last."""

    lead: str
    status: str
    reason: str | None = None


@dataclass(frozen=True)
class SetLead(Request, name="lead.set", permission="crm.leads.edit"):
    """Change facts of a lead; `score` is by hand from then on, `automatic_score` gives it back to the rules."""

    lead: str
    name: str | None = None
    email: str | None = None
    company: str | None = None
    source: str | None = None
    score: int | None = None
    automatic_score: bool = False


@dataclass(frozen=True)
class ConvertLead(Request, name="lead.convert", permission="crm.leads.edit"):
    """Make contact, company, deal and customer of a lead, once; takes the deal's facts."""

    lead: str
    title: str | None = None
    value: Money | None = None
    stage: str | None = None
    probability: int | None = None
    expected_close: date | None = None


@dataclass(frozen=True)
class AssignLead(Request, name="lead.assign", permission="crm.leads.edit"):
    """Give a lead to a user."""

    lead: str
    owner: str


@dataclass(frozen=True)
class ShowLead(Request, name="lead.show", permission="crm.leads.view", writes=False):
    """Show a lead with its timeline."""

    lead: str


@dataclass(frozen=True)
class ListLeads(Request, name="lead.list", permission="crm.leads.view", writes=False):
    """List leads, newest first."""

    status: str | None = None
    owner: str | None = None
    source: str | None = None
    words: str | None = None
    page: int = 1
