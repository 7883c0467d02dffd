"""People of the workspace, and their API tokens."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from zoneinfo import available_timezones

from sqlalchemy import select

from crmbot.crm import requests as ask
from crmbot.crm.answers import Outcome, Table
from crmbot.crm.choices import Colleague, People
from crmbot.crm.journal import to_json
from crmbot.crm.lookup import find_user
from crmbot.crm.people import usable_email
from crmbot.crm.reassign import offer_handover
from crmbot.crm.work import Work
from crmbot.domain.permissions import Role
from crmbot.errors import BadInput, Conflict, NotAllowed, NotFound
from crmbot.models import ApiToken, User

TOKEN_PREFIX = "crm_"  # noqa: S105 - the public beginning of every token
_MOST_DAYS = 3_650


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


def create_token(work: Work, request: ask.CreateToken) -> Outcome:
    """Make an API token; its text is told once and kept only as a keyed hash."""
    user = find_user(work, request.user, field="user")
    days = request.expires_days
    if days is not None and not 0 < days <= _MOST_DAYS:
        raise BadInput(f"A token expires after 1 to {_MOST_DAYS} days.", field="expires_days")
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user_id=user.id,
        name=request.name,
        digest=token_digest(text, work.policy.secret_key),
        created_at=work.now,
        expires_at=work.now + timedelta(days=days) if days else None,
    )
    work.keep(token)
    work.session.flush()
    work.recorder.add(token, None, {"user_id": user.id, "name": token.name, "expires_at": to_json(token.expires_at)})
    until = f" until {token.expires_at:%Y-%m-%d}" if token.expires_at else ""
    return Outcome(f"Token {token.id} acts as {user.name}, {user.role}{until}.", secret=text)


def list_tokens(work: Work, _request: ask.ListTokens) -> Table:
    """List tokens without their secrets."""
    found = work.session.execute(
        select(ApiToken, User.name)
        .join(User, (User.workspace_id == ApiToken.workspace_id) & (User.id == ApiToken.user_id))
        .where(ApiToken.workspace_id == work.workspace_id)
        .order_by(ApiToken.created_at)
    ).all()
    rows = tuple(
        (token.id, token.name, owner, f"{token.created_at:%Y-%m-%d}", _token_state(work, token))
        for token, owner in found
    )
    said = f"{len(rows)} {'token' if len(rows) == 1 else 'tokens'}." if rows else "No tokens yet."
    return Table(said, ("Id", "Name", "Acts as", "Made", "State"), rows)


def revoke_token(work: Work, request: ask.RevokeToken) -> Outcome:
    """End a token at once."""
    token: ApiToken | None = work.get(ApiToken, request.token)
    if token is None:
        raise NotFound(f"There is no token {request.token}. See them: crmbot token list", field="token")
    if token.revoked_at is not None:
        raise Conflict(f"Token {token.id} was revoked already.")
    token.revoked_at = work.now
    work.session.flush()
    work.recorder.add(token, {"revoked_at": None}, {"revoked_at": to_json(work.now)})
    return Outcome(f"Token {token.id} is revoked.")


def count_admins(work: Work) -> int:
    """Count the active admins, and hold them, so that two of them can't end each other at once."""
    admins = work.session.scalars(
        select(User.id)
        .where(User.workspace_id == work.workspace_id, User.active, User.role == Role.ADMIN.value)
        .order_by(User.id)
        .with_for_update()
    )
    return len(admins.all())


def token_digest(text: str, key: bytes) -> str:
    """Return the keyed hash under which a token is kept."""
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


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


def _token_state(work: Work, token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= work.now:
        return "expired"
    return f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "active"
