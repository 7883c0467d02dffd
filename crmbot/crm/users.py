"""People of the workspace: added, given another role, linked to Slack, sent away."""

from zoneinfo import available_timezones

from sqlalchemy import select

from crmbot.crm import requests as ask
from crmbot.crm.answers import Outcome
from crmbot.crm.choices import Colleague, People
from crmbot.crm.lookup import find_user
from crmbot.crm.people import usable_email
from crmbot.crm.reassign import offer_handover
from crmbot.crm.work import Work
from crmbot.domain.permissions import Role
from crmbot.errors import BadInput, Conflict, NotAllowed, NotFound
from crmbot.models import User


def add_user(work: Work, request: ask.AddUser) -> Outcome:
    """Add a person; one who left comes back with the role given.

    Raises:
        Conflict: the address is somebody's who is here.
        NotAllowed: it is somebody's who has left, and only newcomers are welcome.
    """
    email = usable_email(request.email)
    role = _role(request.role)
    if request.timezone is not None and request.timezone not in available_timezones():
        raise BadInput(f"“{request.timezone}” is no time zone.", field="timezone", example="Europe/Berlin")
    known = work.session.scalar(select(User).where(User.workspace_id == work.workspace_id, User.email == email))
    if known is not None and known.active:
        raise Conflict(f"{known.name} has the address {email} already, as {known.role}.")
    if known is not None and request.only_new:
        raise NotAllowed(f"{known.name} has no rights any more. An admin brings them back: crmbot user add {email}")
    if request.slack_user_id:
        _refuse_linked(work, request.slack_user_id, known.id if known else None)
    if known is not None:
        known.active, known.role = True, role
        for field in ("name", "timezone", "slack_user_id"):
            setattr(known, field, getattr(request, field) or getattr(known, field))
        work.session.flush()
        return Outcome(f"{known.name} is back as {role}.")
    user = User(
        name=request.name or email.partition("@")[0].replace(".", " ").title(),
        email=email,
        role=role,
        timezone=request.timezone,
        slack_user_id=request.slack_user_id,
        receipts="all",
        active=True,
        created_at=work.now,
    )
    work.keep(user)
    work.session.flush()
    return Outcome(f"Added {user.name} <{email}> as {role}.")


def set_user(work: Work, request: ask.SetUserRole) -> Outcome:
    """Change a role, or end or restore a user's rights; the last admin stays."""
    user = _left(work, request.user)
    user = user or find_user(work, request.user, field="user", left_too=request.active is True)
    role = _role(request.role) if request.role else None
    is_admin = user.active and user.role == Role.ADMIN
    if is_admin and (request.active is False or role not in (None, Role.ADMIN)) and count_admins(work) == 1:
        raise Conflict(f"{user.name} is the only admin. Make somebody else an admin first.")
    if role is not None:
        user.role = role
    if request.active is not None:
        user.active = request.active
    work.session.flush()
    if user.active:
        return Outcome(f"{user.name} is {user.role} now.")
    left, offer = offer_handover(work, user)
    return Outcome(f"{user.name} has no rights any more.{left}", offer=offer)


def link_slack_user(work: Work, request: ask.LinkSlackUser) -> Outcome:
    """Link a Slack account to the user with its e-mail address."""
    email = usable_email(request.email)
    user = work.session.scalar(
        select(User).where(User.workspace_id == work.workspace_id, User.email == email, User.active)
    )
    if user is None:
        raise NotFound(f"No CRM user has the address {email}. An admin adds people: crmbot user add {email}")
    _refuse_linked(work, request.slack_user_id, user.id)
    user.slack_user_id = request.slack_user_id
    work.session.flush()
    return Outcome(f"{user.name} is linked to Slack.")


def list_users(work: Work, _request: ask.ListUsers) -> People:
    """List the workspace's users."""
    users = work.session.scalars(select(User).where(User.workspace_id == work.workspace_id).order_by(User.name)).all()
    rows = tuple(
        (user.name, user.email, user.role if user.active else "left", user.timezone or "", user.slack_user_id or "")
        for user in users
    )
    people = tuple(
        Colleague(user.id, user.name, user.email, user.role, user.active, user.timezone or "", user.slack_user_id)
        for user in users
    )
    said = f"{len(rows)} {'user' if len(rows) == 1 else 'users'}."
    return People(said, ("Name", "E-mail", "Role", "Zone", "Slack"), rows, people)


def count_admins(work: Work) -> int:
    """Count the active admins, and hold them, so that two of them can't end each other at once."""
    admins = work.session.scalars(
        select(User.id)
        .where(User.workspace_id == work.workspace_id, User.active, User.role == Role.ADMIN.value)
        .order_by(User.id)
        .with_for_update()
    )
    return len(admins.all())


def _role(word: str) -> Role:
    try:
        return Role(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no role. There are {', '.join(Role)}.", field="role") from None


def _left(work: Work, email: str) -> User | None:
    """Return the person of that address who has no rights any more."""
    return work.session.scalar(
        select(User).where(
            User.workspace_id == work.workspace_id, User.email == email.strip().lower(), User.active.is_(False)
        )
    )


def _refuse_linked(work: Work, slack_user_id: str, user_id: str | None) -> None:
    """Refuse a Slack account that is somebody else's."""
    holder = work.session.scalar(
        select(User).where(User.workspace_id == work.workspace_id, User.slack_user_id == slack_user_id)
    )
    if holder is not None and holder.id != user_id:
        raise Conflict(f"That Slack account belongs to {holder.name} <{holder.email}>.")
