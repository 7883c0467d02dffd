"""Out, in, out again: nothing is lost and nothing is made up."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from factories import Crm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sequences import ALL_REQUESTS, EXAMPLES, SCENE
from sqlalchemy import select

from crmbot.crm.archive import archive_lines, import_archive
from crmbot.crm.archive.lines import as_line
from crmbot.crm.requests import Request, Undo
from crmbot.crm.sample import make_sample
from crmbot.errors import CrmError
from crmbot.models import (
    Activity,
    ActivityVersion,
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
    Note,
    Proposal,
    ProposalItem,
    ProposalVersion,
    User,
)
from crmbot.store import Store

RECORDS = (
    Activity,
    ActivityVersion,
    Company,
    Contact,
    ContactEmail,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
    Note,
    Proposal,
    ProposalItem,
    ProposalVersion,
    User,
)
NOW = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)
OWN_TO_A_STORE = {"workspace_id", "version", "stage_id", "from_stage_id", "version_id"}
OF_PARTS = {
    "ContactEmail",
    "CustomerVersion",
    "DealVersion",
    "LeadStatusEntry",
    "LeadVersion",
    "ActivityVersion",
    "ProposalVersion",
    "ProposalItem",
}
IN_MEMORY = settings(
    max_examples=max(4, EXAMPLES // 4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def export(store: Store, workspace_id: str) -> bytes:
    with store.reading(workspace_id) as session:
        return b"".join(as_line(line) for line in archive_lines(session, workspace_id))


def facts(store: Store, workspace_id: str) -> dict[str, list[str]]:
    """Return every record's columns but those that are each store's own."""
    found = {}
    with store.reading(workspace_id) as session:
        for table in RECORDS:
            left = OWN_TO_A_STORE | ({"id"} if table.__name__ in OF_PARTS else set())
            left |= {"created_at"} if table is User else set()
            columns = [column for column in table.__table__.columns if column.name not in left]
            rows = session.execute(select(*columns).where(table.workspace_id == workspace_id)).mappings()
            found[table.__name__] = sorted(repr(_without_idle_currency(dict(row))) for row in rows)
    return found


def _without_idle_currency(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out the currency of a deal that has no value: nothing depends on it, and no archive says it."""
    if "value_minor" in row and row["value_minor"] is None:
        del row["currency"]
    return row


def test_a_generated_workspace_comes_out_as_it_went_in(any_place: Any, open_place: Callable[[], Any]) -> None:
    any_place.take(make_sample(seed=3, now=NOW))
    first = export(any_place.store, any_place.actor.workspace_id)
    second = open_place()
    second.take([json.loads(line) for line in first.splitlines()])
    assert export(second.store, second.actor.workspace_id) == first
    assert facts(second.store, second.actor.workspace_id) == facts(any_place.store, any_place.actor.workspace_id)


def test_a_small_file_comes_out_as_it_went_in(
    any_place: Any, open_place: Callable[[], Any], small: list[dict[str, Any]], tmp_path: Path
) -> None:
    any_place.take(small)
    first = any_place.give(tmp_path / "first.jsonl")
    second = open_place()
    second.take(tmp_path / "first.jsonl")
    assert second.give(tmp_path / "second.jsonl") == first
    assert [path.name for path in tmp_path.glob("*.part")] == []


@IN_MEMORY
@given(steps=st.lists(st.tuples(ALL_REQUESTS, st.sampled_from(["max", "ada"])), min_size=10, max_size=25))
def test_what_chat_wrote_comes_out_as_it_went_in(
    open_crm: Callable[[], Crm], open_place: Callable[[], Any], steps: Sequence[tuple[Request, str]]
) -> None:
    crm = open_crm()
    for request in SCENE:
        crm.do(request)
    for request, who in steps:
        with suppress(CrmError):
            crm.do(request, who)
    first = export(crm.store, crm.workspace_id)
    second = open_place()
    second.take([json.loads(line) for line in first.splitlines()])
    assert export(second.store, second.actor.workspace_id) == first
    assert facts(second.store, second.actor.workspace_id) == facts(crm.store, crm.workspace_id)


@IN_MEMORY
@given(steps=st.lists(st.tuples(ALL_REQUESTS, st.sampled_from(["max", "ada"])), min_size=5, max_size=12))
def test_after_undo_the_export_is_as_before_the_line(
    open_crm: Callable[[], Crm], steps: Sequence[tuple[Request, str]]
) -> None:
    crm = open_crm()
    for request in SCENE:
        crm.do(request)
    for request, who in steps:
        before = export(crm.store, crm.workspace_id)
        entry_id = None
        with suppress(CrmError):
            entry_id = crm.do(request, who).entry_id
        if entry_id is not None:
            after = export(crm.store, crm.workspace_id)
            crm.do(Undo(), who)
            assert export(crm.store, crm.workspace_id) == before
            crm.do(Undo(), who)
            assert export(crm.store, crm.workspace_id) == after


def test_what_breaks_while_writing_leaves_nothing(any_place: Any, small: list[dict[str, Any]]) -> None:
    before = any_place.lines()

    def break_off(share: float) -> None:
        if share > 0.9:
            raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        import_archive(any_place.store, any_place.actor, small, now=NOW, progress=break_off)
    assert any_place.lines() == before
