"""Telling people of mail that waits: a card each where they look, one word for many, and the card again once done."""

import re
from datetime import timedelta

from sqlalchemy import bindparam, func, literal, or_, select

from crmbot.crm.emails.receipts import RECEIPT
from crmbot.crm.emails.sensitive import is_sensitive
from crmbot.crm.work import Work
from crmbot.domain.permissions import Role
from crmbot.models import Email, Outbox, User, UTCDateTime
from crmbot.store.prepared import Prepared

CARD, DONE, MORE = "notice.triage", "notice.triage_done", "notice.triage_more"
"""The kinds of the notices: payloads `{email_id}`, `{email_id, ts, said, by, entry_id, asked}` and `{}`."""

MOST_AN_HOUR = 20
"""So many cards an hour for one place; more are told in one line."""
_POSTED = re.compile(r"\d+\.\d+")
"""What Slack names a message by; a receipt that went out as mail can't change any more."""
_LATELY = Prepared(
    select(func.count())
    .select_from(Outbox)
    .where(
        Outbox.workspace_id == bindparam("workspace"),
        Outbox.destination == bindparam("destination"),
        Outbox.kind == literal(CARD),
        Outbox.created_at > bindparam("since", type_=UTCDateTime),
    )
)
_KNOWN = Prepared(
    select(Outbox.id).where(Outbox.workspace_id == bindparam("workspace"), Outbox.key == bindparam("key"))
)
_DECIDERS = Prepared(
    select(User.id)
    .where(
        User.workspace_id == bindparam("workspace"),
        User.active,
        User.role.in_([literal(role.value) for role in (Role.MANAGER, Role.ADMIN)]),
    )
    .order_by(User.id)
)


def announce(work: Work, email: Email) -> None:
    """Queue a card for the triage channel, else for those who decide; whoever forwarded it is asked by the receipt.

    Sign-up and password mail is never shown in a channel.
    """
    channel = work.policy.triage_channel
    private = is_sensitive(email.subject, email.text, email.from_address)
    if channel and not private:
        _card(work, email, channel)
    elif work.actor.user_id is None:
        for user_id in _deciders(work):
            _card(work, email, user_id)


def refresh_cards(work: Work, email: Email, said: str) -> None:
    """Queue the new content of the cards and receipts that were posted for a mail, which was decided about just now.

    What a receipt tells of the mail's command stays.
    """
    posted = or_(*(Outbox.key.startswith(f"{kind}:{email.id}:", autoescape=True) for kind in (CARD, RECEIPT)))
    rows = work.session.scalars(
        select(Outbox).where(Outbox.workspace_id == work.workspace_id, posted, Outbox.state == "sent")
    ).all()
    for row in rows:
        if row.kind == RECEIPT and not _POSTED.fullmatch(row.receipt or ""):
            continue
        payload = {
            "email_id": email.id,
            "ts": row.receipt,
            "said": said,
            "by": work.actor.name,
            "entry_id": work.entry_id,
            "asked": row.payload.get("asked"),
        }
        work.send(DONE, row.destination, payload)


def _card(work: Work, email: Email, destination: str) -> None:
    [(lately,)] = work.values(_LATELY, destination=destination, since=work.now - timedelta(hours=1))
    kind, key = CARD, f"{CARD}:{email.id}:{destination}"
    if lately >= MOST_AN_HOUR:
        kind, key = MORE, f"{MORE}:{destination}:{work.now:%Y-%m-%dT%H}"
    if not work.values(_KNOWN, key=key):
        work.send(kind, destination, {"email_id": email.id} if kind == CARD else {}, key=key)


def _deciders(work: Work) -> list[str]:
    return [user_id for (user_id,) in work.values(_DECIDERS)]
