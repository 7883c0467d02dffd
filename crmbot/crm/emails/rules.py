"""Senders and domains whose mail is left aside: whom that hits, the list of them, and lifting one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from crmbot.crm.answers import Outcome, Reach, Table
from crmbot.crm.requests import AllowMail, ListMailRules
from crmbot.crm.views import person
from crmbot.crm.work import Work
from crmbot.domain.nouns import counted
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import Company, Contact, ContactEmail, Deal, Email, JournalEntry, MailRule

PERMISSION = "crm.triage.edit"
"""What it takes to decide for everybody that known people's mail is left aside."""

_KINDS = {"sender": "left aside", "domain": "left aside", "never": "never logged, nothing is kept"}
_EMPTIED = ("never_logged", "forgotten")
"""Why nothing is left of a mail that an undo could bring back."""


def reach_of(work: Work, value: str) -> Reach:
    """Count the contacts, and the open deals, of an address or of a domain with those below it."""
    wanted: ColumnElement[bool] = ContactEmail.email == value
    if "@" not in value:
        wanted = or_(*(ContactEmail.email.endswith(sign + value, autoescape=True) for sign in "@."))
    of_address = select(ContactEmail.contact_id).where(ContactEmail.workspace_id == work.workspace_id, wanted)
    firms = select(Company.id).where(Company.workspace_id == work.workspace_id, Company.domain == value)
    here = Contact.workspace_id == work.workspace_id
    people = select(Contact.id).where(here, or_(Contact.id.in_(of_address), Contact.company_id.in_(firms)))
    deals = select(func.count()).select_from(Deal)
    deals = deals.where(Deal.workspace_id == work.workspace_id, Deal.outcome == "open")
    deals = deals.where(or_(Deal.contact_id.in_(people), Deal.company_id.in_(firms)))
    contacts = select(func.count()).select_from(people.subquery())
    return Reach(value, work.session.scalar(contacts) or 0, work.session.scalar(deals) or 0)


def reach_words(reach: Reach) -> str:
    """Return whom a rule hits: “globex.example: 3 contacts and 2 open deals”."""
    return f"{reach.value}: {counted(reach.contacts, 'contact')} and {counted(reach.deals, 'open deal')}"


def refuse_reach(work: Work, scope: str, value: str, *, sure: bool) -> None:
    """Refuse to ignore a domain, or somebody who is known, to who may not decide that, or may but was not asked.

    Raises:
        NotAllowed: it is for managers and admins.
        BadInput: it hits contacts or open deals, and nobody said that this is meant.
    """
    reach = reach_of(work, value)
    is_known = bool(reach.contacts or reach.deals)
    if scope != "sender" or is_known:
        work.allow(PERMISSION, f"decide for everybody that mail of {value} is ignored")
    if is_known and not sure:
        raise BadInput(
            f"That would hide mail of known people. {reach_words(reach)}. Nothing was changed; to do it all the same "
            "confirm it in /crm triage, or with --sure in the terminal.",
            field="sure",
        )


def list_mail_rules(work: Work, _request: ListMailRules) -> Table:
    """List whose mail is left aside or never logged, newest first."""
    here = MailRule.workspace_id == work.workspace_id
    rules = work.session.scalars(select(MailRule).where(here).order_by(MailRule.created_at.desc(), MailRule.value))
    rows = tuple(_row(work, rule) for rule in rules)
    said = "No sender and no domain is ignored."
    if rows:
        said = f"Mail of these is ignored. To lift one: /crm mail allow {rows[0][0]}"
    return Table(said, ("Sender or domain", "Mail is", "By", "Since") if rows else (), rows)


def allow_mail(work: Work, request: AllowMail) -> Outcome:
    """Lift every rule of a sender or domain, so that later mail is logged again.

    Raises:
        NotFound: nothing of that name is ignored; the ones there are, are told.
    """
    value = request.sender.strip().lower().removeprefix("@")
    here = MailRule.workspace_id == work.workspace_id
    rules = list(work.session.scalars(select(MailRule).where(here, MailRule.value == value)))
    if not rules:
        known = ", ".join(work.session.scalars(select(MailRule.value).where(here).order_by(MailRule.value).limit(5)))
        hint = f"Ignored now: {known}." if known else "No sender and no domain is ignored."
        raise NotFound(f"Mail of {value} is not ignored. {hint}", field="sender")
    for rule in rules:
        work.session.delete(rule)
    work.session.flush()
    lost = " What came meanwhile was not kept." if any(rule.kind == "never" for rule in rules) else ""
    return Outcome(f"Mail of {value} is logged again from now on.{lost}")


def is_emptied(work: Work, changes: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether what an entry of the journal changed is a mail of which nothing was kept."""
    mails = [change["row_id"] for change in changes if change["table"] == Email.__tablename__]
    emptied = (Email.workspace_id == work.workspace_id) & Email.id.in_(mails) & Email.reason.in_(_EMPTIED)
    return bool(mails) and work.session.scalar(select(exists().where(emptied))) is True


def refuse_emptied(work: Work, entry: JournalEntry) -> None:
    """Refuse to undo what was done with a mail of which nothing is left."""
    if is_emptied(work, entry.changes):
        raise Conflict("Nothing of that mail was kept, so nothing of it can come back. Never logged: /crm mail rules")


def _row(work: Work, rule: MailRule) -> tuple[str, ...]:
    who = person(work, rule.created_by_id)
    at = rule.created_at.astimezone(work.actor.zone)
    return rule.value, _KINDS[rule.kind], who.name if who else "crmbot", f"{at:%a} {at.day} {at:%b %Y}"
