"""The words that records are found by."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crmbot.models.base import Base, Id, Key


class NameWord(Base):
    """A record's name from one of its words on, but for the first: the name's own index finds that.

    The row is its key, so that a word costs one page of a commit.
    """

    __tablename__ = "name_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    workspace_id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """What is named: a kind of record, or `lead_company` for the company that a lead tells of."""
    word: Mapped[str] = mapped_column(Key, primary_key=True)
    """Folded, from `domain.words.name_words`."""
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
