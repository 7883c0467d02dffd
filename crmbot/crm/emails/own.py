"""A person's own ways with mail: the secret address, another one in its place, and which receipts to get."""

from dataclasses import replace
from datetime import timedelta

from crmbot.crm.answers import Outcome, Table
from crmbot.crm.requests import ShowMailAddress
from crmbot.crm.work import Work
from crmbot.domain.intake import own_token, with_tag
from crmbot.errors import BadInput, NotFound
from crmbot.models import User

EARLIER_FOR = timedelta(days=7)
"""How long an address that was replaced is still taken: people have it in their programs."""

RECEIPTS = {
    "all": "You get a receipt for every mail that you send in.",
    "problems": "You get a receipt only when a mail of yours needs you.",
    "none": "You get no receipts. What waits is in /crm triage.",
}


def show_mail_address(work: Work, request: ShowMailAddress) -> Table | Outcome:
    """Tell the actor's own secret intake address and the team's; choose receipts, or take another address."""
    intake = next(iter(work.policy.intake_addresses), None)
    if intake is None:
        raise NotFound("No intake address is set up. An admin sets mail.intake.address in config.toml.")
    user = work.user(work.actor.user_id)
    if user is None:
        return Table(f"Mail is taken in at {intake}.", ("For", "Address"), (("everybody", intake),))
    if request.receipts is not None:
        return _choose_receipts(work, user, request.receipts)
    if request.renew:
        return _renew(work, user, intake)
    own = _own_address(work, user, intake)
    return Table(
        f"Forward mail to {own} or put it in BCC. Keep the address to yourself: whatever comes there counts as yours. "
        "Another one in its place: /crm mail new. Fewer receipts: /crm mail receipts:problems",
        ("For", "Address"),
        (("you alone", own), ("everybody", intake), ("receipts", user.receipts)),
    )


def _choose_receipts(work: Work, user: User, wish: str) -> Outcome:
    if wish not in RECEIPTS:
        raise BadInput(
            f"“{wish}” is no choice of receipts. There are {', '.join(RECEIPTS)}.",
            field="receipts",
            example="/crm mail receipts:problems",
        )
    user.receipts = wish
    work.session.flush()
    return Outcome(RECEIPTS[wish])


def _renew(work: Work, user: User, intake: str) -> Outcome:
    """Make another address; the one before is taken for a while longer, any older one at once no more."""
    user.earlier_mail_token, user.earlier_mail_until = user.mail_token or "", work.now + EARLIER_FOR
    user.mail_token = work.new_id()
    work.session.flush()
    until = user.earlier_mail_until.astimezone(work.actor.zone)
    told = f"Your address is new. The one before is taken until {until:%a} {until.day} {until:%b %H:%M}, then no more."
    return replace(Outcome(told), secret=_own_address(work, user, intake))


def _own_address(work: Work, user: User, intake: str) -> str:
    return with_tag(intake, own_token(work.policy.secret_key, work.workspace_id, user.id, user.mail_token))
