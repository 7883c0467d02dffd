"""The buttons of records: what the reader may do with each as it stands, and the forms behind them."""

from collections.abc import Iterator

from crmbot.crm.answers import ActivityView, ContactView, DealView, LeadView, Record
from crmbot.crm.offered import ProposalView
from crmbot.crm.requests import (
    CompleteActivity,
    ConvertLead,
    Due,
    LoseDeal,
    MoveDeal,
    ReopenDeal,
    Request,
    SetLeadStatus,
    SnoozeActivity,
    WinDeal,
    WithdrawProposal,
)
from crmbot.domain.ids import Kind
from crmbot.domain.line_items import LineItem
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.slack.blocks.numbered import numbered
from crmbot.slack.blocks.primitives import actions
from crmbot.slack.forms.asked import form_opener
from crmbot.slack.message import Block, Element
from crmbot.slack.press import press_button, press_menu
from crmbot.slack.reader import Reader


def record_actions(record: Record, reader: Reader, *more: Element | None) -> Block | None:
    """Return a record's buttons, `more`, and those of its forms, in one row."""
    return actions(*record_buttons(record, reader), *more, *form_buttons(record, reader))


def record_buttons(record: Record, reader: Reader) -> list[Element | None]:
    """Return what the reader may do with a record as it stands."""
    match record:
        case DealView() if reader.may_edit("deals", _owner_id(record)):
            stages = reader.stages if record.outcome == StageKind.OPEN else None
            return [*_deal_buttons(record.reference, stages, record.stage_key)]
        case ActivityView(completed_at=None) if reader.may_edit("activities", _owner_id(record)):
            return [*_open_activity(record.reference)]
        case LeadView() if reader.may_edit("leads", _owner_id(record)):
            return [*_lead_buttons(record.reference, record.status)]
        case ProposalView(status="sent" | "viewed" | "expired") if reader.may_edit("proposals", record.owner_id):
            return [press_button("Withdraw", WithdrawProposal(record.reference))]
        case ProposalView(status="accepted") if reader.may_edit("deals", record.owner_id):
            return [press_button("Deal won", WinDeal(record.deal[0]), style="primary")]
    return []


def form_buttons(record: Record, reader: Reader) -> list[Element | None]:
    """Return the buttons of forms: the record's facts, what happened with it, what is to be done."""
    if isinstance(record, ActivityView):
        return []
    if isinstance(record, ProposalView):
        return _proposal_forms(record, reader)
    if isinstance(record, DealView):
        return _deal_forms(record, reader)
    edits = reader.may_edit(_PLURALS[record.kind], _owner_id(record) if isinstance(record, LeadView) else None)
    buttons = _facts_forms(record.reference, record.kind, edits, reader.may_edit("activities"))
    mail = _mail_form(record.reference, "", reader) if isinstance(record, ContactView) else None
    return [*buttons, mail]


def _deal_forms(deal: DealView, reader: Reader) -> list[Element | None]:
    """Return the forms about a deal; of one that is closed only what happened since and what is to be done."""
    is_open, owner_id = deal.outcome == StageKind.OPEN, _owner_id(deal)
    edits = is_open and reader.may_edit("deals", owner_id)
    facts = _facts_forms(deal.reference, deal.kind, edits, reader.may_edit("activities"))
    if not is_open:
        return [*facts]
    return [
        *facts,
        _usual_offer(deal) if reader.may_edit("proposals", owner_id) else None,
        _mail_form(deal.reference, deal.title, reader),
    ]


def _mail_form(reference: str, subject: str, reader: Reader) -> Element | None:
    if not reader.writes_mail or not reader.may_edit("emails"):
        return None
    return form_opener("Write mail …", "email.write", "form.mail", target=reference, subject=subject)


@numbered
def _facts_forms(reference: str, kind: Kind, edits: bool, logs: bool) -> Iterator[Element | None]:
    if edits:
        yield form_opener("Edit …", f"{kind}.set", "form.edit", **{str(kind): reference})
    if logs:
        yield form_opener("Log …", "activity.log", "form.log", kind="call", target=reference)
        yield form_opener("Task …", "task.new", "form.task", target=reference)


def _usual_offer(deal: DealView) -> Element | None:
    """Return the button of a proposal that offers a deal as it stands."""
    items = (LineItem(deal.title, deal.value),) if deal.value else None
    return form_opener(
        "Proposal …", "proposal.new", "form.proposal", deal=deal.reference, items=items, title=deal.title
    )


def _proposal_forms(proposal: ProposalView, reader: Reader) -> list[Element | None]:
    """Return the forms to send and to change a proposal, until its customer has answered."""
    if proposal.status in {"accepted", "declined"} or not reader.may_edit("proposals", proposal.owner_id):
        return []
    reference = proposal.reference
    send = "Send …" if proposal.status == "draft" else "Send again …"
    style = "primary" if proposal.status == "draft" else None
    return [
        form_opener(send, "proposal.send", "form.send", style=style, proposal=reference),
        form_opener("Edit …", "proposal.set", "form.edit", proposal=reference),
    ]


_PLURALS = {Kind.DEAL: "deals", Kind.LEAD: "leads", Kind.CONTACT: "contacts", Kind.COMPANY: "companies"}


@numbered
def _deal_buttons(
    reference: str, stages: tuple[tuple[str, str, str], ...] | None, stage_key: str
) -> list[Element | None]:
    """Return the buttons of a deal that is in one of the stages, or that is closed."""
    if stages is None:
        return [press_button("Reopen", ReopenDeal(reference))]
    others = [
        (name, MoveDeal(reference, key)) for key, name, kind in stages if kind == StageKind.OPEN and key != stage_key
    ]
    return [
        press_menu("Move to …", "deal.move", others),
        press_button("Won", WinDeal(reference), style="primary"),
        press_button("Lost", LoseDeal(reference)),
    ]


def _owner_id(record: DealView | LeadView | ActivityView) -> str | None:
    return record.owner.id if record.owner else None


def activity_buttons(activity: ActivityView, *, then: Request | None = None, row: bool = False) -> list[Element | None]:
    """Return done and snooze for an open activity."""
    return settling_buttons(activity.reference, then=then, row=row)


def settling_buttons(reference: str, *, then: Request | None = None, row: bool = False) -> list[Element | None]:
    """Return done and snooze for the open activity of that number."""
    return [
        press_button("Done", CompleteActivity(reference), then=then, row=row, style="primary"),
        press_button("Snooze 1 day", SnoozeActivity(reference), then=then, row=row),
        press_button("Next week", SnoozeActivity(reference), then=then, row=row, action_id="task.snooze_week"),
    ]


def next_week(activity: ActivityView, reader: Reader) -> Due:
    """Return the Monday of next week, at the hour the activity has."""
    monday = reader.next_monday()
    if activity.due_at is None:
        return Due(on=monday)
    local = activity.due_at.astimezone(reader.zone)
    return Due(at=local.replace(year=monday.year, month=monday.month, day=monday.day))


@numbered
def _lead_buttons(reference: str, status: str) -> list[Element | None]:
    steps: dict[str, tuple[str, ...]] = {
        LeadStatus.NEW: (LeadStatus.CONTACTED, LeadStatus.QUALIFIED),
        LeadStatus.CONTACTED: (LeadStatus.QUALIFIED,),
    }
    buttons = [
        press_button(str(step).title(), SetLeadStatus(reference, str(step)), action_id=f"lead.{step}")
        for step in steps.get(status, ())
    ]
    if status in {LeadStatus.NEW, LeadStatus.CONTACTED, LeadStatus.QUALIFIED}:
        style = "primary" if status == LeadStatus.QUALIFIED else None
        buttons.append(press_button("Convert", ConvertLead(reference), style=style))
    return buttons


_open_activity = numbered(settling_buttons)
