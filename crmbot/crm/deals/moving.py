"""A deal's way through the stages and from hand to hand."""

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.deals.closing import close, refusal_of_closed
from crmbot.crm.deals.editing import editable, enter_stage, named, number_of
from crmbot.crm.giving import give
from crmbot.crm.history import save_deal
from crmbot.crm.lookup import find_stage
from crmbot.crm.requests import AssignDeal, MoveDeal
from crmbot.crm.views import deal_view
from crmbot.crm.work import Work
from crmbot.domain.stages import StageKind
from crmbot.models import Stage


def move(work: Work, request: MoveDeal) -> Outcome:
    """Move a deal to another stage; to a lost one only with a reason."""
    deal = editable(work, request.deal)
    stage = find_stage(work, request.stage)
    if stage.kind == StageKind.LOST:
        return close(work, deal, stage, request.reason)
    if deal.outcome != StageKind.OPEN:
        raise refusal_of_closed(work, deal)
    if stage.kind == StageKind.WON:
        return close(work, deal, stage, None)
    if stage.id == deal.stage_id:
        return Outcome(f"{named(deal)} is in {stage.name} already.", record=deal_view(work, deal))
    before: Stage = work.get(Stage, deal.stage_id)
    enter_stage(deal, stage)
    save_deal(work, deal)
    change = Change(number_of(deal), "Stage", before.name, stage.name)
    return Outcome(f"Moved {named(deal)} to {stage.name}.", record=deal_view(work, deal), changes=(change,))


def assign(work: Work, request: AssignDeal) -> Outcome:
    """Give a deal to a user."""
    return give(work, editable(work, request.deal), request.owner)
