"""What an import makes of each line."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crmbot.crm.archive import BadArchive
from crmbot.crm.archive.numbers import NumberSet
from crmbot.domain.permissions import DEFAULT_PERMISSIONS, Role
from crmbot.errors import Conflict, NotAllowed
from crmbot.models import (
    FOREVER,
    Activity,
    Counter,
    Deal,
    DealVersion,
    JournalEntry,
    Lead,
    LeadStatusEntry,
    Stage,
    User,
    Workspace,
)


def rows(place: Any, table: type[Any], *order: Any) -> list[Any]:
    with place.store.reading(place.actor.workspace_id) as session:
        found = select(table).where(table.workspace_id == place.actor.workspace_id).order_by(*order)
        return list(session.scalars(found))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_workspace_line_wins_over_the_config(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    with any_place.store.reading(any_place.actor.workspace_id) as session:
        found = session.scalars(select(Workspace)).one()
    assert (found.name, found.timezone, found.currency) == ("Ours", "Europe/Berlin", "USD")


def test_a_stage_of_the_same_key_is_changed_and_the_others_stay(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    stages = {stage.key: stage for stage in rows(any_place, Stage)}
    checked = stages["qualified"]
    assert (checked.name, checked.probability, checked.position) == ("Checked", 30, 2)
    assert len(stages) == 6


def test_lead_history_is_taken_as_it_stands_in_the_order_of_time(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    [lead] = rows(any_place, Lead)
    entries = rows(any_place, LeadStatusEntry, LeadStatusEntry.entered_at, LeadStatusEntry.position)
    first = at("2031-01-01T09:00")
    assert [(one.status, one.entered_at, one.position, one.previous_at) for one in entries] == [
        ("new", first, 0, None),
        ("contacted", first, 1, None),
        ("new", at("2031-01-05T09:00"), 0, first),
        ("converted", at("2031-02-01T08:00"), 0, None),
    ]
    assert (lead.status, lead.name_key) == ("converted", "zoe doe")


def test_deal_history_becomes_tiles_and_the_last_entry_the_deal(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    deals = {deal.title: deal for deal in rows(any_place, Deal)}
    lost = deals["Acme rollout"]
    [jane] = rows(any_place, User)
    versions = [one for one in rows(any_place, DealVersion, DealVersion.valid_from) if one.deal_id == lost.id]
    opened, closed = at("2031-02-01T08:00"), at("2031-02-03T08:00")
    assert [(one.valid_from, one.valid_to, one.outcome, one.value_minor, one.probability) for one in versions] == [
        (opened, closed, "open", None, 30),
        (closed, FOREVER, "lost", 90_000, 0),
    ]
    assert (lost.outcome, lost.closed_at, lost.lost_reason, lost.currency) == ("lost", closed, "Price", "EUR")
    assert (lost.created_at, lost.owner_id, lost.title_key) == (opened, jane.id, "acme rollout")
    assert (deals["Second"].probability, deals["Second"].probability_is_manual) == (80, True)


def test_a_deal_closed_twice_was_closed_the_last_time(place: Any, small: list[dict[str, Any]]) -> None:
    place.take(small)
    [third] = [deal for deal in rows(place, Deal) if deal.title == "Third"]
    assert (third.outcome, third.closed_at) == ("won", at("2031-02-04T08:00"))


def test_numbers_missing_are_given_after_the_highest_in_file_order(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    assert [(deal.number, deal.title) for deal in rows(any_place, Deal, Deal.number)] == [
        (17, "Second"),
        (18, "Acme rollout"),
        (19, "Third"),
    ]
    counters = {one.name: one.value for one in rows(any_place, Counter)}
    assert (counters["deal"], counters["lead"], counters["company"]) == (19, 1, 1)


def test_a_day_is_overdue_when_it_ends_in_the_owners_zone(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    [task] = rows(any_place, Activity)
    # the 5th ends in New York at 05:00 UTC of the 6th
    assert (task.due_on, task.overdue_at) == (date(2031, 2, 5), at("2031-02-06T05:00"))
    assert task.facts_since == task.created_at


def test_an_import_is_one_journal_entry(place: Any, small: list[dict[str, Any]]) -> None:
    summary = place.take(small)
    [entry] = rows(place, JournalEntry)
    assert (entry.request, entry.summary) == ("archive.import", str(summary))
    assert str(summary).endswith("3 deals, 1 activity, 1 note, 1 proposal.")


def test_the_order_of_lines_does_not_matter(open_place: Callable[[], Any], small: list[dict[str, Any]]) -> None:
    told = []
    for order in (small, small[::-1]):
        place = open_place()
        place.take([small[0], *(line for line in order if line["type"] != "workspace")])
        told.append(sorted((line["type"], line.get("name") or line.get("title") or "") for line in place.lines()))
    assert told[0] == told[1]


def test_a_dry_run_writes_nothing(place: Any, small: list[dict[str, Any]]) -> None:
    before = place.lines()
    assert str(place.take(small, dry_run=True)).startswith("Would import 1 workspace")
    assert place.lines() == before
    assert rows(place, JournalEntry) == []


def test_without_the_permission_nothing_moves(place: Any, small: list[dict[str, Any]], tmp_path: Path) -> None:
    place.actor = type(place.actor)(
        **{
            **{name: getattr(place.actor, name) for name in place.actor.__dataclass_fields__},
            "permissions": DEFAULT_PERMISSIONS[Role.MANAGER],
        }
    )
    with pytest.raises(NotAllowed):
        place.take(small)
    with pytest.raises(NotAllowed):
        place.give(tmp_path / "out.jsonl")


def test_the_same_records_again_are_refused(any_place: Any, small: list[dict[str, Any]]) -> None:
    any_place.take(small)
    before = any_place.lines()
    with pytest.raises(Conflict, match="imported before"):
        any_place.take(small)
    changed = [*small, {"type": "company", "ref": "c2", "name": "Another"}]
    with pytest.raises(BadArchive) as refused:
        any_place.take(changed)
    assert "line 6: emails: the store has a contact with zoe@acme.example already" in str(refused.value)
    assert "line 10: number: the store has a deal with 17 already" in str(refused.value)
    assert any_place.lines() == before


def test_an_export_again_is_refused_by_its_refs(place: Any, small: list[dict[str, Any]]) -> None:
    place.take(small)
    company = place.of("company")[0]
    with pytest.raises(BadArchive, match=f"ref: the store has a company with {company['ref']} already"):
        place.take([{**company, "number": 99}])


def test_settings_alone_may_come_again(place: Any, small: list[dict[str, Any]]) -> None:
    for _ in range(2):
        place.take(small[:4])
    assert len(place.of("user")) == 1
    assert [line["rate"] for line in place.of("rate")] == ["1.10"]


BROKEN = [
    ({"type": "company", "ref": "x"}, "name: it is missing"),
    ({"type": "company", "ref": "x", "name": " "}, "name: it is empty"),
    ({"type": "company", "ref": "c1", "name": "Y"}, "ref: another company of this file has the ref “c1”"),
    ({"type": "company", "ref": "x", "name": "Y", "colour": "red"}, "colour: there is no such field"),
    ({"type": "company", "ref": "x", "name": "Y", "domain": "no domain"}, "domain: “no domain” is not a domain"),
    ({"type": "company", "ref": "x", "name": "Y\x00"}, "name: a null character"),
    ({"type": "company", "ref": "x", "name": "Y\ud800"}, "name: half a character"),
    (
        {"type": "company", "ref": "x", "name": "Y", "created_at": "2031-01-01T10:00"},
        "created_at: “2031-01-01T10:00” has no",
    ),
    ({"type": "company", "ref": "x", "name": "Y", "number": 0}, "number: a whole number from 1"),
    ({"type": "company", "ref": "x", "name": "Y", "number": True}, "number: a whole number from 1"),
    ({"type": "planet", "ref": "x"}, "type: “planet” is no type"),
    ({"ref": "x"}, "type: None is no type"),
    ({"type": "contact", "ref": "x", "name": "Y", "company": "c9"}, "company: there is no company “c9” in this file"),
    ({"type": "contact", "ref": "x", "name": "Y", "emails": ["ZOE@acme.example"]}, "emails: another contact of this"),
    (
        {"type": "contact", "ref": "x", "name": "Y", "emails": ["ok@x.example", "no"]},
        "emails[1]: “no” is not an e-mail",
    ),
    (
        {"type": "lead", "ref": "x", "name": "Y", "history": [{"status": "won", "at": "2031-01-01T10:00:00Z"}]},
        "history[0].status: “won” is none of new",
    ),
    ({"type": "lead", "ref": "x", "name": "Y", "history": [{"status": "new"}]}, "history[0].at: it is missing"),
    ({"type": "deal", "ref": "x", "title": "Y"}, "history: it is missing"),
    ({"type": "deal", "ref": "x", "title": "Y", "history": []}, "history: a deal has at least one entry"),
    (
        {"type": "deal", "ref": "x", "title": "Y", "history": [{"at": "2031-01-01T10:00:00Z", "stage": "nope"}]},
        "history[0].stage: there is no stage “nope” in this file",
    ),
    (
        {
            "type": "deal",
            "ref": "x",
            "title": "Y",
            "history": [
                {"at": "2031-01-01T10:00:00Z", "stage": "won", "value": {"amount": "1.234", "currency": "USD"}}
            ],
        },
        "history[0].value: USD has 2 decimals",
    ),
    (
        {
            "type": "deal",
            "ref": "x",
            "title": "Y",
            "history": [{"at": "2031-01-01T10:00:00Z", "stage": "won", "value": {"amount": 1.5, "currency": "USD"}}],
        },
        "history[0].value: 1.5 is no decimal text",
    ),
    (
        {
            "type": "deal",
            "ref": "x",
            "title": "Y",
            "history": [{"at": "2031-01-01T10:00:00Z", "stage": "won", "probability": 101, "owner": "u9"}],
        },
        "history[0].probability: a whole number from 0 to 100",
    ),
    ({"type": "activity", "ref": "x", "kind": "dance", "subject": "Y"}, "kind: “dance” is none of call"),
    ({"type": "activity", "ref": "x", "kind": "call", "subject": "Y", "owner": "p1"}, "owner: there is no user “p1”"),
    (
        {"type": "activity", "ref": "x", "kind": "call", "subject": "Y", "due_on": "2031-02-30"},
        "due_on: “2031-02-30” is no date",
    ),
    (
        {
            "type": "activity",
            "ref": "x",
            "kind": "call",
            "subject": "Y",
            "due_on": "2031-02-20",
            "due_at": "2031-02-20T10:00:00Z",
        },
        "due_on: an activity is due at an hour or on a day",
    ),
    (
        {"type": "customer", "ref": "x", "name": "Y", "company": "c1", "acquired_at": "2031-02-20T10:00:00Z"},
        "company: another customer of this file has “c1”",
    ),
    (
        {
            "type": "customer",
            "ref": "x",
            "name": "Y",
            "acquired_at": "2031-02-20T10:00:00Z",
            "estimated_lifetime_value": {"amount": "1", "currency": "EUR"},
        },
        "estimated_lifetime_value: it has to be in",
    ),
    (
        {"type": "rate", "ref": "x", "currency": "XXX", "on": "2031-01-01", "rate": "1"},
        "currency: “XXX” is no currency",
    ),
    ({"type": "rate", "ref": "x", "currency": "EUR", "on": "2031-01-02", "rate": "0.0"}, "rate: a rate is above zero"),
    ({"type": "rate", "ref": "x", "currency": "EUR", "on": "2031-01-01", "rate": "2"}, "on: another rate of this file"),
    ({"type": "user", "ref": "x", "name": "Y", "email": "jane@ours.example", "role": "rep"}, "email: another user of"),
    ({"type": "user", "ref": "x", "name": "Y", "email": "y@ours.example", "role": "king"}, "role: “king” is none of"),
    (
        {"type": "user", "ref": "x", "name": "Y", "email": "y@ours.example", "role": "rep", "timezone": "../x"},
        "timezone: “../x” is no time zone",
    ),
    ({"type": "workspace", "name": "Y", "timezone": "UTC", "currency": "USD"}, "type: a file has one workspace only"),
    ({"type": "stage", "key": "qualified", "name": "Y", "kind": "open"}, "key: another stage of this file"),
]


@pytest.mark.parametrize(("line", "said"), BROKEN, ids=[said[:40] for _, said in BROKEN])
def test_a_mistake_is_named_with_its_line_and_field(
    place: Any, small: list[dict[str, Any]], tmp_path: Path, line: dict[str, Any], said: str
) -> None:
    before = place.lines()
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in [*small, line]))
    with pytest.raises(BadArchive) as refused:
        place.take(file)
    assert f"the file has 1 mistake:\nline {len(small) + 1}: {said}" in str(refused.value)
    assert place.lines() == before


def test_every_mistake_is_named_in_the_order_of_lines(place: Any, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(
        b"\xef\xbb\xbf"
        b'{"type": "contact", "ref": "p", "name": "A", "company": "nobody", "phone": 5}\n'
        b"\n"
        b"{broken\n"
        b"[]\n"
        b'{"type": "company", "ref": "c", "name": "\xff"}\n' + b"[" * 100_000 + b"\n"
        b'{"type": "lead", "ref": "l", "owner": "nobody"}\n'
    )
    with pytest.raises(BadArchive) as refused:
        place.take(file)
    told = [line.split(": ")[:2] for line in str(refused.value).splitlines()[1:]]
    assert [line for line, _ in told] == ["line 1", "line 3", "line 4", "line 5", "line 6", "line 7"]
    assert "line 1: phone: text is needed" in str(refused.value)
    assert "line 7: name: it is missing" in str(refused.value)


def test_mistakes_beyond_a_screenful_are_counted(place: Any) -> None:
    with pytest.raises(BadArchive, match=r"the file has 1,000 mistakes(?s:.*)and 800 more$"):
        place.take({"type": "company", "ref": f"c{number}"} for number in range(1_000))


def test_a_stage_with_deals_keeps_its_kind(place: Any, small: list[dict[str, Any]]) -> None:
    place.take(small)
    with pytest.raises(BadArchive, match="line 1: kind: the store's stage “won” has deals and is won"):
        place.take([{"type": "stage", "key": "won", "name": "Won", "kind": "open"}])


def test_a_slack_account_belongs_to_one_user(place: Any) -> None:
    jane = {"type": "user", "ref": "u", "name": "Jane", "email": "j@x.example", "role": "rep", "slack_user_id": "U1"}
    place.take([jane])
    with pytest.raises(BadArchive, match=r"slack_user_id: j@x\.example has it in the store"):
        place.take([{**jane, "email": "k@x.example"}])


def test_numbers_are_kept_as_stretches() -> None:
    for order in permutations([1, 2, 3, 5, 6]):
        numbers = NumberSet()
        assert all(numbers.add(number) for number in order)
        assert not any(numbers.add(number) for number in order)
        assert numbers.highest == 6
        assert (numbers._starts, numbers._ends) == ([1, 5], [3, 6])
