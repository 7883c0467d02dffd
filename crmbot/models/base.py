"""What all tables share: names of constraints, the workspace in every key, the instant type."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import JSON

from crmbot.domain.instants import Written

_WHERE = "where"


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; refuses naive ones, so that no local time ever reaches the store."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC; SQLite keeps it without the zone."""
        if value is None:
            return None
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant aware and in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what writes instants; on SQLite in one step what the library does in four, ten times a command."""
        return _texts.__getitem__ if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what reads instants."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive datetime can't be stored: give it a zone")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    """Write an instant as SQLAlchemy's type for SQLite does."""
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds").removesuffix("+00:00")


_texts = Written(_as_text)


@lru_cache(1000)
def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_1_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        int: BigInteger().with_variant(Integer, "sqlite"),
    }


def plain_class(kind: type[Base]) -> type[Any]:
    """Return the class of a kind's rows of which the ORM knows nothing: reading a column is reading an attribute.

    Its rows become the ORM's by being given the kind as their class; `kind_of` tells it.
    """
    plain = {"__abstract__": True, "__module__": kind.__module__, "KIND": kind}
    columns = dict.fromkeys(column.name for column in kind.__table__.columns)
    make: Any = type(kind)
    made: type[Any] = make(kind.__name__, (kind,), plain | columns)
    return made


def kind_of(row: Any) -> Any:
    """Return the mapped class of a row."""
    return getattr(row, "KIND", None) or type(row)


Id = String(26)
"""An opaque id."""

Key = String().with_variant(String(collation="C"), "postgresql")
"""A folded name; compared by code points on both databases, so that a range finds beginnings by the index."""


class InWorkspace:
    """A row of one workspace: the key is led by the workspace, so that rows can be spread by it."""

    workspace_id: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)


class Versioned:
    """A row that several people change; a change made on an older version is refused."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands over the class
        """Let the ORM compare and raise the version at every update."""
        return {"version_id_col": cls.version}


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index of those rows alone for which `where` holds; the others cost no write."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, info={_WHERE: condition})


def index_of_given(name: str, column: str, *more: str) -> Index:
    """Return an index of the workspace's rows that have a value in `column`."""
    return partial_index(name, "workspace_id", column, *more, where=f"{column} IS NOT NULL")


@event.listens_for(Base.metadata, "before_create")
def _tell_postgresql(metadata: MetaData, connection: Connection, **_: Any) -> None:
    """Give PostgreSQL the conditions of its indexes: told before, they load its dialect on SQLite too, in 40 ms."""
    if connection.dialect.name == "postgresql":
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            if _WHERE in index.info:
                index.dialect_options["postgresql"]["where"] = index.info[_WHERE]


def within_workspace(column: str, target: str, **kwargs: Any) -> ForeignKeyConstraint:
    """Return a foreign key to `target` that can't leave the workspace."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"], **kwargs)
