"""The customer's way to an offer: an address that nobody can guess, and only its digest is kept."""

import hashlib
import hmac
from base64 import b32encode

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.policy import Policy
from crmbot.errors import NotFound
from crmbot.models import Proposal

_SHORTEST, _LONGEST = 20, 100


def token_of(policy: Policy, workspace_id: str, proposal_id: str) -> str:
    """Return the 256 secret bits of an offer's address, the same at every sending."""
    made = hmac.new(policy.secret_key, f"crmbot.offer\0{workspace_id}\0{proposal_id}".encode(), hashlib.sha256)
    # Letters and digits only: chat and mail programs break addresses at marks.
    return b32encode(made.digest()).decode("ascii").rstrip("=").lower()


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(policy: Policy, proposal: Proposal) -> str:
    """Return the address of a sent offer's page; "" before it was sent."""
    if proposal.link_digest is None:
        return ""
    return f"{policy.base_url.rstrip('/')}/p/{token_of(policy, proposal.workspace_id, proposal.id)}"


def find_offer(session: Session, token: str) -> tuple[str, str]:
    """Return workspace and id of the offer that a token opens.

    Raises:
        NotFound: none does.
    """
    found = None
    if _SHORTEST <= len(token) <= _LONGEST and token.isascii():
        found = session.execute(
            select(Proposal.workspace_id, Proposal.id).where(Proposal.link_digest == digest_of(token))
        ).first()
    if found is None:
        raise NotFound("There is no offer at this address.")
    return found[0], found[1]
