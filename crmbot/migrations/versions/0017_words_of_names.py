"""A record is found by any word of its name without a look at every name."""

import sqlalchemy as sa
from alembic import op

from crmbot.domain.identity import fold_name
from crmbot.domain.words import name_words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.String(length=26)
_KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_AT_ONCE = 5_000
_NAMES = (
    ("deal", "deal", "title", "title_key", False),
    ("company", "company", "name", "name_key", False),
    ("contact", "contact", "name", "name_key", False),
    ("lead", "lead", "name", "name_key", False),
    ("lead_company", "lead", "company_name", "company_key", True),
)
"""Kind of name, table, column, that of the folded name, and whether the name's first word is kept too."""


def upgrade() -> None:
    """Make the table, and fill it with the words of the names that are there."""
    words = op.create_table(
        "name_word",
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("word", _KEY, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "word", "record_id", name="pk_name_word"),
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("SELECT set_config('crmbot.workspace', '*', true)")
        seen = "current_setting('crmbot.workspace', true)"
        op.execute("ALTER TABLE name_word ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE name_word FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace_only ON name_word USING ({seen} = '*' OR workspace_id = {seen})")
    for kind, table, name, column, whole in _NAMES:
        _fold_again(table, name, column)
        _fill(words, kind, table, column, whole=whole)


def _fold_again(table: str, name: str, column: str) -> None:
    """Keep the vowel signs of scripts that write vowels so, which folding dropped before."""
    connection = op.get_bind()
    named = sa.table(table, *map(sa.column, ("workspace_id", "id", name, column)))
    query = sa.select(named.c.workspace_id, named.c.id, named.c[name], named.c[column])
    folded = [
        {"workspace": workspace_id, "record": record_id, "folded": fold_name(text)}
        for workspace_id, record_id, text, key in connection.execute(query.execution_options(yield_per=_AT_ONCE))
        if text and not text.isascii() and fold_name(text) != key
    ]
    mine = (named.c.workspace_id == sa.bindparam("workspace"), named.c.id == sa.bindparam("record"))
    if folded:
        connection.execute(sa.update(named).where(*mine).values({column: sa.bindparam("folded")}), folded)


def _fill(words: sa.Table, kind: str, table: str, column: str, *, whole: bool) -> None:
    connection = op.get_bind()
    named = sa.table(table, sa.column("workspace_id"), sa.column("id"), sa.column(column))
    query = sa.select(named.c.workspace_id, named.c.id, named.c[column]).execution_options(yield_per=_AT_ONCE)
    names = connection.execute(query)
    for some in names.partitions(_AT_ONCE):
        rows = [
            {"workspace_id": workspace_id, "kind": kind, "word": word, "record_id": record_id}
            for workspace_id, record_id, name in some
            for word in name_words(name, whole=whole)
        ]
        if rows:
            connection.execute(sa.insert(words), rows)
