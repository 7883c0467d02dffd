"""Digests: each has a place to go to, and that place takes messages."""

from sqlalchemy import select

from crmbot.bootstrap.checks.finding import Finding, Subject
from crmbot.errors import SendFailed
from crmbot.models import DigestSubscription
from crmbot.slack.api import SlackApi
from crmbot.slack.gateway import SlackGateway
from crmbot.store import EVERY_WORKSPACE

_MOST_TOLD = 5


def check_digests(subject: Subject) -> Finding:
    """Ask Slack about the channel of every digest that is on; those by mail need a mail server."""
    name = "digests"
    with subject.store.reading(EVERY_WORKSPACE) as session:
        rows = list(session.scalars(select(DigestSubscription).where(DigestSubscription.paused_at.is_(None))))
    if not rows:
        return Finding(name, "ok", "There are none; docs/digests.md says how to add one.")
    troubles = [f"“{row.name}”: {trouble}" for row in rows if (trouble := _trouble(subject, row))]
    if troubles:
        left = len(troubles) - _MOST_TOLD
        told = " ".join(troubles[:_MOST_TOLD]) + (f" And {left} more." if left > 0 else "")
        return Finding(name, "failed", told, "Invite crmbot to the channel, or give the digest another place to go.")
    return Finding(name, "ok", f"{len(rows)} {'has a place' if len(rows) == 1 else 'have places'} to go to.")


def _trouble(subject: Subject, row: DigestSubscription) -> str:
    """Return why a digest would not arrive; nothing when it would, or when nobody can say."""
    if row.channel is None:
        return "" if subject.settings.smtp.host else f"{row.to_email} is to get it, and [mail.smtp] names no server."
    token = subject.settings.secrets.slack_bot_token
    if not token:
        return f"it goes to {row.channel} in Slack, which is not connected."
    api = SlackApi(token, subject.settings.slack.api_url, seconds=subject.seconds)
    try:
        SlackGateway(lambda: api).check(row.channel)
    except SendFailed as failure:
        return str(failure) if failure.permanent else ""
    return ""
