"""The people whose mail is taken in: who they are by address, and by the secret tag of their own intake address."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor, system_actor
from crmbot.crm.policy import Policy
from crmbot.domain.intake import own_token
from crmbot.domain.permissions import Role
from crmbot.models import MailRule, User, Workspace

SURFACE = "mail"


@dataclass(frozen=True, slots=True)
class People:
    """The active users of one workspace as mail meets them; `system` acts for mail that nobody proved to be theirs."""

    system: Actor
    by_email: Mapping[str, Actor]
    tokens: Mapping[str, Actor]
    """By the secret tag of their own address."""
    never: frozenset[str] = frozenset()
    """Domains of which nothing may be kept."""

    def owner_of(self, tag: str) -> Actor | None:
        """Return whose own address bears the tag, in the same time whatever the tag is."""
        found = None
        for token, actor in self.tokens.items():
            if hmac.compare_digest(token.encode(), tag.encode()):
                found = actor
        return found


def read_people(session: Session, workspace_id: str, policy: Policy, now: datetime | None = None) -> People:
    """Read the active users of a workspace; `now` decides whose earlier address is taken too."""
    workspace = session.execute(select(Workspace).where(Workspace.id == workspace_id)).scalar_one()
    users = session.scalars(select(User).where(User.workspace_id == workspace_id, User.active)).all()
    actors = {user.id: _actor(user, workspace, policy) for user in users}
    salts = [(user, user.mail_token) for user in users]
    salts += [
        (user, user.earlier_mail_token)
        for user in users
        if now is not None and user.earlier_mail_until is not None and user.earlier_mail_until > now
    ]
    never = select(MailRule.value).where(MailRule.workspace_id == workspace_id, MailRule.kind == "never")
    return People(
        system=system_actor(workspace, SURFACE, policy),
        by_email={user.email: actors[user.id] for user in users},
        tokens={own_token(policy.secret_key, workspace_id, user.id, salt): actors[user.id] for user, salt in salts},
        never=frozenset(session.scalars(never)),
    )


def _actor(user: User, workspace: Workspace, policy: Policy) -> Actor:
    role = Role(user.role)
    return Actor(
        workspace_id=workspace.id,
        user_id=user.id,
        name=user.name,
        email=user.email,
        role=role,
        timezone=user.timezone or workspace.timezone,
        permissions=policy.permissions[role],
        surface=SURFACE,
        slack_user_id=user.slack_user_id,
    )
