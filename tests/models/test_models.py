"""What all tables share."""

import pytest
from sqlalchemy import Float, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapper

from crmbot.models import Base, UTCDateTime, Workspace
from crmbot.models.base import Versioned

MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
NAMED_OTHERWISE = {
    "valid_from",
    "valid_to",
    "facts_since",
    "at",
    "not_before",
    "active_since",
    "stage_since",
    "outcome_since",
}
"""Instants whose name says more than `_at` would."""


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.class_.__name__)
def test_a_tables_key_is_led_by_the_workspace(mapper: Mapper[object]) -> None:
    first = mapper.primary_key[0].name
    assert first == ("id" if mapper.class_ is Workspace else "workspace_id")


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.class_.__name__)
def test_instants_are_aware_and_named_so_and_nothing_is_a_float(mapper: Mapper[object]) -> None:
    for column in mapper.columns:
        assert not isinstance(column.type, Float | Numeric), column
        is_instant = isinstance(column.type, UTCDateTime)
        assert is_instant == (column.name.endswith(("_at", "_until")) or column.name in NAMED_OTHERWISE), column


@pytest.mark.parametrize("mapper", MAPPERS, ids=lambda mapper: mapper.class_.__name__)
def test_a_model_says_what_it_is(mapper: Mapper[object]) -> None:
    assert mapper.class_.__doc__


def test_rows_that_several_people_change_carry_a_version() -> None:
    versioned = {mapper.class_.__name__ for mapper in MAPPERS if issubclass(mapper.class_, Versioned)}
    assert {"Activity", "Company", "Contact", "Customer", "Deal", "Lead", "Note", "Stage", "User"} <= versioned


def test_every_unique_constraint_keeps_to_one_workspace() -> None:
    everywhere = {
        (table.name, *constraint.columns.keys())
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and "workspace_id" not in constraint.columns
    }
    assert everywhere == {
        ("workspace", "slack_team_id"),
        ("api_token", "digest"),
        ("proposal", "link_digest"),
    }
