"""Mails as people are shown them, and the words for where they went and why."""

from crmbot.crm.answers import EmailView, Link
from crmbot.crm.emails.knowledge import Knowledge
from crmbot.crm.emails.matching import REASONS, Match
from crmbot.crm.emails.statements import Row
from crmbot.crm.views import link, person
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, reference
from crmbot.models import Activity, Company, Contact, Email, Lead


def email_view(work: Work, email: Email, about: tuple[Link, ...] = ()) -> EmailView:
    """Return a mail as triage and receipts show it."""
    return EmailView(
        id=email.id,
        subject=email.subject,
        from_name=email.from_name,
        from_address=email.from_address,
        text=email.text,
        sent_at=email.sent_at,
        state=email.state,
        reason=email.reason,
        about=about,
        logged_by=person(work, email.logged_by_id),
        forwarder=_forwarder(email),
        files=tuple(str(one["name"]) for one in email.attachments),
    )


def match_links(work: Work, known: Knowledge, match: Match) -> tuple[Link, ...]:
    """Return the names of what a mail was matched to, its deals first, mostly without asking the store again."""
    deals = [Link(reference(Kind.DEAL, one.number), one.title) for one in (match.deal, *match.also) if one]
    rows = (
        _named(work, known.leads, Kind.LEAD, Lead, match.lead_id),
        _named(work, known.contacts, Kind.CONTACT, Contact, match.contact_id),
        _named(work, known.companies, Kind.COMPANY, Company, match.company_id),
    )
    return (*deals, *filter(None, rows))


def place_words(about: tuple[Link, ...]) -> str:
    """Return where something is, in words: “D-17 Acme renewal, C-3 Jane Doe”."""
    return ", ".join(f"{one.reference} {one.title}" for one in about)


def why_words(email: Email) -> str:
    """Return why a mail is where it is, in words."""
    why = email.detail.get("why")
    return str(why) if why else REASONS.get(email.reason, email.reason)


def activity_reference(activity: Activity) -> str:
    """Return an activity's short name."""
    return reference(Kind.ACTIVITY, activity.number)


def _forwarder(email: Email) -> str:
    """Return who passed a mail on; of a mail that is nobody's, only what it says itself."""
    said = email.detail.get("said_forwarded_by")
    return str(email.detail.get("forwarded_by") or (f"{said}, as it says" if said else ""))


def _named(
    work: Work, known: dict[str, Row], kind: Kind, model: type[Lead | Contact | Company], row_id: str | None
) -> Link | None:
    if row_id is None:
        return None
    for row in known.values():
        if row.id == row_id and row.number is not None:
            return Link(reference(kind, row.number), row.label or "")
    return link(work.get(model, row_id))
