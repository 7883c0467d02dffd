"""Whose matter a waiting mail is: who handed it in sees and settles it, managers and admins all."""

from sqlalchemy import ColumnElement, String, cast, or_

from crmbot.crm.actors import Actor
from crmbot.crm.emails.rules import PERMISSION
from crmbot.crm.work import Work
from crmbot.errors import NotAllowed
from crmbot.models import IN_TRIAGE, Email


def handed_in_by(user: object) -> ColumnElement[bool]:
    """Return the condition for waiting mail that a person handed in, first or after somebody else; a value or bind."""
    return IN_TRIAGE & or_(Email.logged_by_id == user, cast(Email.also_logged_by, String).contains(user))


def waits_for(work: Work) -> ColumnElement[bool]:
    """Return the condition for waiting mail that the actor may see."""
    if PERMISSION in work.actor.permissions:
        return IN_TRIAGE
    return handed_in_by(work.actor.user_id or "-")


def refuse_others(work: Work, email: Email, *, wholly: bool = False) -> None:
    """Refuse a waiting mail to who did not hand it in; `wholly`: also when somebody else did so too.

    Raises:
        NotAllowed: it is a manager's to settle.
    """
    refuse_unless_handed_in(work.actor, email)
    if email.state != "triage" or PERMISSION in work.actor.permissions:
        return
    mine = {email.logged_by_id, *email.also_logged_by} - {None}
    if wholly and len(mine) > 1:
        raise NotAllowed("Somebody else handed in this mail too, so a manager or an admin has it forgotten.")


def refuse_unless_handed_in(actor: Actor, email: Email) -> None:
    """Refuse a waiting mail, and what it carries, to who may not see it.

    Raises:
        NotAllowed: it is a manager's to settle.
    """
    if email.state != "triage" or PERMISSION in actor.permissions:
        return
    if actor.user_id not in {email.logged_by_id, *email.also_logged_by} - {None}:
        raise NotAllowed(
            "You did not hand in this mail, so a manager or an admin decides where it goes. Forward it yourself if it "
            "is about a customer of yours."
        )
