"""Leads' scores: by the rules when a lead or the rules change; a score given by hand stays."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from crmbot.crm.policy import Policy
from crmbot.domain.scoring import LeadFact, Rule, Score, score
from crmbot.models import Lead, Workspace

BATCH = 500


def score_of(rules: Sequence[Rule], lead: Lead) -> Score:
    """Return what the rules give a lead as it stands."""
    return score(
        rules,
        {
            LeadFact.NAME: lead.name,
            LeadFact.SOURCE: lead.source,
            LeadFact.EMAIL: lead.email,
            LeadFact.COMPANY_NAME: lead.company_name,
            LeadFact.STATUS: lead.status,
        },
    )


def rescore(policy: Policy, lead: Lead) -> bool:
    """Bring a lead's score in line with the rules; False when it stays, as one given by hand does."""
    if lead.score_is_manual:
        return False
    points = score_of(policy.scoring, lead).points if policy.scoring else None
    if lead.score == points:
        return False
    lead.score = points
    return True


def explain(policy: Policy, lead: Lead) -> tuple[str, ...]:
    """Return why a lead has its score, as a card shows it; nothing where no rule had a say."""
    if lead.score_is_manual:
        return ("set by hand",)
    return score_of(policy.scoring, lead).reasons if policy.scoring else ()


def rules_key(rules: Sequence[Rule]) -> str | None:
    """Return what tells one set of rules from another; none for no rules."""
    if not rules:
        return None
    return hashlib.sha256(repr(tuple(rules)).encode()).hexdigest()


def workspaces_to_rescore(session: Session, policy: Policy) -> list[str]:
    """Return the workspaces with leads that the present rules did not score: after a change of them, or an import."""
    key = rules_key(policy.scoring)
    if key is None:
        return list(session.scalars(select(Workspace.id).where(Workspace.scored_by.is_not(None))))
    unscored = exists().where(Lead.workspace_id == Workspace.id, Lead.score.is_(None), Lead.score_is_manual.is_(False))
    other = or_(Workspace.scored_by != key, Workspace.scored_by.is_(None), unscored)
    return list(session.scalars(select(Workspace.id).where(other)))


def rescore_batch(session: Session, policy: Policy, workspace_id: str, after: int) -> int | None:
    """Score the next leads above the number `after` anew; return the last one's number, none when all are done.

    A workspace whose leads are all done remembers by which rules, so that the next start need not look.
    """
    leads = session.scalars(
        select(Lead)
        .where(Lead.workspace_id == workspace_id, Lead.number > after, Lead.score_is_manual.is_(False))
        .order_by(Lead.number)
        .limit(BATCH)
    ).all()
    for lead in leads:
        rescore(policy, lead)
    if len(leads) == BATCH:
        return leads[-1].number
    workspace = session.scalar(select(Workspace).where(Workspace.id == workspace_id))
    if workspace is not None:
        workspace.scored_by = rules_key(policy.scoring)
    return None
