"""Requests about the workspace: undo, search, users, tokens, digests."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from crmbot.crm.requests.base import Request


@dataclass(frozen=True)
class Undo(Request, name="crm.undo"):
    """Take back an effect: `entry` is a journal entry's id, or none for the actor's last one."""

    entry: str | None = None


@dataclass(frozen=True)
class Find(Request, name="crm.find", permission="crm.search.view", writes=False):
    """Search all records by words, in texts too unless `only_names` count; `kind` narrows."""

    words: str
    kind: str | None = None
    only_names: bool = False


@dataclass(frozen=True)
class ShowMailAddress(Request, name="crm.mail", permission="crm.emails.view"):
    """Tell the actor's own secret intake address; `renew` makes another.

    `receipts` chooses which come (all, problems, none), or by which way (slack, mail, both).
    """

    receipts: str | None = None
    renew: bool = False


@dataclass(frozen=True)
class ShowSettings(Request, name="crm.settings", permission="crm.deals.view", writes=False):
    """Show the workspace's zone, currency, stages and users."""


@dataclass(frozen=True)
class SetRate(Request, name="rate.set", permission="crm.settings.edit"):
    """Say how much of the workspace's currency one unit of another is, from a day on; `rate` is decimal text."""

    currency: str
    rate: str
    on: date | None = None


@dataclass(frozen=True)
class ListRates(Request, name="rate.list", permission="crm.deals.view", writes=False):
    """List currency rates."""


@dataclass(frozen=True)
class AddUser(Request, name="user.add", permission="crm.users.edit"):
    """Add a person to the workspace; who has left comes back, unless only newcomers are welcome."""

    email: str
    name: str | None = None
    role: str = "rep"
    timezone: str | None = None
    slack_user_id: str | None = None
    only_new: bool = False


@dataclass(frozen=True)
class SetUserRole(Request, name="user.role", permission="crm.users.edit"):
    """Change what a user may do; `active=False` takes every right away."""

    user: str
    role: str | None = None
    active: bool | None = None


@dataclass(frozen=True)
class LinkSlackUser(Request, name="user.link_slack", permission="crm.users.edit"):
    """Link a Slack account to the user with its e-mail address."""

    email: str
    slack_user_id: str


@dataclass(frozen=True)
class ListUsers(Request, name="user.list", permission="crm.deals.view", writes=False):
    """List the workspace's users."""


@dataclass(frozen=True)
class CreateToken(Request, name="token.new", permission="crm.users.edit"):
    """Make an API token that acts as a user; it is told once."""

    user: str
    name: str = "token"
    expires_days: int | None = None


@dataclass(frozen=True)
class ListTokens(Request, name="token.list", permission="crm.users.edit", writes=False):
    """List API tokens without their secrets."""


@dataclass(frozen=True)
class RevokeToken(Request, name="token.revoke", permission="crm.users.edit"):
    """End an API token at once."""

    token: str


@dataclass(frozen=True)
class AddDigest(Request, name="digest.add", permission="crm.digests.edit"):
    """Subscribe a channel, person or address to a weekly digest; zone and owner's view unless said."""

    name: str
    report: str
    channel: str | None = None
    to_email: str | None = None
    day: str = "monday"
    time: str = "08:00"
    timezone: str | None = None
    filters: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class PauseDigest(Request, name="digest.pause", permission="crm.digests.edit"):
    """Stop a digest until it is resumed; `resume` starts it again."""

    digest: str
    resume: bool = False


@dataclass(frozen=True)
class ListDigests(Request, name="digest.list", permission="crm.reports.view", writes=False):
    """List digests with their next moment."""


@dataclass(frozen=True)
class PreviewDigest(Request, name="digest.preview", permission="crm.reports.view", writes=False):
    """Show what a digest would say now."""

    digest: str


@dataclass(frozen=True)
class SendDigest(Request, name="digest.send", permission="crm.digests.edit"):
    """Send a digest now, or for a `slot`; a slot already sent is sent only `again`."""

    digest: str
    slot: str | None = None
    again: bool = False


@dataclass(frozen=True)
class SendAside(Request, name="", permission=""):
    """Let what belongs to an answer follow it, to the Slack user who got the answer; no button can carry this.

    `payload` is that of the outbox row `slack.aside`, as JSON.
    """

    slack_user_id: str
    payload: str


@dataclass(frozen=True)
class ShowReport(Request, name="report.show", permission="crm.reports.view", writes=False):
    """Show a report; `period` is 7, 30 or 90, `date_from` and `date_to` are YYYY-MM-DD as typed."""

    report: str
    period: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class ShowHelp(Request, name="crm.help", writes=False):
    """Show what can be typed, all of it or one noun's."""

    topic: str | None = None
