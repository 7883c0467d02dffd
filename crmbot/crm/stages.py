"""The pipeline as an admin shapes it: stages come, go, are renamed and moved, and their deals stay whole."""

import re
from collections.abc import Iterable

from sqlalchemy import func, select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.choices import StageChoice, Stages
from crmbot.crm.deals import enter_stage
from crmbot.crm.history import save_deals
from crmbot.crm.lookup import find_stage
from crmbot.crm.requests import AddStage, ListStages, RemoveStage, SetStage
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.stages import ForecastCategory, StageKind, usual_category, usual_probability
from crmbot.errors import BadInput, Conflict, MissingFact
from crmbot.models import Deal, Stage

_MOST_NAME = 60
_MOST_STAGES = 40
_MOST_DAYS = 3_660
_ADD = "/crm stage add Demo 40% after Qualified"
_SET = "/crm stage set Demo 50% stale:30"


def add(work: Work, request: AddStage) -> Outcome:
    """Add a stage."""
    if len(work.stages) >= _MOST_STAGES:
        raise Conflict(f"A pipeline has at most {_MOST_STAGES} stages. Remove one first: /crm stage list")
    kind = _kind(request.kind)
    name = _name(work, request.name)
    probability = usual_probability(kind) if request.probability is None else request.probability
    if kind is StageKind.OPEN and request.probability is None:
        raise MissingFact(f"How likely is a deal in {name} to be won?", field="probability", example=_ADD)
    stage = Stage(
        key=_new_key(work, name),
        name=name,
        kind=kind,
        probability=_probability(kind, probability),
        late=request.late,
        position=0,
        stale_after_days=_days(request.stale_after_days),
        forecast_category=_category(request.forecast_category) or usual_category(kind),
    )
    order = list(work.stages)
    order.insert(_place(work, order, request.after, request.before, kind), stage)
    work.keep(stage)
    _number(order)
    work.session.flush()
    return Outcome(f"Added the stage {stage.name}, {_where(order, stage)}.")


def change(work: Work, request: SetStage) -> Outcome:
    """Change a stage; deals in it whose probability follows the stage follow it now."""
    stage = find_stage(work, request.stage)
    before = _facts(work, stage)
    if request.name is not None and request.name.strip() != stage.name:
        stage.name = _name(work, request.name, but=stage)
    if request.probability is not None:
        stage.probability = _probability(StageKind(stage.kind), request.probability)
    if request.late is not None:
        stage.late = request.late
    if request.stale_after_days is not None or "stale_after_days" in request.clear:
        stage.stale_after_days = _days(request.stale_after_days)
    stage.forecast_category = _category(request.forecast_category) or stage.forecast_category
    order = _moved(work, stage, request)
    after = _facts(work, stage, order)
    changes = tuple(
        Change(stage.name, label, before[label], after[label]) for label in before if before[label] != after[label]
    )
    if not changes:
        return Outcome(f"Nothing to change on the stage {stage.name}.")
    followed = _let_deals_follow(work, stage) if before["Probability"] != after["Probability"] else 0
    work.session.flush()
    told = ", ".join(f"{change.label.lower()} {change.after or 'none'}" for change in changes)
    return Outcome(f"{before['Name']}: {told}.{_followed(followed)}", changes=changes)


def remove(work: Work, request: RemoveStage) -> Outcome:
    """Take a stage out; its deals go where the request says, with their history."""
    stage = find_stage(work, request.stage)
    others = [one for one in work.stages if one.id != stage.id and one.kind == stage.kind]
    if not others:
        raise Conflict(
            f"{stage.name} is the only {stage.kind} stage, and a pipeline needs one. Add another first: {_ADD}"
        )
    target = find_stage(work, request.move_to, field="move_to") if request.move_to else None
    if target is not None and target.id == stage.id:
        raise BadInput("The deals need another stage than the one that goes.", field="move_to")
    if target is not None and target.kind != stage.kind:
        raise BadInput(
            f"Deals in {stage.name} are {stage.kind}, those in {target.name} are {target.kind}; moving them would "
            f"change what they are. Name one of: {', '.join(one.name for one in others)}.",
            field="move_to",
        )
    deals = _deals_in(work, stage)
    if deals and target is None:
        raise MissingFact(
            f"{_count(len(deals))} {'is' if len(deals) == 1 else 'are'} in {stage.name}. Where do they go?",
            field="move_to",
            example=f"/crm stage remove {_quoted(stage.name)} to:{_quoted(others[-1].name)}",
        )
    if target is not None:
        _move(work, deals, target)
    stage.removed_at = work.now
    _number([one for one in work.stages if one.id != stage.id])
    work.session.flush()
    moved = f" {_count(len(deals))} moved to {target.name}." if deals and target else ""
    return Outcome(f"Removed the stage {stage.name}.{moved}")


def list_stages(work: Work, _request: ListStages) -> Stages:
    """List the stages in order, with how many deals are in each."""
    per_stage = select(Deal.stage_id, func.count()).where(Deal.workspace_id == work.workspace_id)
    counts = {row[0]: row[1] for row in work.session.execute(per_stage.group_by(Deal.stage_id))}
    rows = tuple((*stage_words(stage), str(counts.get(stage.id, 0))) for stage in work.stages)
    columns = ("Stage", "Kind", "Probability", "Stale after", "Forecast", "Deals")
    return Stages(
        f"{len(rows)} stages.", columns, rows, tuple(_choice(stage, counts.get(stage.id, 0)) for stage in work.stages)
    )


def _choice(stage: Stage, deals: int) -> StageChoice:
    return StageChoice(
        stage.key,
        stage.name,
        stage.kind,
        stage.probability,
        stage.late,
        stage.stale_after_days,
        stage.forecast_category,
        deals,
    )


def stage_words(stage: Stage) -> tuple[str, str, str, str, str]:
    """Return a stage's name, kind, probability, stale days and category as people read them."""
    stale = f"{stage.stale_after_days} days" if stage.stale_after_days else ""
    kind = f"{stage.kind}, late" if stage.late else str(stage.kind)
    return stage.name, kind, f"{stage.probability} %", stale, stage.forecast_category.replace("_", " ")


def _facts(work: Work, stage: Stage, order: Iterable[Stage] | None = None) -> dict[str, str]:
    names = [one.name for one in (work.stages if order is None else order)]
    _, _, probability, stale, category = stage_words(stage)
    return {
        "Name": stage.name,
        "Probability": probability,
        "Late": "yes" if stage.late else "no",
        "Stale after": stale,
        "Forecast": category,
        "Place": str(names.index(stage.name) + 1) if stage.name in names else "",
    }


def _moved(work: Work, stage: Stage, request: SetStage) -> list[Stage]:
    """Put a stage to its new place, when the request names one, and return the new order."""
    if not (request.after or request.before):
        return list(work.stages)
    order = [one for one in work.stages if one.id != stage.id]
    order.insert(_place(work, order, request.after, request.before, StageKind(stage.kind)), stage)
    _number(order)
    return order


def _place(work: Work, order: list[Stage], after: str | None, before: str | None, kind: StageKind) -> int:
    """Return where in the order a stage goes: beside the named one, else behind the last of its kind."""
    if after:
        return _index(order, find_stage(work, after, field="after")) + 1
    if before:
        return _index(order, find_stage(work, before, field="before"))
    same = [at for at, stage in enumerate(order) if stage.kind == kind]
    return same[-1] + 1 if same else len(order)


def _index(order: list[Stage], stage: Stage) -> int:
    if stage not in order:
        raise BadInput(f"{stage.name} can't stand beside itself.", field="after", example=_SET)
    return order.index(stage)


def _number(order: Iterable[Stage]) -> None:
    for position, stage in enumerate(order, 1):
        if stage.position != position:
            stage.position = position


def _deals_in(work: Work, stage: Stage) -> list[Deal]:
    return list(
        work.session.scalars(
            select(Deal).where(Deal.workspace_id == work.workspace_id, Deal.stage_id == stage.id).order_by(Deal.number)
        )
    )


def _move(work: Work, deals: list[Deal], target: Stage) -> None:
    for deal in deals:
        enter_stage(deal, target)
    save_deals(work, deals)


def _let_deals_follow(work: Work, stage: Stage) -> int:
    deals = [
        deal for deal in _deals_in(work, stage) if not deal.probability_is_manual and deal.outcome == StageKind.OPEN
    ]
    for deal in deals:
        deal.probability = stage.probability
    save_deals(work, deals)
    return len(deals)


def _followed(count: int) -> str:
    return f" {_count(count)} {'follows' if count == 1 else 'follow'}." if count else ""


def _count(deals: int) -> str:
    return f"{deals} {'deal' if deals == 1 else 'deals'}"


def _where(order: list[Stage], stage: Stage) -> str:
    at = order.index(stage)
    return f"after {order[at - 1].name}" if at else "at the beginning"


def _name(work: Work, text: str, but: Stage | None = None) -> str:
    name = " ".join(text.split())
    if not fold_name(name):
        raise MissingFact("What is the stage called?", field="name", example=_ADD)
    if len(name) > _MOST_NAME:
        raise BadInput(f"A stage's name has at most {_MOST_NAME} characters.", field="name", example=_ADD)
    taken = next(
        (stage for stage in work.stages if stage is not but and fold_name(stage.name) == fold_name(name)), None
    )
    if taken is not None:
        raise Conflict(f"There is a stage {taken.name} already. Change it: {_SET.replace('Demo', _quoted(taken.name))}")
    return name


def _new_key(work: Work, name: str) -> str:
    """Return a key of the name that no stage has or had."""
    used = set(work.session.scalars(select(Stage.key).where(Stage.workspace_id == work.workspace_id)))
    stem = re.sub(r"\W+", "_", fold_name(name))[:50].strip("_") or "stage"
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, len(used) + 3))) if key not in used)


def _kind(word: str) -> StageKind:
    try:
        return StageKind(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no kind of stage. There are {', '.join(StageKind)}.", field="kind") from None


def _category(word: str | None) -> ForecastCategory | None:
    if word is None:
        return None
    try:
        return ForecastCategory("_".join(word.casefold().replace("_", " ").split()))
    except ValueError:
        listed = ", ".join(category.replace("_", " ") for category in ForecastCategory)
        raise BadInput(f"“{word}” is no forecast category. There are {listed}.", field="forecast_category") from None


def _probability(kind: StageKind, percent: int) -> int:
    if kind is not StageKind.OPEN and percent != usual_probability(kind):
        raise BadInput(f"A {kind} deal's probability is {usual_probability(kind)} %.", field="probability")
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percents
        raise BadInput(f"A probability lies between 0 % and 100 %, {percent} does not.", field="probability")
    return percent


def _days(days: int | None) -> int | None:
    if days is not None and not 0 < days <= _MOST_DAYS:
        raise BadInput(f"A deal counts as stale after 1 to {_MOST_DAYS} days.", field="stale_after_days", example=_SET)
    return days


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
