"""The forecast digest: the cases, how earlier forecasts came true, what moved, and deals whose date has passed."""

from crmbot.crm.requests import ShowDeal
from crmbot.domain.money import Money
from crmbot.reports.digests.forecast import ForecastDigest, Moved
from crmbot.reports.digests.lateness import LateDeal
from crmbot.reports.digests.scores import Score, share_of
from crmbot.slack.blocks.primitives import context, section, stack, table
from crmbot.slack.digests.rows import Deed, RowName, row
from crmbot.slack.digests.words import signed
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold, join, one_line
from crmbot.slack.press import press_button
from crmbot.slack.reader import Reader, count

_MOST_LATE = 6
_MOST_MOVED = 8
_CASES = (("Best case", "best_case"), ("Most likely", "most_likely"), ("Worst case", "worst_case"))
_MOVEMENTS = {
    "created": "🆕 created",
    "increased": "⬆️ increased",
    "decreased": "⬇️ decreased",
    "pulled_in": "⏪ pulled in",
    "pushed_out": "⏩ pushed out",
    "reopened": "🔁 reopened",
    "won": "🏆 won",
    "lost": "🪦 lost",
}
_CLOSED = frozenset({"won", "lost"})
_IN_TIME = frozenset({"pulled_in", "pushed_out"})


def forecast_blocks(digest: ForecastDigest, reader: Reader) -> tuple[Block, ...]:
    """Return the three cases beside those of a week ago, the scores, the late deals, and what moved."""
    rows = [
        [
            label,
            str(getattr(digest.forecast, name)),
            str(getattr(digest.last_week, name)),
            signed(getattr(digest.change, name)),
        ]
        for label, name in _CASES
    ]
    late = digest.late[:_MOST_LATE]
    left = digest.past_due.deals - len(late)
    acted_on = {deal.reference for deal in late}
    return stack(
        table(("Forecast", "Now", "A week ago", "Change"), rows, numeric=(1, 2, 3)),
        section(_scores(digest.scores)) if digest.scores else None,
        section(Mrkdwn("*Past the expected close*  When will they close, and how likely is it?")) if late else None,
        *[_late(deal, reader) for deal in late],
        context(Mrkdwn(f"… and {count(left, 'more deal')} past the expected close")) if late and left > 0 else None,
        section(_movements(digest)),
        *[_moved(deal, acted_on) for deal in digest.deals[:_MOST_MOVED]],
        context(Mrkdwn(f"… and {count(len(digest.deals) + digest.more - _MOST_MOVED, 'more deal')} that moved"))
        if len(digest.deals) + digest.more > _MOST_MOVED
        else None,
    )


def _scores(scores: tuple[Score, ...]) -> Mrkdwn:
    """Return how earlier forecasts came true, each in a line."""
    return join([Mrkdwn("*How the forecast came true*"), *(_score(score) for score in scores)], "\n")


def _score(score: Score) -> Mrkdwn:
    won = f"*{score.won}* was won in {count(score.won_deals, 'deal')}"
    if not score.weighted.minor:
        return Mrkdwn(f"{score.days} days ago nothing was forecast for the days until today; {won}.")
    hit = share_of(score)
    return Mrkdwn(f"{score.days} days ago {score.weighted} was forecast until today; {won}: {hit}.")


def _late(deal: LateDeal, reader: Reader) -> tuple[Block, ...]:
    facts = join(
        [
            Mrkdwn(f"*{count(deal.days_late, 'day')} late*"),
            f"was to close {reader.exact_day(deal.expected_close)}",
            str(deal.value) if deal.value else "no value",
            f"{deal.stage} {deal.probability} %",
            one_line(deal.owner_name, 60),
        ]
    )
    deed = Deed(
        deal.reference, deal.owner_name, has_owner=deal.owner_id is not None, expected_close=deal.expected_close
    )
    return row(RowName("forecast", deal.reference), Mrkdwn(f"{bold(deal.title)}  {deal.reference}\n{facts}"), deed)


def _movements(digest: ForecastDigest) -> Mrkdwn:
    """Return what led from last week's open value to this one's."""
    lines = [
        f"{_MOVEMENTS[one.movement]}  {count(one.count, 'deal')}, {_moved_by(one.movement, one.value)}"
        for one in digest.movements
        if one.count
    ]
    whole = Mrkdwn(f"*What moved*  {digest.opening_value} → {digest.closing_value} open")
    return join([whole, *(lines or ["Nothing moved since last week."])], "\n")


def _moved_by(movement: str, value: Money) -> str:
    return f"{value} to another month" if movement in _IN_TIME else signed(value)


def _moved(deal: Moved, acted_on: set[str]) -> tuple[Block, ...]:
    """Return a deal that moved, with what can be done about it where that stands nowhere above."""
    how = _MOVEMENTS.get(deal.movement, deal.movement)
    facts = join([how, _moved_by(deal.movement, deal.value), one_line(deal.owner_name, 60)])
    title = Mrkdwn(f"{bold(deal.title)}  {deal.reference}\n{facts}")
    if deal.movement in _CLOSED or deal.reference in acted_on:
        return (section(title, accessory=press_button("Open", ShowDeal(deal.reference))),)
    acted_on.add(deal.reference)
    return row(RowName("forecast", deal.reference), title, Deed(deal.reference, deal.owner_name))
