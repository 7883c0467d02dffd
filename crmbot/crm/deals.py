"""Deals: open, move, change, win, lose, reopen. Every change is kept with its time."""

from typing import Any

from sqlalchemy import select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.changes import changes_of, entries_on
from crmbot.crm.doubts import doubt_change, doubt_close, doubt_closed_value, doubt_value
from crmbot.crm.history import begin_deal, save_deal
from crmbot.crm.lookup import NEW, already_theirs, find_deal, find_record, find_stage, find_user
from crmbot.crm.parties import contact_of, with_parties
from crmbot.crm.people import company_for, new_company
from crmbot.crm.reasons import with_reason
from crmbot.crm.requests import AssignDeal, CreateDeal, LoseDeal, MoveDeal, ReopenDeal, SetDeal, WinDeal
from crmbot.crm.views import deal_view, money_of, person
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, ids_of, reference
from crmbot.domain.money import Money
from crmbot.domain.stages import ForecastCategory, StageKind
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Company, Contact, Deal, DealVersion, JournalEntry, Note, Stage

_MOST_TITLE = 300


def create(work: Work, request: CreateDeal, *, asks: bool = True) -> Outcome:
    """Open a deal; of companies with names alike it `asks` for the one meant."""
    if request.parties:
        request = with_parties(work, request)
    contact = contact_of(work, request.contact) if request.contact else None
    made: list[Any] = []
    company = company_for(work, request.company, None, made=made, asks=asks) if request.company else None
    if company is None and contact is not None:
        company = work.get(Company, contact.company_id)
    owner_id = find_user(work, request.owner).id if request.owner else work.actor.user_id
    deal = open_deal(work, request, owner_id=owner_id, contact=contact, company=company)
    work.flush()
    view = deal_view(work, deal)
    worth = f", {view.value}" if view.value else ""
    whose = f", for the {new_company(made)}" if made else ""
    if contact is not None and (request.contact or "").startswith(NEW):
        whose += f", with the contact {reference(Kind.CONTACT, contact.number)} {contact.name}"
    source = f" Source: {_note_source(work, deal, request.source)}." if request.source else ""
    doubts = (*doubt_close(work, request.expected_close), *doubt_value(work, deal))
    said = f"Opened {view.reference} {view.title}{worth} in {view.stage}{whose}.{source}"
    return Outcome(said, record=view, warnings=doubts)


def open_deal(
    work: Work, request: CreateDeal, *, owner_id: str | None, contact: Contact | None, company: Company | None
) -> Deal:
    """Add a deal with its first version."""
    title = usable_title(request.title)
    if not title:
        raise MissingFact("What is the deal called?", field="title", example="/deal new Acme renewal $40k close:15 dec")
    stage = find_stage(work, request.stage) if request.stage else _first_open(work)
    if stage.kind != StageKind.OPEN:
        raise BadInput(f"A deal starts in an open stage, {stage.name} is none. Open it, then close it.", field="stage")
    deal: Deal = work.make(
        Deal,
        number=work.next_number(Kind.DEAL),
        title=title,
        title_key=fold_name(title),
        contact_id=contact.id if contact is not None else None,
        company_id=company.id if company is not None else None,
        created_at=work.now,
        stage_id=stage.id,
        outcome=StageKind.OPEN,
        owner_id=owner_id,
        value_minor=request.value.minor if request.value else None,
        currency=request.value.currency if request.value else work.workspace.currency,
        probability=stage.probability,
        probability_is_manual=False,
        expected_close=request.expected_close,
    )
    if request.probability is not None:
        _set_probability(deal, request.probability)
    work.write(deal)
    begin_deal(work, deal)
    return deal


def _note_source(work: Work, deal: Deal, source: str) -> str:
    """Keep where a deal comes from as a note on it, and return it."""
    parties = {"deal_id": deal.id, "contact_id": deal.contact_id, "company_id": deal.company_id}
    work.keep(Note(text=f"Source: {source}", author_id=work.actor.user_id, created_at=work.now, **parties))
    work.flush()
    return source


def move(work: Work, request: MoveDeal) -> Outcome:
    """Move a deal to another stage; to a lost one only with a reason."""
    deal = editable(work, request.deal)
    stage = find_stage(work, request.stage)
    if stage.kind == StageKind.LOST:
        return _close(work, deal, stage, request.reason)
    if deal.outcome != StageKind.OPEN:
        raise _closed(work, deal)
    if stage.kind == StageKind.WON:
        return _close(work, deal, stage, None)
    if stage.id == deal.stage_id:
        return Outcome(f"{_named(deal)} is in {stage.name} already.", record=deal_view(work, deal))
    before: Stage = work.get(Stage, deal.stage_id)
    enter_stage(deal, stage)
    save_deal(work, deal)
    work.flush()
    change = Change(_number(deal), "Stage", before.name, stage.name)
    return Outcome(f"Moved {_named(deal)} to {stage.name}.", record=deal_view(work, deal), changes=(change,))


def set_facts(work: Work, request: SetDeal) -> Outcome:
    """Change facts of a deal."""
    deal = editable(work, request.deal)
    value = money_of(deal)
    changes = apply_facts(work, deal, request)
    if not changes:
        return Outcome(f"Nothing to change on {_named(deal)}.", record=deal_view(work, deal))
    save_deal(work, deal)
    work.flush()
    told = ", ".join(f"{change.label.lower()} {change.after or 'empty'}" for change in changes)
    return Outcome(
        f"{_named(deal)}: {told}.",
        record=deal_view(work, deal),
        changes=changes,
        warnings=doubts_of(work, deal, request, value),
    )


def doubts_of(work: Work, deal: Deal, request: SetDeal, value: Money | None) -> tuple[str, ...]:
    """Return what may be a slip in the facts that were set; `value` is what the deal was worth before."""
    now = money_of(deal)
    close = request.expected_close if deal.outcome == StageKind.OPEN else None
    return (*doubt_close(work, close), *doubt_closed_value(deal, value, now), *doubt_change(value, now))


def apply_facts(work: Work, deal: Deal, request: SetDeal) -> tuple[Change, ...]:
    """Set what a request says about a deal, without saving its version, and return what changed."""
    before = _facts(work, deal)
    if request.title and request.title.strip():
        deal.title = usable_title(request.title)
        deal.title_key = fold_name(deal.title)
    if request.value is not None:
        deal.value_minor, deal.currency = request.value.minor, request.value.currency
    if request.expected_close is not None:
        deal.expected_close = request.expected_close
    if request.stage is not None:
        _change_stage(work, deal, request.stage)
    _apply_chance(work, deal, request)
    _apply_parties(work, deal, request)
    if request.owner is not None:
        deal.owner_id = find_user(work, request.owner).id
    for field in request.clear:
        _clear(deal, field)
    return _differences(deal, before, _facts(work, deal))


def _change_stage(work: Work, deal: Deal, word: str) -> None:
    stage = find_stage(work, word)
    if stage.kind != StageKind.OPEN or deal.outcome != StageKind.OPEN:
        raise BadInput("Won, lost and reopen have commands of their own: /deal won, /deal lost, /deal reopen.")
    enter_stage(deal, stage)


def _apply_chance(work: Work, deal: Deal, request: SetDeal) -> None:
    if request.automatic_probability:
        stage: Stage = work.get(Stage, deal.stage_id)
        deal.probability, deal.probability_is_manual = stage.probability, False
    if request.probability is not None:
        _set_probability(deal, request.probability)
    if request.forecast_category is not None:
        deal.forecast_category = _category(request.forecast_category)


def _apply_parties(work: Work, deal: Deal, request: SetDeal) -> None:
    if request.contact is not None:
        deal.contact_id = find_record(work, Kind.CONTACT, request.contact, field="contact").id
    if request.company is not None:
        company = company_for(work, request.company, None, asks=True)
        deal.company_id = company.id if company is not None else None


def win(work: Work, request: WinDeal) -> Outcome:
    """Close a deal as won."""
    deal = editable(work, request.deal)
    return _close(work, deal, first_stage(work, StageKind.WON), None, value=request.value)


def lose(work: Work, request: LoseDeal) -> Outcome:
    """Close a deal as lost, with its reason."""
    request = with_reason(work, request)
    deal = editable(work, request.deal)
    return _close(work, deal, first_stage(work, StageKind.LOST), request.reason)


def reopen(work: Work, request: ReopenDeal) -> Outcome:
    """Bring a closed deal back to the stage it was closed from."""
    deal = editable(work, request.deal, outcome="closed")
    if deal.outcome == StageKind.OPEN:
        raise Conflict(f"{_named(deal)} is open already.")
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
    stage = work.get(Stage, last_open.stage_id) if last_open else _first_open(work)
    if stage.removed_at is not None:
        stage = _first_open(work)
    before: Stage = work.get(Stage, deal.stage_id)
    deal.outcome, deal.closed_at, deal.lost_reason = StageKind.OPEN, None, None
    enter_stage(deal, stage)
    if last_open is not None and last_open.probability_is_manual:
        deal.probability, deal.probability_is_manual = last_open.probability, True
    save_deal(work, deal)
    work.flush()
    change = Change(_number(deal), "Stage", before.name, stage.name)
    return Outcome(f"Reopened {_named(deal)} in {stage.name}.", record=deal_view(work, deal), changes=(change,))


def assign(work: Work, request: AssignDeal) -> Outcome:
    """Give a deal to a user."""
    deal = editable(work, request.deal)
    owner = find_user(work, request.owner)
    if deal.owner_id == owner.id:
        return Outcome(already_theirs(work, _named(deal), owner), record=deal_view(work, deal))
    before = person(work, deal.owner_id)
    deal.owner_id = owner.id
    save_deal(work, deal)
    work.flush()
    change = Change(_number(deal), "Owner", before.name if before else "", owner.name)
    return Outcome(f"{_named(deal)} belongs to {owner.name} now.", record=deal_view(work, deal), changes=(change,))


def editable(work: Work, word: str, *, outcome: str = "open") -> Deal:
    """Return the deal a word means, refused unless the actor may edit it; open or closed ones are tried first."""
    deal = find_deal(work, word, outcome=outcome, writes=True)
    work.allow_edit(deal.owner_id, _named(deal))
    return deal


def enter_stage(deal: Deal, stage: Stage) -> None:
    """Put a deal into a stage; its probability follows unless set by hand while the deal is open."""
    deal.stage_id, deal.outcome = stage.id, stage.kind
    if stage.kind != StageKind.OPEN or not deal.probability_is_manual:
        deal.probability = stage.probability


def _close(work: Work, deal: Deal, stage: Stage, reason: str | None, *, value: Money | None = None) -> Outcome:
    if deal.outcome != StageKind.OPEN:
        raise _closed(work, deal)
    if stage.kind == StageKind.LOST and not (reason and reason.strip()):
        raise MissingFact(
            f"Why was {_named(deal)} lost?", field="reason", example=f"/deal lost {_number(deal)} because too expensive"
        )
    before = _closing_facts(work, deal)
    if value is not None:
        deal.value_minor, deal.currency = value.minor, value.currency
    enter_stage(deal, stage)
    deal.closed_at = work.now
    deal.lost_reason = _reason(work, reason) if stage.kind == StageKind.LOST else None
    save_deal(work, deal)
    work.flush()
    view = deal_view(work, deal)
    told = f"Lost {_named(deal)}: {view.lost_reason}." if view.lost_reason else f"Won {_named(deal)}"
    if not view.lost_reason:
        told += f", {view.value}." if view.value else "."
    return Outcome(told, record=view, changes=_differences(deal, before, _closing_facts(work, deal)))


def _closing_facts(work: Work, deal: Deal) -> dict[str, str]:
    """Return what closing a deal may change; its probability goes with its stage."""
    facts = _facts(work, deal)
    return {"Value": facts["Value"], "Stage": facts["Stage"], "Lost because": deal.lost_reason or ""}


def _reason(work: Work, reason: str | None) -> str:
    """Return the workspace's own spelling of a reason, or the words as typed."""
    words = " ".join((reason or "").split())
    known = {fold_name(text): text for text in work.lost_reasons}
    return known.get(fold_name(words), words)


def _closed(work: Work, deal: Deal) -> Conflict:
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
    return Conflict(f"{_named(deal)} is {deal.outcome} already{by}{at}. To change that: /deal reopen {_number(deal)}")


def usable_title(text: str) -> str:
    """Return a title without the spaces around it; BadInput when it is too long."""
    title = text.strip()
    if len(title) > _MOST_TITLE:
        raise BadInput(
            f"A deal's title has at most {_MOST_TITLE} characters; this one has {len(title)}.", field="title"
        )
    return title


def _first_open(work: Work) -> Stage:
    return first_stage(work, StageKind.OPEN)


def first_stage(work: Work, kind: StageKind) -> Stage:
    """Return the pipeline's first stage of a kind."""
    for stage in work.stages:
        if stage.kind == kind:
            return stage
    raise BadInput(f"The pipeline has no {kind} stage. An admin can add one.")


def refuse_probability(percent: int) -> None:
    """Refuse what is no probability in whole percent."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percents
        raise BadInput(f"A probability lies between 0 % and 100 %, {percent} does not.", field="probability")


def _set_probability(deal: Deal, percent: int) -> None:
    refuse_probability(percent)
    deal.probability, deal.probability_is_manual = percent, True


def _category(word: str) -> str:
    key = "_".join(word.casefold().replace("-", " ").split())
    try:
        return ForecastCategory(key)
    except ValueError:
        raise BadInput(
            f"“{word}” is no forecast category. There are {', '.join(ForecastCategory)}.", field="forecast_category"
        ) from None


_CLEARABLE = {
    "value": "value_minor",
    "expected_close": "expected_close",
    "contact": "contact_id",
    "company": "company_id",
    "forecast_category": "forecast_category",
}


def _clear(deal: Deal, field: str) -> None:
    column = _CLEARABLE.get(field)
    if column is None:
        raise BadInput(f"“{field}” can't be emptied. These can: {', '.join(_CLEARABLE)}.", field="clear")
    setattr(deal, column, None)


def _facts(work: Work, deal: Deal) -> dict[str, str]:
    """Return a deal's facts in words, to tell what changed."""
    work.load_linked(deal)
    stage: Stage = work.get(Stage, deal.stage_id)
    contact: Any = work.get(Contact, deal.contact_id)
    company: Any = work.get(Company, deal.company_id)
    owner = person(work, deal.owner_id)
    return {
        "Title": deal.title,
        "Value": str(money_of(deal) or ""),
        "Stage": stage.name,
        "Probability": f"{deal.probability} %",
        "Expected close": f"{deal.expected_close:%a %-d %b %Y}" if deal.expected_close else "",
        "Forecast category": (deal.forecast_category or "").replace("_", " "),
        "Contact": contact.name if contact else "",
        "Company": company.name if company else "",
        "Owner": owner.name if owner else "",
    }


def _differences(deal: Deal, before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(_number(deal), label, before[label], after[label]) for label in before if before[label] != after[label]
    )


def _number(deal: Deal) -> str:
    return reference(Kind.DEAL, deal.number)


def _named(deal: Deal) -> str:
    return f"{_number(deal)} {deal.title}"
