"""What every change of a deal begins with: the deal meant, and its stage."""

from crmbot.crm.lookup import find_deal
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.domain.stages import StageKind
from crmbot.errors import BadInput
from crmbot.models import Deal, Stage


def editable(work: Work, word: str, *, outcome: str = "open") -> Deal:
    """Return the deal a word means, refused unless the actor may edit it; open or closed ones are tried first."""
    deal = find_deal(work, word, outcome=outcome, writes=True)
    work.allow_edit(deal.owner_id, named(deal))
    return deal


def enter_stage(deal: Deal, stage: Stage) -> None:
    """Put a deal into a stage; its probability follows unless set by hand while the deal is open."""
    deal.stage_id, deal.outcome = stage.id, stage.kind
    if stage.kind != StageKind.OPEN or not deal.probability_is_manual:
        deal.probability = stage.probability


def first_stage(work: Work, kind: StageKind) -> Stage:
    """Return the pipeline's first stage of a kind."""
    for stage in work.stages:
        if stage.kind == kind:
            return stage
    raise BadInput(f"The pipeline has no {kind} stage. An admin can add one.")


def number_of(deal: Deal) -> str:
    """Return a deal's short name, as in D-17."""
    return reference(Kind.DEAL, deal.number)


def named(deal: Deal) -> str:
    """Return a deal's short name and title."""
    return f"{number_of(deal)} {deal.title}"
