"""Doing what a mail asks for: the effect, the mail's own place, and the receipt are one transaction."""

from typing import Any

from sqlalchemy import select, update

from crmbot.crm.answers import ActivityView, DealView, Outcome
from crmbot.crm.emails.errands import remember_task
from crmbot.crm.emails.matching import match_with
from crmbot.crm.emails.receipts import Asked, Wish, send_receipt
from crmbot.crm.emails.triage import log_waiting
from crmbot.crm.handlers import HANDLERS
from crmbot.crm.requests import CreateDeal, CreateTask, ObeyMail
from crmbot.crm.views import about_links
from crmbot.crm.work import Work
from crmbot.errors import Conflict, NotFound
from crmbot.models import Activity, Deal, Email, MailDelivery


def obey_mail(work: Work, request: ObeyMail) -> Outcome:
    """Do a mail's command, or tell why it can't be done; the delivery counts as taken in only with this.

    Raises:
        CrmError: the command was refused; nothing was done, and the caller comes back with the problem.
    """
    email: Email | None = work.get(Email, request.email)
    if email is None:
        raise NotFound("This mail is not here any more.")
    done = _do(work, request, email)
    _settle(work, request, email)
    activity: Activity | None = work.get(Activity, email.activity_id)
    user = work.user(work.actor.user_id)
    send_receipt(
        work,
        email,
        wish=Wish(user.receipts, user.receipts_by) if user else Wish(),
        about=about_links(work, activity) if activity else (),
        activity=activity,
        repeated=request.repeated,
        asks=_asks(work, email, activity),
        asked=Asked(
            request.line,
            done.said if done else request.problem,
            request.example,
            undo=work.entry_id if done else None,
            failed=done is None,
        ),
        entry_id=request.logged_entry,
    )
    return done or Outcome(request.problem)


def _do(work: Work, request: ObeyMail, email: Email) -> Outcome | None:
    command = request.command
    if command is None:
        return None
    if command.PERMISSION:
        work.allow(command.PERMISSION, "do that")
    answer = HANDLERS[type(command)](work, command)
    outcome = answer if isinstance(answer, Outcome) else Outcome(answer.said)
    if isinstance(command, CreateDeal) and isinstance(outcome.record, DealView):
        _take_along(work, email, outcome.record)
    if isinstance(command, CreateTask) and isinstance(outcome.record, ActivityView):
        remember_task(work, email, outcome.record)
    return outcome


def _take_along(work: Work, email: Email, deal: DealView) -> None:
    """Put the mail that a deal was made of with that deal, unless it is with another one; it waits no longer."""
    activity: Activity | None = work.get(Activity, email.activity_id)
    if activity is not None and activity.deal_id is None:
        activity.deal_id = deal.id
        email.detail = {name: value for name, value in email.detail.items() if name != "asks"}
        work.session.flush()
    elif activity is None and email.state == "triage":
        log_waiting(work, email, match_with(work.get(Deal, deal.id)))


def _asks(work: Work, email: Email, activity: Activity | None) -> list[Deal]:
    """Return the open deals that a person must still choose from."""
    ids = email.detail.get("asks", ()) if activity is not None and activity.deal_id is None else ()
    if not ids:
        return []
    here = (Deal.workspace_id == work.workspace_id) & Deal.id.in_(ids)
    return sorted(work.session.scalars(select(Deal).where(here)), key=lambda deal: deal.number)


def _settle(work: Work, request: ObeyMail, email: Email) -> None:
    """Mark the delivery as done; raises Conflict when another worker was faster."""
    if request.delivery_id is None:
        return
    state = "noise" if email.state == "ignored" else email.state
    values: dict[str, Any] = {"state": state, "reason": email.reason, "email_id": email.id, "leased_until": None}
    if state != "triage":
        values["raw"] = None
    mine = work.session.execute(
        update(MailDelivery)
        .where(
            MailDelivery.workspace_id == work.workspace_id,
            MailDelivery.id == request.delivery_id,
            MailDelivery.state == "fetched",
        )
        .values(values)
        .returning(MailDelivery.id),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    if mine is None:
        raise Conflict("This mail was taken in by another worker.")
