"""Proposals as people see them."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from crmbot.crm.offered import ProposalView
from crmbot.crm.proposals.links import link_of
from crmbot.crm.views import person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.line_items import LineItem, totals_of
from crmbot.domain.money import Money
from crmbot.models import Company, Contact, Deal, Proposal, ProposalItem, ProposalVersion
from crmbot.store.prepared import Prepared

_LATEST = Prepared(
    select(ProposalVersion)
    .where(ProposalVersion.workspace_id == bindparam("workspace"), ProposalVersion.proposal_id == bindparam("proposal"))
    .order_by(ProposalVersion.position.desc())
    .limit(1)
)
_ITEMS = Prepared(
    select(ProposalItem)
    .where(ProposalItem.workspace_id == bindparam("workspace"), ProposalItem.version_id == bindparam("version"))
    .order_by(ProposalItem.position)
)
_WAITS = frozenset({"sent", "viewed"})


def latest_version(work: Work, proposal: Proposal) -> ProposalVersion | None:
    """Return what the proposal offers now."""
    found: ProposalVersion | None = work.first(_LATEST, ProposalVersion, proposal=proposal.id)
    return found


def items_of(work: Work, version: ProposalVersion | None) -> tuple[LineItem, ...]:
    """Return a version's lines in order."""
    if version is None:
        return ()
    rows: list[ProposalItem] = work.all(_ITEMS, ProposalItem, version=version.id)
    return tuple(
        LineItem(
            row.description,
            Money.of(row.unit_price, version.currency),
            Decimal(row.quantity),
            Decimal(row.discount_percent),
            Decimal(row.tax_percent),
        )
        for row in rows
    )


def proposal_view(work: Work, proposal: Proposal) -> ProposalView:
    """Return a proposal as a card shows it."""
    deal: Deal = work.get(Deal, proposal.deal_id)
    contact: Contact | None = work.get(Contact, deal.contact_id)
    company: Company | None = work.get(Company, deal.company_id)
    owner, user = person(work, deal.owner_id), work.user(deal.owner_id)
    version = latest_version(work, proposal)
    items = items_of(work, version)
    return ProposalView(
        id=proposal.id,
        reference=reference(Kind.PROPOSAL, proposal.number),
        title=proposal.title,
        status=status_of(proposal, work.today),
        deal=(reference(Kind.DEAL, deal.number), deal.title),
        contact=contact.name if contact else "",
        company=company.name if company else "",
        owner_id=deal.owner_id,
        owner=owner.name if owner else "",
        owner_email=user.email if user else "",
        seller=work.workspace.name,
        items=items,
        totals=totals_of(items, version.currency if version else deal.currency),
        position=version.position if version else 0,
        link=link_of(work.policy, proposal),
        bounced=proposal.bounce_reason or ("it came back" if proposal.bounced_at else ""),
        **_times(proposal),
    )


def _times(proposal: Proposal) -> dict[str, Any]:
    names = ("created_at", "sent_at", "viewed_at", "accepted_at", "accepted_by", "declined_at", "expires_on", "version")
    return {name: getattr(proposal, name) for name in names}


def status_of(proposal: Proposal, today: date) -> str:
    """Return a proposal's state; one that waits for an answer beyond its last day has expired."""
    over = proposal.expires_on is not None and proposal.expires_on < today
    return "expired" if over and proposal.status in _WAITS else proposal.status


def name_of(proposal: Proposal) -> str:
    """Return a proposal's number and title."""
    return f"{reference(Kind.PROPOSAL, proposal.number)} {proposal.title}"
