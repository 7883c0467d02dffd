"""Through whose eyes a digest is made: it shows nobody more than they may see."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crmbot.crm.occasions import Digest
from crmbot.crm.policy import Policy
from crmbot.domain.permissions import Role, sees_all
from crmbot.errors import NotAllowed, NotFound
from crmbot.models import User, Workspace


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Whose records a digest covers, in which zone and currency; `viewer_id` None is the workspace itself."""

    zone: ZoneInfo
    currency: str
    viewer_id: str | None
    sees_all: bool
    owner_id: str | None


def read_viewpoint(session: Session, digest: Digest, policy: Policy) -> Viewpoint:
    """Return the digest's viewpoint.

    Raises:
        NotAllowed: its owner may see no reports any more.
        NotFound: the person it is narrowed to has left.
    """
    workspace = session.scalars(select(Workspace).where(Workspace.id == digest.workspace_id)).one()
    everything = True
    if digest.owner_id is not None:
        owner = session.get(User, (digest.workspace_id, digest.owner_id))
        role = Role(owner.role) if owner is not None and owner.active else None
        if role is None or "crm.reports.view" not in policy.permissions[role]:
            raise NotAllowed("Its owner may see no reports any more.")
        everything = sees_all(role)
    narrowed = digest.filters.get("owner")
    return Viewpoint(
        zone=ZoneInfo(workspace.timezone),
        currency=workspace.currency,
        viewer_id=digest.owner_id,
        sees_all=everything,
        owner_id=_user_id(session, digest, str(narrowed)) if narrowed else None,
    )


def _user_id(session: Session, digest: Digest, word: str) -> str:
    found = session.scalar(
        select(User.id).where(
            User.workspace_id == digest.workspace_id,
            User.active,
            or_(User.id == word, User.email == word.lower(), User.slack_user_id == word),
        )
    )
    if found is None:
        raise NotFound(f"It is narrowed to {word}, who is nobody here.")
    return found
