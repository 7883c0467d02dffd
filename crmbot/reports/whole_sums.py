"""Sums of whole numbers that no size of them makes wrong, on either database."""

from typing import Any

from sqlalchemy import Dialect, TypeDecorator, types
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_HALF = 32
"""Bits of the lower part."""


class _Whole(TypeDecorator[int]):
    """A whole number of any size; SQLite hands it over in two parts."""

    impl = types.Numeric
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Put the number together."""
        del dialect
        if isinstance(value, str):
            upper, _, lower = value.partition(":")
            return (int(upper) << _HALF) + int(lower)
        return None if value is None else int(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Read what the driver gives, without the numeric's own reading of it."""
        del coltype
        return lambda value: self.process_result_value(value, dialect)


class whole_sum(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """The sum of a whole-number expression, by the database's own sum; none of no rows."""

    type = _Whole()
    inherit_cache = True
    name = "whole_sum"


class wide_sum(whole_sum):  # noqa: N801 - reads as the SQL function it is
    """The same, exact beyond 64 bits on either database."""

    inherit_cache = True
    name = "wide_sum"


def is_overflow(error: DBAPIError) -> bool:
    """Say whether SQLite's own sum gave up at 64 bits; PostgreSQL's goes on."""
    return "integer overflow" in str(error.orig)


@compiles(whole_sum)
def _plain(element: whole_sum, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"sum({compiler.process(next(iter(element.clauses)), **kwargs)})"


@compiles(wide_sum, "sqlite")
def _in_halves(element: wide_sum, compiler: SQLCompiler, **kwargs: Any) -> str:
    summed = compiler.process(next(iter(element.clauses)), **kwargs)
    return f"(sum(({summed}) >> {_HALF}) || ':' || sum(({summed}) & {(1 << _HALF) - 1}))"


@compiles(wide_sum, "postgresql")
def _plain_too(element: wide_sum, compiler: SQLCompiler, **kwargs: Any) -> str:
    return _plain(element, compiler, **kwargs)
