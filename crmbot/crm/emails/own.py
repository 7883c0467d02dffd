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

WAYS = {
    "slack": "Your receipts come in Slack.",
    "mail": "Your receipts come by mail, to your own address.",
    "both": "Your receipts come in Slack and by mail.",
}
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
        (("you alone", own), ("everybody", intake), ("receipts", _receipts_of(user))),
    )


def _choose_receipts(work: Work, user: User, wish: str) -> Outcome:
    if wish in WAYS:
        return _choose_way(work, user, wish)
    if wish not in RECEIPTS:
        raise BadInput(
            f"“{wish}” is no choice of receipts. There are {', '.join((*RECEIPTS, *WAYS))}.",
            field="receipts",
            example="/crm mail receipts:problems",
        )
    user.receipts = wish
    work.session.flush()
    return Outcome(RECEIPTS[wish])


def _choose_way(work: Work, user: User, way: str) -> Outcome:
    if way != "slack" and not work.policy.sends_mail:
        raise NotFound("No mail server is set up to send through. An admin fills in [mail.smtp] in config.toml.")
    if way != "mail" and user.slack_user_id is None:
        raise BadInput(
            "No Slack account is linked to you, so receipts can only come by mail.",
            field="receipts",
            example="/crm mail receipts:mail",
        )
    user.receipts_by = way
    work.session.flush()
    none = " You get none now: /crm mail receipts:all" if user.receipts == "none" else ""
    return Outcome(WAYS[way] + none)


def _receipts_of(user: User) -> str:
    """Return which receipts somebody gets and how, in few words."""
    way = {"mail": "by mail", "both": "in Slack and by mail"}.get(user.receipts_by or "", "")
    return f"{user.receipts}, {way}" if way and user.receipts != "none" else user.receipts


def _renew(work: Work, user: User, intake: str) -> Outcome:
    """Make another address; the one before is taken for a while longer, any older one at once no more."""
    user.earlier_mail_token, user.earlier_mail_until = user.mail_token or "", work.now + EARLIER_FOR
    user.mail_token = work.new_id()
    work.session.flush()
    until = user.earlier_mail_until.astimezone(work.actor.zone)
    until_when = f"{until:%a} {until.day} {until:%b %H:%M}"
    told = f"You get a new address, shown to you once. The one before is taken until {until_when}, then no more."
    return replace(Outcome(told), secret=_own_address(work, user, intake))


def _own_address(work: Work, user: User, intake: str) -> str:
    return with_tag(intake, own_token(work.policy.secret_key, work.workspace_id, user.id, user.mail_token))
