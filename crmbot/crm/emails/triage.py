"""Mail that waits for a person: look at it, place it, add its sender, or leave it aside."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select, update

from crmbot.crm.answers import EmailView, Link, MailAnswer, Triage
from crmbot.crm.attachments import forget_files
from crmbot.crm.changes import forget
from crmbot.crm.emails.announcing import refresh_cards
from crmbot.crm.emails.errands import TASKS, take_tasks_along
from crmbot.crm.emails.finding import find_email, named_activity
from crmbot.crm.emails.knowledge import is_outside, look_up
from crmbot.crm.emails.matching import BY_HAND, Match, match_with, place_with_contact
from crmbot.crm.emails.placing import (
    add_email_activities,
    forget_words,
    keep_further,
    logged_sentence,
    move_lead_on,
)
from crmbot.crm.emails.rules import PERMISSION, reach_of, refuse_reach
from crmbot.crm.emails.strangers import contact_of, words_of
from crmbot.crm.emails.views import activity_reference, email_view, place_words, why_words
from crmbot.crm.emails.waiting import refuse_others, waits_for
from crmbot.crm.lookup import find_target
from crmbot.crm.requests import (
    AddSender,
    AttachEmail,
    IgnoreEmail,
    ListTriage,
    LogEmail,
    Participant,
    ShowEmail,
)
from crmbot.crm.views import about_links, activity_view
from crmbot.crm.work import Work
from crmbot.domain.identity import domain_of, is_public_mailbox_domain
from crmbot.domain.nouns import counted
from crmbot.errors import BadInput, Conflict
from crmbot.models import Activity, Email, EmailReference, MailDelivery, MailRule, User

PER_PAGE = 10
_SCOPES = ("mail", "sender", "domain", "never", "forget")
_OF_THE_DOMAIN = frozenset({"domain", "never"})
_FORGOTTEN = "A mail of which nothing was kept."


def attach_email(work: Work, request: AttachEmail) -> MailAnswer:
    """Log a waiting mail with a record, or move a logged one there."""
    email = find_email(work, request.email)
    match = _with_own_person(work, email, match_with(find_target(work, request.target)))
    refuse_others(work, email)
    activity: Activity | None = named_activity(work, request.email) or work.get(Activity, email.activity_id)
    if activity is None:
        return log_waiting(work, email, match)
    work.allow_edit(activity.owner_id, f"{activity_reference(activity)} {activity.subject}")
    for name, value in match.about.items():
        setattr(activity, name, value)
    email.reason = BY_HAND
    email.detail = _decided(email)
    move_lead_on(work, match.lead_id)
    work.session.flush()
    about = about_links(work, activity)
    return MailAnswer(
        f"{activity_reference(activity)} {activity.subject} is with {place_words(about)} now.",
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


def _with_own_person(work: Work, email: Email, match: Match) -> Match:
    """Keep a mail with the contact who takes part in it, whatever deal or company a person chose for it."""
    if match.lead_id or (match.contact_id and not match.deal):
        return match
    known = look_up(work, _as_request(email))
    there = [known.contacts[one.email].id for one in known.outside if one.email in known.contacts]
    return match if match.contact_id in there or not there else replace(match, contact_id=there[0])


def add_sender(work: Work, request: AddSender) -> MailAnswer:
    """Make a contact of the person outside the team that a waiting mail is with, and log the mail there."""
    email = find_email(work, request.email)
    _refuse_logged(email)
    refuse_others(work, email)
    mail = _as_request(email)
    known = look_up(work, mail)
    if not known.outside:
        raise BadInput("Nobody outside the team is in this mail, so there is nobody to add.", field="email")
    contact = contact_of(work, known.outside[0], words_of(email))
    return log_waiting(work, email, place_with_contact(work, mail, known, contact, BY_HAND))


def ignore_email(work: Work, request: IgnoreEmail) -> MailAnswer:
    """Leave a waiting mail aside; for a sender or a domain later mail too."""
    if request.scope not in _SCOPES:
        raise BadInput(f"“{request.scope}” can't be ignored. There are {', '.join(_SCOPES)}.", field="scope")
    email = find_email(work, request.email)
    _refuse_logged(email)
    refuse_others(work, email, wholly=request.scope == "forget")
    said = f"Left aside: “{email.subject}”."
    reason = BY_HAND if request.scope == "mail" else "ignored"
    if request.scope == "forget":
        _forget(work, email)
        said, reason = "Forgotten: nothing of this mail is kept, and it won't come back.", "forgotten"
    elif request.scope != "mail":
        value = _rule_value(work, email, request.scope)
        refuse_reach(work, request.scope, value, sure=request.sure)
        _keep_rule(work, request.scope, value)
        told = "No later mail with {} is kept." if request.scope == "never" else "Later mail of {} is left aside too."
        said += f" {told.format(value)}"
    email.state, email.reason = "ignored", reason
    work.session.flush()
    refresh_cards(work, email, said)
    return MailAnswer(said, email=email_view(work, email))


def _forget(work: Work, email: Email) -> None:
    """Empty a mail and its raw copy, past the journal: what is forgotten must not stand there."""
    forget_words(email)
    forget_files(work, email)
    words = ("subject", "text", "from_name", "from_address", "message_id", "recipients", "references", "attachments")
    values = {name: getattr(email, name) for name in (*words, "detail")}
    work.session.expire(email)
    same = (Email.workspace_id == work.workspace_id) & (Email.id == email.id)
    copies = (MailDelivery.workspace_id == work.workspace_id) & (MailDelivery.email_id == email.id)
    quiet = {"synchronize_session": False}
    work.session.execute(update(Email).where(same).values(values), execution_options=quiet)
    work.session.execute(update(MailDelivery).where(copies).values(raw=None), execution_options=quiet)
    forget(work, email.id, _FORGOTTEN)


def show_email(work: Work, request: ShowEmail) -> MailAnswer:
    """Show one mail."""
    email = find_email(work, request.email)
    refuse_others(work, email)
    activity: Activity | None = work.get(Activity, email.activity_id)
    about = about_links(work, activity) if activity else ()
    view = activity_view(work, activity, about) if activity else None
    said = f"“{email.subject or '(no subject)'}”: {why_words(email)}."
    return MailAnswer(said, email=_decidable(work, email, about), activity=view)


def list_triage(work: Work, request: ListTriage) -> Triage:
    """List mail that waits for the actor, oldest first: managers see all, others what they handed in."""
    waiting = (Email.workspace_id == work.workspace_id) & waits_for(work)
    total = work.session.scalar(select(func.count()).select_from(Email).where(waiting)) or 0
    rows = work.session.scalars(
        select(Email)
        .where(waiting)
        .order_by(Email.received_at, Email.id)
        .limit(PER_PAGE)
        .offset((max(min(request.page, -(-total // PER_PAGE)), 1) - 1) * PER_PAGE)
    )
    emails = tuple(_decidable(work, email) for email in rows)
    whom = "a person" if PERMISSION in work.actor.permissions else "you"
    said = f"{counted(total, 'mail')} {'waits' if total == 1 else 'wait'} for {whom}." if total else "No mail waits."
    return Triage(said, emails=emails, total=total)


def log_waiting(work: Work, email: Email, match: Match) -> MailAnswer:
    """Log a mail that waited, with what was chosen for it."""
    email.state, email.reason = "logged", BY_HAND
    take_tasks_along(work, email, match.about)
    email.detail = _decided(email)
    email.logged_by_id = work.actor.user_id
    activity, *further = add_email_activities(work, email, match)
    work.session.flush()
    keep_further(work, email, further)
    _make_findable(work, email)
    about = about_links(work, activity)
    said = logged_sentence(email, activity, about, match)
    refresh_cards(work, email, said)
    return MailAnswer(
        said,
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


def _decided(email: Email) -> dict[str, Any]:
    """Return a mail's details without why it waited, what was asked about it and its tasks."""
    return {name: value for name, value in email.detail.items() if name not in {"asks", "why", TASKS}}


def _make_findable(work: Work, email: Email) -> None:
    """Let answers to a mail find it; one that waited has no thread yet."""
    known = set(
        work.session.scalars(
            select(EmailReference.message_id).where(
                EmailReference.workspace_id == work.workspace_id, EmailReference.email_id == email.id
            )
        )
    )
    wanted = [found for found in email.references if found not in known and found != email.message_id]
    work.keep(*(EmailReference(message_id=found, email_id=email.id) for found in wanted))
    work.session.flush()


def _refuse_logged(email: Email) -> None:
    if email.state == "logged":
        raise Conflict("This mail is logged already. Undo that, or move it to another record.")


def _rule_value(work: Work, email: Email, scope: str) -> str:
    """Return the address or domain to ignore: of the person outside the team that the mail is with."""
    users = set(work.session.scalars(select(User.email).where(User.workspace_id == work.workspace_id)))
    one = next((one for one in _as_request(email).participants if is_outside(one, users, work.policy)), None)
    if one is None or not one.email:
        raise BadInput("Nobody outside the team is in this mail, so only the mail can be left aside.", field="scope")
    if scope not in _OF_THE_DOMAIN:
        return one.email
    domain = domain_of(one.email)
    if is_public_mailbox_domain(domain):
        raise BadInput(f"{domain} is open to everybody. Ignore the sender instead.", field="scope")
    return domain


def _keep_rule(work: Work, kind: str, value: str) -> None:
    known = work.session.scalar(
        select(MailRule.id).where(
            MailRule.workspace_id == work.workspace_id, MailRule.kind == kind, MailRule.value == value
        )
    )
    if known is None:
        work.keep(MailRule(kind=kind, value=value, created_by_id=work.actor.user_id, created_at=work.now))


def _decidable(work: Work, email: Email, about: tuple[Link, ...] = ()) -> EmailView:
    """Return a mail with whom ignoring its domain would hit, where it waits and the actor may do so."""
    view = email_view(work, email, about)
    if email.state != "triage":
        return view
    view = replace(view, has_stranger=_ignored_by(work, email, "sender") is not None)
    domain = _ignored_by(work, email, "domain") if PERMISSION in work.actor.permissions else None
    return replace(view, domain=reach_of(work, domain)) if domain else view


def _ignored_by(work: Work, email: Email, scope: str) -> str | None:
    """Return the address or domain that ignoring would hit; None where there is none."""
    try:
        return _rule_value(work, email, scope)
    except BadInput:
        return None


def _as_request(email: Email) -> LogEmail:
    """Return a stored mail as it once came to the door."""
    sender = (Participant(email.from_name, email.from_address, "from"),)
    return LogEmail(
        dedupe_key=email.dedupe_key,
        content_key=email.content_key,
        message_id=email.message_id,
        references=tuple(email.references),
        direction=email.direction,
        kind=email.kind,
        participants=sender + tuple(Participant(*one) for one in email.recipients),
        subject=email.subject,
        text=email.text,
        sent_at=email.sent_at,
        received_at=email.received_at,
    )
