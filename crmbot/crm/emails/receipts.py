"""The receipt of a mail: where it went and why, by the way that its sender wishes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, literal, select

from crmbot.crm.answers import Link
from crmbot.crm.emails.matching import Match
from crmbot.crm.emails.placing import COMMAND_ONLY, NO_SUBJECT
from crmbot.crm.emails.statements import KnownDeal
from crmbot.crm.emails.views import activity_reference, why_words
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, is_id, reference
from crmbot.models import Activity, Deal, Email, Outbox
from crmbot.store.prepared import Prepared

RECEIPT = "notice.receipt"
MORE_RECEIPTS = "notice.more_receipts"
MORE_SAID = "More mail of yours was logged than is worth a message each. What needs you still comes one by one."

_WAITING = Prepared(
    select(Outbox.id)
    .where(
        Outbox.workspace_id == bindparam("workspace"),
        Outbox.destination == bindparam("user"),
        Outbox.state == literal("queued"),
    )
    .order_by(Outbox.created_at)
    .offset(bindparam("others", type_=Integer))
    .limit(1)
)
_KNOWN = Prepared(
    select(Outbox.id).where(Outbox.workspace_id == bindparam("workspace"), Outbox.key == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which receipts somebody wants (all, problems, none), and by which way (slack, mail, both; None: the usual)."""

    which: str = "all"
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail asked for in its words, and what came of it; `undo` is the entry that takes it back."""

    line: str
    said: str
    example: str = ""
    undo: str | None = None
    failed: bool = False


def send_receipt(
    work: Work,
    email: Email,
    *,
    wish: Wish,
    about: tuple[Link, ...] = (),
    activity: Activity | None = None,
    match: Match | None = None,
    repeated: bool = False,
    asked: Asked | None = None,
    asks: Sequence[KnownDeal | Deal] = (),
    entry_id: str | None = None,
    bounced: Sequence[str] = (),
) -> None:
    """Queue the word to the person who sent the mail in: where it went and why, or what they must decide.

    `bounced` are the sentences of a notice of what did not arrive.
    """
    asks = match.asks if match else asks
    problem = (
        (activity is None and email.reason != COMMAND_ONLY and not bounced)
        or bool(asks)
        or (asked is not None and asked.failed)
    )
    user_id = work.actor.user_id
    if user_id is None or wish.which == "none" or (wish.which == "problems" and not problem):
        return
    if not problem and asked is None and _is_flooded(work, user_id, wish):
        return
    payload: dict[str, Any] = {
        "email_id": email.id,
        "subject": email.subject or NO_SUBJECT,
        "from": email.from_name or email.from_address or "",
        "state": email.state,
        "reason": email.reason,
        "why": why_words(email),
        "where": [[one.reference, one.title] for one in about],
        "activity": activity_reference(activity) if activity else None,
        "asks": [[reference(Kind.DEAL, deal.number), deal.title] for deal in asks],
        "problem": problem,
        "repeated": repeated,
        "entry_id": None if repeated else entry_id if asked else work.entry_id,
        "forwarded": bool(email.detail.get("forwarded_by")),
        "alone": [one.reference for one in about if one.reference[:1] != "D"][:1] if _has_deal(about) else [],
        "asked": asdict(asked) if asked is not None else None,
        "bounced": list(bounced),
    }
    key = f"{RECEIPT}:{email.id}:{work.entry_id}" if email.state == "triage" else None
    for by in _ways(work, wish):
        # The copy by mail has no key: a message that went out can't change any more.
        work.send(RECEIPT, user_id, payload | {"by": by}, key=None if by == "mail" else key)


def answers_notice(work: Work, message_ids: Sequence[str]) -> bool:
    """Say whether one of these Message-IDs is of a receipt or another notice that crmbot wrote itself."""
    for word in reversed(message_ids):
        local = word.strip("<>").partition("@")[0]
        row: Outbox | None = work.get(Outbox, local) if is_id(local) else None
        if row is not None and row.kind.startswith("notice."):
            return True
    return False


def _ways(work: Work, wish: Wish) -> tuple[str, ...]:
    """Return by which ways a receipt goes; "" is Slack, or mail to whom Slack does not know."""
    if wish.by == "mail" and work.policy.sends_mail:
        return ("mail",)
    both = wish.by == "both" and work.policy.sends_mail and work.actor.slack_user_id
    return ("", "mail") if both else ("",)


def _is_flooded(work: Work, user_id: str, wish: Wish) -> bool:
    """Say whether so many messages wait for a person already that one line tells of the rest, once an hour."""
    most = work.policy.receipts_at_once
    if not most:
        return False
    if not work.values(_WAITING, user=user_id, others=most - 1):
        return False
    key = f"{MORE_RECEIPTS}:{user_id}:{work.now:%Y-%m-%dT%H}"
    if not work.values(_KNOWN, key=key):
        work.send(MORE_RECEIPTS, user_id, {"said": MORE_SAID, "by": _ways(work, wish)[0]}, key=key)
    return True


def _has_deal(about: tuple[Link, ...]) -> bool:
    return any(one.reference[:1] == "D" for one in about)
