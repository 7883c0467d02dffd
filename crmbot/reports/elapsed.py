"""Whole seconds between two instants, and the month of a day, computed by either database."""

from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """The whole seconds of the second instant less those of the first."""

    type = Integer()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _in_sqlite(element: seconds_between, compiler: SQLCompiler, **kwargs: Any) -> str:
    first, second = (compiler.process(clause, **kwargs) for clause in element.clauses)
    # Cut after the seconds: SQLite's own reading rounds 59.999999 up to the next minute.
    second, first = (f"CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER)" for moment in (second, first))
    return f"({second} - {first})"


@compiles(seconds_between, "postgresql")
def _in_postgresql(element: seconds_between, compiler: SQLCompiler, **kwargs: Any) -> str:
    first, second = (compiler.process(clause, **kwargs) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM {second})) - floor(extract(epoch FROM {first})) AS BIGINT)"


class month_of(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """The month of a date: 2031-03."""

    type = String()
    inherit_cache = True
    name = "month_of"


@compiles(month_of, "sqlite")
def _month_in_sqlite(element: month_of, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"substr({compiler.process(next(iter(element.clauses)), **kwargs)}, 1, 7)"


@compiles(month_of, "postgresql")
def _month_in_postgresql(element: month_of, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"to_char({compiler.process(next(iter(element.clauses)), **kwargs)}, 'YYYY-MM')"
