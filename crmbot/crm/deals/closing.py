"""A deal's end, won or lost, and its coming back."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.changes import changes_of, entries_on
from crmbot.crm.deals.differences import differences, facts_of
from crmbot.crm.deals.editing import editable, enter_stage, first_stage, named, number_of
from crmbot.crm.history import save_deal
from crmbot.crm.reasons import with_reason
from crmbot.crm.requests import LoseDeal, ReopenDeal, WinDeal
from crmbot.crm.views import deal_view, person
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import ids_of
from crmbot.domain.money import Money
from crmbot.domain.stages import StageKind
from crmbot.errors import Conflict, MissingFact
from crmbot.models import Deal, DealVersion, JournalEntry, Stage


def win(work: Work, request: WinDeal) -> Outcome:
    """Close a deal as won."""
    deal = editable(work, request.deal)
    return close(work, deal, first_stage(work, StageKind.WON), None, value=request.value)


def lose(work: Work, request: LoseDeal) -> Outcome:
    """Close a deal as lost, with its reason."""
    request = with_reason(work, request)
    deal = editable(work, request.deal)
    return close(work, deal, first_stage(work, StageKind.LOST), request.reason)


def reopen(work: Work, request: ReopenDeal) -> Outcome:
    """Bring a closed deal back to the stage it was closed from."""
    deal = editable(work, request.deal, outcome="closed")
    if deal.outcome == StageKind.OPEN:
        raise Conflict(f"{named(deal)} is open already.")
    last_open = work.session.scalar(
        select(DealVersion)
        .where(
            DealVersion.workspace_id == work.workspace_id,
            DealVersion.deal_id == deal.id,
            DealVersion.outcome == StageKind.OPEN.value,
        )
        .order_by(DealVersion.valid_from.desc())
        .limit(1)
    )
    stage = work.get(Stage, last_open.stage_id) if last_open else first_stage(work, StageKind.OPEN)
    if stage.removed_at is not None:
        stage = first_stage(work, StageKind.OPEN)
    before: Stage = work.get(Stage, deal.stage_id)
    deal.outcome, deal.closed_at, deal.lost_reason = StageKind.OPEN, None, None
    enter_stage(deal, stage)
    if last_open is not None and last_open.probability_is_manual:
        deal.probability, deal.probability_is_manual = last_open.probability, True
    save_deal(work, deal)
    change = Change(number_of(deal), "Stage", before.name, stage.name)
    return Outcome(f"Reopened {named(deal)} in {stage.name}.", record=deal_view(work, deal), changes=(change,))


def close(work: Work, deal: Deal, stage: Stage, reason: str | None, *, value: Money | None = None) -> Outcome:
    """Close a deal in a won or lost stage; a lost one needs its reason."""
    if deal.outcome != StageKind.OPEN:
        raise refusal_of_closed(work, deal)
    if stage.kind == StageKind.LOST and not (reason and reason.strip()):
        raise MissingFact(
            f"Why was {named(deal)} lost?",
            field="reason",
            example=f"/deal lost {number_of(deal)} because too expensive",
        )
    work.load_linked(deal)
    before = facts_of(deal)
    if value is not None:
        deal.value_minor, deal.currency = value.minor, value.currency
    enter_stage(deal, stage)
    deal.closed_at = work.now
    deal.lost_reason = _reason(work, reason) if stage.kind == StageKind.LOST else None
    save_deal(work, deal)
    view = deal_view(work, deal)
    told = f"Lost {named(deal)}: {view.lost_reason}." if view.lost_reason else f"Won {named(deal)}"
    if not view.lost_reason:
        told += f", {view.value}." if view.value else "."
    # Its probability goes with its stage.
    return Outcome(told, record=view, changes=differences(work, deal, before, unsaid="Probability"))


def _reason(work: Work, reason: str | None) -> str:
    """Return the workspace's own spelling of a reason, or the words as typed."""
    words = " ".join((reason or "").split())
    return _by_folded(work.lost_reasons).get(fold_name(words), words)


@lru_cache
def _by_folded(offered: tuple[str, ...]) -> Mapping[str, str]:
    return {fold_name(text): text for text in offered}


def refusal_of_closed(work: Work, deal: Deal) -> Conflict:
    """Tell who closed a deal and when."""
    then = JournalEntry.id.between(*ids_of(deal.closed_at or work.now))
    actors = (
        entry.actor_id
        for entry in entries_on(work, deal.id, then)
        for change in changes_of(entry.changes)
        if change.row_id == deal.id and "outcome" in (change.after or {})
    )
    who = next((person(work, actor_id) for actor_id in actors), None)
    by = f" by {'you' if who.id == work.actor.user_id else who.name}" if who else ""
    at = f", {deal.closed_at.astimezone(work.actor.zone):%-d %b %Y %H:%M}" if deal.closed_at else ""
    return Conflict(f"{named(deal)} is {deal.outcome} already{by}{at}. To change that: /deal reopen {number_of(deal)}")
