"""Mail that waits for a person: look at it, place it, add its sender, or leave it aside."""

from sqlalchemy import func, select

from crmbot.crm.answers import MailAnswer, Table, Triage
from crmbot.crm.emails.knowledge import is_outside, look_up
from crmbot.crm.emails.log import contact_of
from crmbot.crm.emails.matching import BY_HAND, Match, match_with, place_with_contact
from crmbot.crm.emails.placing import add_email_activities, logged_sentence, move_lead_on
from crmbot.crm.emails.views import activity_reference, email_view, place_words
from crmbot.crm.lookup import find_target
from crmbot.crm.requests import AddSender, AttachEmail, IgnoreEmail, ListTriage, LogEmail, Participant, ShowMailAddress
from crmbot.crm.views import about_links, activity_view
from crmbot.crm.work import Work
from crmbot.domain.identity import domain_of, is_public_mailbox_domain
from crmbot.domain.ids import Kind, is_id, parse_reference
from crmbot.domain.intake import own_token, with_tag
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import Activity, Email, EmailReference, MailRule, User

PER_PAGE = 10
_SCOPES = ("mail", "sender", "domain")


def attach_email(work: Work, request: AttachEmail) -> MailAnswer:
    """Log a waiting mail with a record, or move a logged one there."""
    email = _email(work, request.email)
    match = match_with(find_target(work, request.target))
    activity: Activity | None = work.get(Activity, email.activity_id)
    if activity is None:
        return _log(work, email, match)
    work.allow_edit(activity.owner_id, f"{activity_reference(activity)} {activity.subject}")
    for name, value in match.about.items():
        setattr(activity, name, value)
    email.reason = BY_HAND
    email.detail = {name: value for name, value in email.detail.items() if name != "asks"}
    move_lead_on(work, match.lead_id)
    work.session.flush()
    about = about_links(work, activity)
    return MailAnswer(
        f"{activity_reference(activity)} {activity.subject} is with {place_words(about)} now.",
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


def add_sender(work: Work, request: AddSender) -> MailAnswer:
    """Make a contact of the person outside the team that a waiting mail is with, and log the mail there."""
    email = _email(work, request.email)
    _refuse_logged(email)
    mail = _as_request(email)
    known = look_up(work, mail)
    if not known.outside:
        raise BadInput("Nobody outside the team is in this mail, so there is nobody to add.", field="email")
    contact = contact_of(work, known.outside[0])
    return _log(work, email, place_with_contact(work, mail, known, contact, BY_HAND))


def ignore_email(work: Work, request: IgnoreEmail) -> MailAnswer:
    """Leave a waiting mail aside; for a sender or a domain later mail too."""
    if request.scope not in _SCOPES:
        raise BadInput(f"“{request.scope}” can't be ignored. There are {', '.join(_SCOPES)}.", field="scope")
    email = _email(work, request.email)
    _refuse_logged(email)
    said = f"Left aside: “{email.subject}”."
    if request.scope != "mail":
        value = _rule_value(work, email, request.scope)
        _keep_rule(work, request.scope, value)
        said += f" Later mail of {value} is left aside too."
    email.state, email.reason = "ignored", BY_HAND if request.scope == "mail" else "ignored"
    work.session.flush()
    return MailAnswer(said, email=email_view(work, email))


def list_triage(work: Work, request: ListTriage) -> Triage:
    """List mail that waits for a person, oldest first."""
    waiting = (Email.workspace_id == work.workspace_id) & (Email.state == "triage")
    total = work.session.scalar(select(func.count()).select_from(Email).where(waiting)) or 0
    rows = work.session.scalars(
        select(Email)
        .where(waiting)
        .order_by(Email.received_at, Email.id)
        .limit(PER_PAGE)
        .offset((max(request.page, 1) - 1) * PER_PAGE)
    )
    emails = tuple(email_view(work, email) for email in rows)
    said = f"{total} {'mail waits' if total == 1 else 'mails wait'} for a person." if total else "No mail waits."
    return Triage(said, emails=emails, total=total)


def show_mail_address(work: Work, _request: ShowMailAddress) -> Table:
    """Tell the actor's own secret intake address, and the one of the team."""
    intake = next(iter(work.policy.intake_addresses), None)
    if intake is None:
        raise NotFound("No intake address is set up. An admin sets mail.intake.address in config.toml.")
    user = work.user(work.actor.user_id)
    if user is None:
        return Table(f"Mail is taken in at {intake}.", ("For", "Address"), (("everybody", intake),))
    own = with_tag(intake, own_token(work.policy.secret_key, work.workspace_id, user.id, user.mail_token))
    return Table(
        f"Forward mail to {own} or put it in BCC. Keep the address to yourself: whatever comes there counts as yours.",
        ("For", "Address"),
        (("you alone", own), ("everybody", intake)),
    )


def _log(work: Work, email: Email, match: Match) -> MailAnswer:
    email.state, email.reason = "logged", BY_HAND
    email.logged_by_id = work.actor.user_id
    activity = add_email_activities(work, email, match)
    work.session.flush()
    _make_findable(work, email)
    about = about_links(work, activity)
    return MailAnswer(
        logged_sentence(email, activity, about, match),
        email=email_view(work, email, about),
        activity=activity_view(work, activity, about),
    )


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


def _email(work: Work, word: str) -> Email:
    """Return the mail of that id, or of the activity A-12."""
    parsed = parse_reference(word)
    if parsed is not None and parsed[0] is Kind.ACTIVITY:
        condition = Email.activity_id == (
            select(Activity.id)
            .where(Activity.workspace_id == work.workspace_id, Activity.number == parsed[1])
            .scalar_subquery()
        )
    elif is_id(word):
        condition = Email.id == word
    else:
        raise BadInput(f"“{word}” names no mail.", field="email", example="A-12")
    found = work.session.scalar(select(Email).where(Email.workspace_id == work.workspace_id, condition))
    if found is None:
        raise NotFound("This mail is not here any more.", field="email")
    return found


def _refuse_logged(email: Email) -> None:
    if email.state == "logged":
        raise Conflict("This mail is logged already. Undo that, or move it to another record.")


def _rule_value(work: Work, email: Email, scope: str) -> str:
    """Return the address or domain to ignore: of the person outside the team that the mail is with."""
    users = set(work.session.scalars(select(User.email).where(User.workspace_id == work.workspace_id)))
    one = next((one for one in _as_request(email).participants if is_outside(one, users, work.policy)), None)
    if one is None or not one.email:
        raise BadInput("Nobody outside the team is in this mail, so only the mail can be left aside.", field="scope")
    if scope == "sender":
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
