"""API tokens: who they act as, and until when; their text is told once."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from sqlalchemy import select

from crmbot.crm import requests as ask
from crmbot.crm.answers import Outcome, Table
from crmbot.crm.journal import to_json
from crmbot.crm.lookup import find_user
from crmbot.crm.work import Work
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import ApiToken, User

_PREFIX = "crm_"
"""How every token begins, for those who look for secrets in texts."""
_MOST_DAYS = 3_650


def create_token(work: Work, request: ask.CreateToken) -> Outcome:
    """Make an API token; its text is told once and kept only as a keyed hash."""
    user = find_user(work, request.user, field="user")
    days = request.expires_days
    if days is not None and not 0 < days <= _MOST_DAYS:
        raise BadInput(f"A token expires after 1 to {_MOST_DAYS} days.", field="expires_days")
    text = _PREFIX + secrets.token_urlsafe(32)
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
        (token.id, token.name, owner, f"{token.created_at:%Y-%m-%d}", _state(work, token)) for token, owner in found
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


def token_digest(text: str, key: bytes) -> str:
    """Return the keyed hash under which a token is kept."""
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _state(work: Work, token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= work.now:
        return "expired"
    return f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "active"
