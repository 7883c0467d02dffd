"""A deal's facts: set, emptied, and told where they changed."""

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.deals.differences import differences, facts_of
from crmbot.crm.deals.editing import editable, enter_stage, named
from crmbot.crm.doubts import doubt_change, doubt_close, doubt_closed_value
from crmbot.crm.history import save_deal
from crmbot.crm.lookup import find_record, find_stage, find_user
from crmbot.crm.people import company_for
from crmbot.crm.requests import SetDeal
from crmbot.crm.views import deal_view, money_of
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money
from crmbot.domain.stages import ForecastCategory, StageKind
from crmbot.errors import BadInput
from crmbot.models import Deal, Stage

_MOST_TITLE = 300
_CLEARABLE = {
    "value": "value_minor",
    "expected_close": "expected_close",
    "contact": "contact_id",
    "company": "company_id",
    "forecast_category": "forecast_category",
}


def set_facts(work: Work, request: SetDeal) -> Outcome:
    """Change facts of a deal."""
    deal = editable(work, request.deal)
    value = money_of(deal)
    changes = apply_facts(work, deal, request)
    # Also where nobody is told: that a probability stays as it is now, whatever the stage.
    save_deal(work, deal)
    if not changes:
        return Outcome(f"Nothing to change on {named(deal)}.", record=deal_view(work, deal))
    told = ", ".join(f"{change.label.lower()} {change.after or 'empty'}" for change in changes)
    return Outcome(
        f"{named(deal)}: {told}.",
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
    # All stages are read for one that is named, this deal's among them.
    stage = find_stage(work, request.stage) if request.stage is not None else None
    work.load_linked(deal)
    before = facts_of(deal)
    if request.title and request.title.strip():
        deal.title = usable_title(request.title)
        deal.title_key = fold_name(deal.title)
    if request.value is not None:
        deal.value_minor, deal.currency = request.value.minor, request.value.currency
    if request.expected_close is not None:
        deal.expected_close = request.expected_close
    if stage is not None:
        _change_stage(deal, stage)
    _apply_chance(work, deal, request)
    _apply_parties(work, deal, request)
    if request.owner is not None:
        deal.owner_id = find_user(work, request.owner).id
    for field in request.clear:
        _clear(deal, field)
    return differences(work, deal, before)


def _change_stage(deal: Deal, stage: Stage) -> None:
    if stage.kind != StageKind.OPEN or deal.outcome != StageKind.OPEN:
        raise BadInput("Won, lost and reopen have commands of their own: /deal won, /deal lost, /deal reopen.")
    enter_stage(deal, stage)


def _apply_chance(work: Work, deal: Deal, request: SetDeal) -> None:
    if request.automatic_probability:
        stage: Stage = work.get(Stage, deal.stage_id)
        deal.probability, deal.probability_is_manual = stage.probability, False
    if request.probability is not None:
        set_probability(deal, request.probability)
    if request.forecast_category is not None:
        deal.forecast_category = _category(request.forecast_category)


def _apply_parties(work: Work, deal: Deal, request: SetDeal) -> None:
    if request.contact is not None:
        deal.contact_id = find_record(work, Kind.CONTACT, request.contact, field="contact").id
    if request.company is not None:
        company = company_for(work, request.company, None, asks=True)
        deal.company_id = company.id if company is not None else None


def set_probability(deal: Deal, percent: int) -> None:
    """Set a probability by hand; BadInput when it is none."""
    refuse_probability(percent)
    deal.probability, deal.probability_is_manual = percent, True


def refuse_probability(percent: int) -> None:
    """Refuse what is no probability in whole percent."""
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percents
        raise BadInput(f"A probability lies between 0 % and 100 %, {percent} does not.", field="probability")


def _category(word: str) -> str:
    key = "_".join(word.casefold().replace("-", " ").split())
    try:
        return ForecastCategory(key)
    except ValueError:
        raise BadInput(
            f"“{word}” is no forecast category. There are {', '.join(ForecastCategory)}.", field="forecast_category"
        ) from None


def _clear(deal: Deal, field: str) -> None:
    column = _CLEARABLE.get(field)
    if column is None:
        raise BadInput(f"“{field}” can't be emptied. These can: {', '.join(_CLEARABLE)}.", field="clear")
    setattr(deal, column, None)


def usable_title(text: str) -> str:
    """Return a title without the spaces around it; BadInput when it is too long."""
    title = text.strip()
    if len(title) > _MOST_TITLE:
        raise BadInput(
            f"A deal's title has at most {_MOST_TITLE} characters; this one has {len(title)}.", field="title"
        )
    return title
