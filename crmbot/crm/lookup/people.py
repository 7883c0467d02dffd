"""Which user is meant by me, a Slack id, an address or a name."""

import re

from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import select

from crmbot.crm.lookup.candidates import NEAREST
from crmbot.crm.requests.base import ME
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.errors import Ambiguous, BadInput, Candidate, NotFound
from crmbot.models import User

_ALIKE = 0.5
"""Two letters in the wrong order are one slip: “tmo” is as near to “tom”."""
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{5,}")
_STRANGER = (
    "The person you mentioned is not in this CRM yet. They are once they use one of its commands, or when an admin "
    "adds them: /crm user add jo@example.com"
)


def already_theirs(work: Work, named: str, owner: User) -> str:
    """Say that a record belongs to whom it was to be given."""
    whose = "yours" if owner.id == work.actor.user_id else f"{owner.name}'s"
    return f"{named} is {whose} already."


def find_user(work: Work, word: str, *, field: str = "owner", left_too: bool = False) -> User:
    """Return the user meant by me, a Slack id, an e-mail address or a name; `left_too` also one without rights."""
    text = word.strip().lstrip("@")
    if text.casefold() == ME:
        if work.actor.user_id is None:
            raise BadInput("That is about whoever asks, and nobody is named who does: --as jo@example.com", field=field)
        me = work.user(work.actor.user_id)
        if me is not None:
            return me
    known = select(User).where(User.workspace_id == work.workspace_id).order_by(User.name, User.email)
    users = list(work.session.scalars(known if left_too else known.where(User.active)))
    key = fold_name(text)
    for same in (
        lambda user: text in (user.slack_user_id, user.id),
        lambda user: user.email == text.lower(),
        lambda user: fold_name(user.name) == key,
        lambda user: key and key in (*fold_name(user.name).split(), user.email.partition("@")[0]),
    ):
        found = [user for user in users if same(user)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(word, field, [Candidate(user.email, user.name, (user.role,)) for user in found])
    raise NotFound(
        _STRANGER if _SLACK_ID.fullmatch(text) else f"Nobody here is called “{word}”.",
        nearest=[Candidate(user.email, user.name, (user.role,)) for user in _nearest(key, users)],
        field=field,
    )


def _nearest(key: str, users: list[User]) -> list[User]:
    """Return the users whose name, or a part of it, is most like what was typed; nobody when none is."""

    def likeness(user: User) -> float:
        name = fold_name(user.name)
        forms = (name, *name.split(), user.email.partition("@")[0].casefold())
        return max(DamerauLevenshtein.normalized_similarity(key, form) for form in forms)

    ranked = sorted(((likeness(user), user) for user in users), key=lambda pair: -pair[0])
    return [user for alike, user in ranked[:NEAREST] if alike >= _ALIKE] if key else []
