"""Whether a text holds or may say a word, computed by either database."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class holds(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """Whether a folded text stands in another, to the letter: a pattern of `LIKE` takes up to twice as long."""

    inherit_cache = True
    name = "holds"


@compiles(holds, "sqlite")
def _held_in_sqlite(element: holds, compiler: SQLCompiler, **kwargs: Any) -> str:
    text, part = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"instr({text}, {part})"


@compiles(holds, "postgresql")
def _held_in_postgresql(element: holds, compiler: SQLCompiler, **kwargs: Any) -> str:
    text, part = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"(strpos({text}, {part}) > 0)"


class may_say(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """Whether a text matches a folded word's pattern, with `/` to escape, or has signs that folding changes.

    What it says for sure only folding tells, which leaves out full stops and apostrophes and turns what isn't ASCII
    into plain letters. The third value is the pattern of the word's `letters`.
    """

    # Of no type: of a Boolean SQLAlchemy asks on SQLite whether it `= 1`, which has all of it computed for each text.
    inherit_cache = True
    name = "may_say"


# SQLite takes no `and` further than it must. Most texts are missing or lack one of the letters, which is seen at once;
# full stops and apostrophes are left out, which takes longest, only of those that have them all.
@compiles(may_say, "sqlite")
def _in_sqlite(element: may_say, compiler: SQLCompiler, **kwargs: Any) -> str:
    text, pattern, letters = (compiler.process(clause, **kwargs) for clause in element.clauses)
    bare = f"replace(replace({text}, '.', ''), '''', '')"
    return (
        f"({text} IS NOT NULL AND ({text} LIKE {letters} ESCAPE '/' AND {bare} LIKE {pattern} ESCAPE '/'"
        f" OR length({text}) <> length(CAST({text} AS BLOB))))"
    )


@compiles(may_say, "postgresql")
def _in_postgresql(element: may_say, compiler: SQLCompiler, **kwargs: Any) -> str:
    text, pattern = (compiler.process(clause, **kwargs) for clause in list(element.clauses)[:2])
    bare = f"replace(replace({text}, '.', ''), '''', '')"
    return f"({bare} ILIKE {pattern} ESCAPE '/' OR octet_length({text}) <> char_length({text}))"
