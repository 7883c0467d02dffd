"""What people chose, as lines and as rows: senders to be left aside, digests, and words for records."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crmbot.crm.archive.frame import Frame, Line
from crmbot.crm.archive.shelf import Line as Written
from crmbot.crm.archive.shelf import Shelf, instant
from crmbot.models import Alias, Company, Contact, Deal, DigestSubscription, Lead, MailRule

_NAMED: Mapping[str, Any] = {"lead": Lead, "contact": Contact, "company": Company, "deal": Deal}
"""What a word may mean."""
ALIAS = "alias"
_SCHEDULE = ("name", "report", "channel", "to_email", "day", "time", "timezone", "from_config")


def mail_rules(shelf: Shelf) -> Iterator[Written]:
    """Yield the senders and domains that are left aside."""
    for page in shelf.pages(MailRule, MailRule.id):
        for row in page:
            yield {
                "type": "mail_rule",
                "ref": row.id,
                "kind": row.kind,
                "value": row.value,
                "created_by": row.created_by_id,
                "created_at": instant(row.created_at),
            }


def digests(shelf: Shelf) -> Iterator[Written]:
    """Yield the digests that people and channels get."""
    for page in shelf.pages(DigestSubscription, DigestSubscription.id):
        for row in page:
            yield {
                "type": "digest",
                "ref": row.id,
                **{name: getattr(row, name) for name in _SCHEDULE},
                "only_of": row.filters.get("owner"),
                "owner": row.owner_id,
                "paused_at": instant(row.paused_at),
                "created_at": instant(row.created_at),
            }


def aliases(shelf: Shelf) -> Iterator[Written]:
    """Yield the words that people use for records; one for a record that is gone means nothing any more."""
    for page in shelf.pages(Alias, Alias.id):
        known = {
            kind: shelf.known(table, {row.record_id for row in page if row.kind == kind})
            for kind, table in _NAMED.items()
        }
        for row in page:
            if row.record_id in known.get(row.kind, ()):
                yield {"type": "alias", "ref": row.id, "user": row.user_id, "word": row.word, row.kind: row.record_id}


def used_aliases(session: Session, workspace_id: str) -> int:
    """Count the words whose record is still there."""
    used = [
        (Alias.kind == kind)
        & exists().where(table.workspace_id == Alias.workspace_id, table.id == Alias.record_id).correlate(Alias)
        for kind, table in _NAMED.items()
    ]
    mine = select(func.count()).select_from(Alias).where(Alias.workspace_id == workspace_id, or_(*used))
    return session.scalar(mine) or 0


LINES: Mapping[str, Callable[[Shelf], Iterator[Written]]] = {
    "mail_rule": mail_rules,
    "digest": digests,
    ALIAS: aliases,
}
"""Every type of choice, in the order of an archive."""


class ChoiceWriter:
    """Writes choices over those that the store has; what the file does not name stays."""

    def __init__(self, session: Session, frame: Frame) -> None:
        self.session = session
        self.frame = frame

    def write(self, kind: str, line: Line) -> None:
        """Write one line."""
        {"mail_rule": self.mail_rule, "digest": self.digest, "alias": self.alias}[kind](line)

    def mail_rule(self, line: Line) -> None:
        """Leave a sender or domain aside."""
        facts = {
            "created_by_id": self.frame.ids.of("user", line.get("created_by")),
            "created_at": self.frame.created(line),
        }
        self._put(MailRule, line, {"kind": line["kind"], "value": line["value"]}, facts)

    def digest(self, line: Line) -> None:
        """Change the digest of that name, or add it; what was due before the import is not owed."""
        facts = {name: line.get(name) for name in _SCHEDULE if name != "name"}
        only_of = self.frame.ids.of("user", line.get("only_of"))
        facts |= {
            "from_config": line.get("from_config") or False,
            "filters": {"owner": only_of} if only_of else {},
            "owner_id": self.frame.ids.of("user", line.get("owner")),
            "paused_at": line.get("paused_at"),
            "created_at": self.frame.created(line),
            "active_since": self.frame.now,
        }
        self._put(DigestSubscription, line, {"name": line["name"]}, facts)

    def alias(self, line: Line) -> None:
        """Let a word mean a record when that person says it."""
        kind = next(kind for kind in _NAMED if line.get(kind))
        same = {"user_id": self.frame.ids.of("user", line["user"]), "kind": kind, "word": line["word"]}
        self._put(Alias, line, same, {"record_id": self.frame.ids.of(kind, line[kind])})

    def _put(self, table: Any, line: Line, same: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        here = [table.workspace_id == self.frame.workspace_id]
        here += [getattr(table, name) == value for name, value in same.items()]
        known = self.session.scalar(select(table.id).where(*here))
        if known is None:
            own = {"workspace_id": self.frame.workspace_id, "id": self._free_id(table, line)}
            self.session.execute(insert(table), {**own, **same, **facts})
        else:
            self.session.execute(update(table).where(*here).values(**facts))

    def _free_id(self, table: Any, line: Line) -> str:
        """Return the id of the line's ref, or another when the store uses it for a choice of another name."""
        own = self.frame.ids.own(line["type"], line["ref"])
        same = (table.workspace_id == self.frame.workspace_id) & (table.id == own)
        return own if self.session.scalar(select(table.id).where(same)) is None else self.frame.ids.new()
