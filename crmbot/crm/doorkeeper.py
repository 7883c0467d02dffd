"""Who is asking, in which workspace, and what they may do today."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.actors import BY_EMAIL, BY_ID, BY_SLACK, Actor, find_actor, system_actor
from crmbot.crm.policy import Policy
from crmbot.crm.setup import bind_team
from crmbot.crm.tokens import token_digest
from crmbot.domain.clock import Clock
from crmbot.errors import NotFound, Unauthenticated
from crmbot.models import ApiToken, Workspace
from crmbot.store import EVERY_WORKSPACE, Store
from crmbot.store.prepared import Prepared


class Doorkeeper:
    """Knows the people and workspaces of one store by all that they come with."""

    def __init__(self, store: Store, clock: Clock, policy: Policy) -> None:
        self.store = store
        self.clock = clock
        self.policy = policy

    def actor_of_id(self, workspace_id: str, user_id: str, surface: str) -> Actor | None:
        """Return the active user with that id, or None when they have left."""
        return self._find(workspace_id, surface, BY_ID, user_id)

    def actor_of_user(self, workspace_id: str, email: str, surface: str) -> Actor:
        """Return the user with that e-mail address as an actor; Unauthenticated when there is none."""
        actor = self._find(workspace_id, surface, BY_EMAIL, email.strip().lower())
        if actor is None:
            raise Unauthenticated(
                f"No active user has the address {email}. An admin adds people: crmbot user add {email}"
            )
        return actor

    def actor_of_slack(self, workspace_id: str, slack_user_id: str) -> Actor | None:
        """Return the user behind a Slack account, or None when nobody is linked to it."""
        return self._find(workspace_id, "slack", BY_SLACK, slack_user_id)

    def actor_of_token(self, token: str) -> Actor:
        """Return the user that an API token acts as; Unauthenticated when it is unknown, ended or revoked."""
        digest = token_digest(token, self.policy.secret_key)
        with self.store.reading(EVERY_WORKSPACE) as session:
            known = session.scalar(select(ApiToken).where(ApiToken.digest == digest))
        if known is None or known.revoked_at is not None or (known.expires_at and known.expires_at <= self.clock()):
            raise Unauthenticated("This token is not valid.")
        actor = self.actor_of_id(known.workspace_id, known.user_id, "api")
        if actor is None:
            raise Unauthenticated("The user of this token has no rights any more.")
        return actor

    def system(self, workspace_id: str, surface: str = "system") -> Actor:
        """Return the workspace itself as an actor: digests, mail intake, the operator's command line."""
        return system_actor(self.workspace(workspace_id), surface, self.policy)

    def workspaces(self) -> tuple[Workspace, ...]:
        """Return all workspaces of the store."""
        with self.store.reading(EVERY_WORKSPACE) as session:
            return tuple(session.scalars(select(Workspace).order_by(Workspace.created_at)))

    def workspace_of_team(self, team_id: str, *, bind: bool = True) -> Workspace | None:
        """Return the workspace of a Slack team; with `bind` the only one there is, still nobody's, becomes this team's.

        That is for the one team whose token the operator chose; of teams that install, none gets anything by speaking.
        """
        for workspace in self.workspaces():
            if workspace.slack_team_id == team_id:
                return workspace
        if not bind:
            return None
        with self.store.writing(EVERY_WORKSPACE) as session:
            return bind_team(session, team_id)

    def workspace(self, workspace_id: str) -> Workspace:
        """Return one workspace."""
        with self.store.reading(workspace_id) as session:
            return find_workspace(session, workspace_id)

    def _find(self, workspace_id: str, surface: str, by: Prepared, who: str) -> Actor | None:
        return find_actor(self.store, workspace_id, surface, self.policy, by, who)


def find_workspace(session: Session, workspace_id: str) -> Workspace:
    """Return a workspace's row; NotFound when the store holds none of that id."""
    found = session.scalar(select(Workspace).where(Workspace.id == workspace_id))
    if found is None:
        raise NotFound("This workspace does not exist in the store.")
    return found
