"""That a statement says which workspace it is for: looked up once for each text."""

import re
from functools import lru_cache

from crmbot.models import Base

EVERY_WORKSPACE = "*"
"""For work that serves all workspaces: claiming messages, reading mailboxes, migrating."""

_MOST_REMEMBERED = 10_000
_TABLES = sorted((name for name in Base.metadata.tables if name != "workspace"), key=len, reverse=True)
_TOUCHES = re.compile(
    r'(?:FROM\s+(?:"?\w+"?(?:\s+AS)?(?:\s+\w+)?\s*,\s*)*|JOIN\s+|UPDATE\s+)"?(?:' + "|".join(_TABLES) + r')"?\b',
    re.IGNORECASE,
)
# A value stands behind the sign; another table's workspace_id binds nothing.
_BOUND = re.compile(r'workspace_id"?\s*(?:=|IN\s*\()\s*[?%]', re.IGNORECASE)


@lru_cache(_MOST_REMEMBERED)
def is_bound(statement: str) -> bool:
    """Say whether a statement names the workspace whose rows it touches, or touches none."""
    return not _TOUCHES.search(statement) or bool(_BOUND.search(statement))


def refuse_unbound(statement: str, workspace_id: str | None) -> None:
    """Refuse a statement that touches a workspace's rows without naming the workspace."""
    if workspace_id is not None and workspace_id != EVERY_WORKSPACE and not is_bound(statement):
        raise RuntimeError(f"this statement does not say which workspace it is for: {statement}")
