"""Chart of pipeline-changes: what led from the opening to the closing value."""

from crmbot.domain.money import Money
from crmbot.reports.charts.frame import Plan
from crmbot.reports.charts.palette import BAD, GOOD, LEVEL, STRONG
from crmbot.reports.charts.waterfall import Move, Waterfall
from crmbot.reports.charts.wording import MINUS, counted, exact_money, short_count, short_money, words
from crmbot.reports.pipeline_changes import MOVEMENTS, WITHOUT_SUM, Movement, PipelineChanges
from crmbot.reports.values import Report


def plan_pipeline_changes(report: Report) -> Plan:
    """Plan the waterfall; what only moved in time is told below."""
    data: PipelineChanges = report.data
    currency = report.meta.currency
    movements: dict[str, Movement] = {name: getattr(data, name) for name in MOVEMENTS}
    moves = [_move(name, movement) for name, movement in movements.items() if name not in WITHOUT_SUM]
    anything = data.opening_value.minor or data.closing_value.minor or any(m.count for m in movements.values())
    waterfall = Waterfall(
        (_level("Opening", data.opening_value), *moves, _level("Closing", data.closing_value)),
        lambda minor: exact_money(Money(minor, currency)),
    )
    return Plan(
        title="What moved in the pipeline",
        empty="Nothing moved in this period",
        body=waterfall if anything else None,
        headline=_headline(data),
        notes=tuple(
            f"{words(name)}: {counted(movement.count, 'deal')}, {short_money(movement.value)}"
            for name, movement in movements.items()
            if name in WITHOUT_SUM and movement.count
        ),
    )


def _headline(data: PipelineChanges) -> str:
    change = Money(data.closing_value.minor - data.opening_value.minor, data.closing_value.currency)
    if change.minor == 0:
        return f"Unchanged at {short_money(data.closing_value)}"
    way = "Up" if change.minor > 0 else "Down"
    return f"{way} {short_money(change).lstrip(MINUS)} to {short_money(data.closing_value)}"


def _level(name: str, value: Money) -> Move:
    return Move(name, "", short_money(value), value.minor, LEVEL, total=True)


def _move(name: str, movement: Movement) -> Move:
    deals = short_count(movement.count) if movement.count else ""
    paint = GOOD if name == "won" else STRONG if movement.value.minor > 0 else BAD
    return Move(words(name), deals, short_money(movement.value, signed=True), movement.value.minor, paint)
