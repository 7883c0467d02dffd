"""Which intake address a mail came to: the team's, a person's own secret one, a deal's signed one."""

from crmbot.crm.actors import Actor
from crmbot.crm.emails.senders import People
from crmbot.crm.policy import Policy
from crmbot.domain.intake import signed_deal, tag_of
from crmbot.mail.message.addresses import parse_addresses
from crmbot.mail.values import Mail

ENVELOPE = (
    "delivered-to",
    "x-original-to",
    "x-envelope-to",
    "envelope-to",
    "x-forwarded-to",
    "resent-to",
)
"""Headers in which servers tell where a mail went; a blind copy shows nowhere else."""

WISHES = frozenset({"task", "note", "deal", "lead"})
"""Tags that ask for something: crm+task@, or crm+SECRET.task@ for somebody's own address."""


def tags_of(mail: Mail, policy: Policy) -> tuple[str, ...]:
    """Return the tags of the intake addresses that the mail went to, each once."""
    written = [one.email for one in (*mail.to, *mail.cc)]
    for name in ENVELOPE:
        written += [one.email for value in mail.header_values(name) for one in parse_addresses(value)]
    tags = [tag_of(email, policy.intake_addresses) for email in written if email]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def deal_of(tags: tuple[str, ...], policy: Policy, workspace_id: str) -> int | None:
    """Return the number of the deal whose signed address is among the tags."""
    found = (signed_deal(policy.secret_key, workspace_id, tag) for tag in tags)
    return next((number for number in found if number is not None), None)


def owner_of(tags: tuple[str, ...], people: People) -> Actor | None:
    """Return the person whose own secret address is among the tags."""
    return next((actor for tag in tags if (actor := people.owner_of(_without_wish(tag)))), None)


def wish_of(tag: str) -> str:
    """Return what a tag asks for, or ""."""
    wish = tag.rpartition(".")[2]
    return wish if wish in WISHES else ""


def _without_wish(tag: str) -> str:
    return tag.rpartition(".")[0] if wish_of(tag) else tag
