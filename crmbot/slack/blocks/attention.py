"""What a report's figures ask a manager to do: whom to remind, and whose work to hand on."""

from crmbot.crm.requests import ListActivities, ListDeals, NudgeOwner, Request
from crmbot.domain.forecast import OVER_90_DAYS
from crmbot.reports.activity_summary import ActivitySummary
from crmbot.reports.sales_pipeline import SalesPipeline
from crmbot.reports.values import Report
from crmbot.slack.blocks.primitives import actions, section, stack
from crmbot.slack.forms.asked import Asked, form_button
from crmbot.slack.message import Block
from crmbot.slack.mrkdwn import Mrkdwn, bold
from crmbot.slack.press import press_button
from crmbot.slack.reader import Reader, count

_MOST = 6


def attention_blocks(report: Report, reader: Reader, again: Request) -> tuple[Block, ...]:
    """Return a row for each person whose figures call for a manager; none for whoever may not act on them.

    `again` is what shows the report once more, under what was done. In a channel there are no such rows: they name
    people, and most who read there may not press them.
    """
    if reader.shared or reader.permissions is None or "crm.records.edit_all" not in reader.permissions:
        return ()
    rows = _rows(report)
    named = [row for row in rows if row[0] and row[0] != reader.user_id][:_MOST]
    if not named:
        return ()
    return stack(section(bold("Who needs a hand")), *[_row(*row, again) for row in named])


Row = tuple[str, str, str, Request, NudgeOwner]
"""A person's id and name, what is the matter, the look at it, and the reminder."""


def _rows(report: Report) -> list[Row]:
    match report.data:
        case ActivitySummary(by_user=users):
            return [
                (
                    user.user_id or "",
                    user.user_name,
                    f"{user.overdue} of {count(user.total, 'activity')} overdue",
                    ListActivities(user.user_id, "overdue"),
                    NudgeOwner(owner=user.user_id),
                )
                for user in users
                if user.overdue
            ]
        case SalesPipeline(by_user=users):
            old = sorted((user for user in users if user.over_90_days), key=lambda user: -user.over_90_days)
            return [
                (
                    user.user_id or "",
                    user.user_name,
                    f"{count(user.over_90_days, 'deal')} older than {OVER_90_DAYS - 1} days",
                    ListDeals(user.user_id),
                    NudgeOwner(owner=user.user_id, deal_days=OVER_90_DAYS),
                )
                for user in old
            ]
    return []


def _row(user_id: str, name: str, what: str, look: Request, nudge: NudgeOwner, again: Request) -> tuple[Block, ...]:
    only = "deals" if isinstance(look, ListDeals) else "tasks"
    return stack(
        section(Mrkdwn(f"{bold(name, 60)}  {what}")),
        actions(
            press_button("Nudge", nudge, then=again),
            press_button("Look", look, action_id="report.look"),
            form_button("Hand over …", Asked("user.reassign", {"user": user_id, "only": only}), "form.hand_over"),
        ),
    )
