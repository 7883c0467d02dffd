"""How a forecast came true: what was expected some days ago to come in until now, beside what was won."""

from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from crmbot.domain.money import Money, ratio
from crmbot.domain.stages import ForecastCategory
from crmbot.domain.windows import Window, last_day_before
from crmbot.models import DealVersion
from crmbot.reports.closings import total_won
from crmbot.reports.deal_sums import Addends, sum_deals
from crmbot.reports.digests.base import look
from crmbot.reports.snapshot import Snapshot
from crmbot.reports.statements import day

_TWICE = 2
SPANS = (30, 90)
"""How many days back the forecasts lie that are scored."""
_DUE = Addends(
    (DealVersion.stage_id, DealVersion.forecast_category),
    (DealVersion.outcome == "open", DealVersion.expected_close.between(day("due_from"), day("due_to"))),
)


@dataclass(frozen=True, slots=True)
class Score:
    """The forecast of `days` ago for the days since: weighted and in full, and what was won in them.

    `hit_rate` is won / weighted, 0.0 where nothing was forecast; `deals` were expected then, `won_deals` were won.
    """

    days: int
    deals: int
    weighted: Money
    value: Money
    won_deals: int
    won: Money
    hit_rate: float


def share_of(score: Score) -> str:
    """Say how much of a forecast came: 87 % of it, 7.6 times as much."""
    if score.hit_rate >= _TWICE:
        return f"{score.hit_rate:.1f} times as much"
    return f"{score.hit_rate * 100:.0f} % of it"


def score_forecasts(snapshot: Snapshot) -> tuple[Score, ...]:
    """Score the forecasts of `SPANS`; one for which there was neither a forecast nor anything won is left out."""
    scores = (_score(snapshot, days) for days in SPANS)
    return tuple(score for score in scores if score.deals or score.won_deals)


def _score(snapshot: Snapshot, days: int) -> Score:
    scope = snapshot.scope
    then = (snapshot.as_of.astimezone(scope.zone) - timedelta(days=days)).astimezone(UTC)
    past = look(snapshot.session, replace(scope, now=then))
    omitted = {stage.id for stage in past.stages if stage.forecast_category == ForecastCategory.OMITTED}
    deals = value = weighted = 0
    first, last = last_day_before(then, scope.zone), snapshot.day
    for row, found in sum_deals(past, _DUE, due_from=first, due_to=last):
        category = row.forecast_category or (ForecastCategory.OMITTED if row.stage_id in omitted else "")
        if category != ForecastCategory.OMITTED:
            deals, value, weighted = deals + found.deals, value + found.value, weighted + found.weighted
    since = Window(then.astimezone(scope.zone).date(), snapshot.day, scope.zone, then)
    won = total_won(Snapshot(snapshot.session, scope, since))
    return Score(
        days=days,
        deals=deals,
        weighted=snapshot.money(weighted),
        value=snapshot.money(value),
        won_deals=won.deals,
        won=snapshot.money(won.value),
        hit_rate=ratio(won.value, weighted) if weighted > 0 else 0.0,
    )
