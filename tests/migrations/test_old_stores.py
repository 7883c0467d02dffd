"""A store that an earlier version filled: after the upgrade it says the same, and what was done can still be undone."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, DateTime, MetaData, Select, Table, select, text
from sqlalchemy.orm import Session

from crmbot.crm.answers import Outcome
from crmbot.crm.archive.exporting import export_archive
from crmbot.crm.delivery_keys import Delivery, find_done
from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateDeal, Find, Undo
from crmbot.domain.identity import fold_name
from crmbot.domain.words import name_words
from crmbot.migrations import differences, upgrade
from crmbot.models import Company, Contact, Deal, JournalEntry, Lead, NameWord
from crmbot.service import CrmService
from crmbot.slack.signature import key_of
from crmbot.store import EVERY_WORKSPACE, Store, open_store

OLD = Path(__file__).parent / "old"
SOON_AFTER = datetime(2026, 11, 21, 18, tzinfo=UTC)
Line = dict[str, Any]


@pytest.fixture
def old_store(engine_url: str) -> Iterator[Store]:
    """A store at revision 0007 with an import and commands of chat in it, the last a deal handed over by Ada."""
    store = open_store(engine_url)
    upgrade(store, "0007")
    with store.writing(EVERY_WORKSPACE) as session:
        fill(session, json.loads((OLD / "0007.json").read_text("utf-8")))
    yield store
    store.close()


def fill(session: Session, kept: Mapping[str, Any]) -> None:
    """Insert rows as SQLite gave them, table by table in the order of their foreign keys."""
    connection, tables = session.connection(), MetaData()
    tables.reflect(connection)
    for table in tables.sorted_tables:
        for row in kept.get(table.name, {"rows": []})["rows"]:
            values = dict(zip(kept[table.name]["columns"], row, strict=True))
            connection.execute(table.insert(), {name: typed(table, name, value) for name, value in values.items()})


def typed(table: Table, name: str, value: Any) -> Any:
    """Return one of SQLite's values as the column takes it."""
    match table.c[name].type:
        case _ if value is None:
            return None
        case JSON():
            return json.loads(value)
        case Boolean():
            return bool(value)
        case DateTime(timezone=True):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case DateTime():
            return datetime.fromisoformat(value)
        case Date():
            return date.fromisoformat(value)
    return value


def test_an_old_store_says_the_same_after_the_upgrade_and_undoes_what_was_done_before(
    old_store: Store, tmp_path: Path
) -> None:
    upgrade(old_store)
    assert differences(old_store) == []
    service = CrmService(old_store, lambda: SOON_AFTER, Policy())
    (workspace,) = service.workspaces()
    assert exported(service, workspace.id, tmp_path) == kept("0007.jsonl")
    ada = service.actor_of_user(workspace.id, "ada@ours.example", "cli")
    service.perform(ada, Undo())
    assert exported(service, workspace.id, tmp_path) == kept("0007_undone.jsonl")
    service.perform(ada, Undo())
    assert exported(service, workspace.id, tmp_path) == kept("0007.jsonl")


def test_an_old_effects_changes_stand_in_its_entry_after_the_upgrade(old_store: Store) -> None:
    upgrade(old_store, "0018")
    with old_store.reading(EVERY_WORKSPACE) as session:
        rows = session.connection().execute(reflected(session, "journal_change")).mappings().all()
        entries = session.connection().execute(reflected(session, "journal_entry")).mappings().all()
    meant: dict[str, list[Line]] = {entry["id"]: [] for entry in entries}
    for row in sorted(rows, key=lambda row: row["position"]):
        meant[row["entry_id"]].append({name: row[name] for name in ("table", "row_id", "before", "after")})
    upgrade(old_store)
    with old_store.reading(EVERY_WORKSPACE) as session:
        assert {entry.id: entry.changes for entry in session.scalars(select(JournalEntry))} == meant
    assert any(meant.values())


@pytest.mark.parametrize(
    ("kept", "known"),
    [
        (("one", None), Delivery("one")),
        (("a" * 32 + "b" * 32, None), Delivery("a" * 32)),
        (("a" * 32 + "b" * 32, "c" * 32 + "d" * 32), Delivery("a" * 32, "c" * 32)),
        (("event Ev1", "c" * 32 + "d" * 32), Delivery("event Ev1", "c" * 32)),
        ((f"web {'0' * 60}", None), Delivery(f"web {'0' * 60}")),
    ],
)
def test_an_input_that_came_before_the_upgrade_is_known_after_it(
    old_store: Store, kept: tuple[str, str | None], known: Delivery
) -> None:
    workspace_id = upgrade_with_key(old_store, *kept)
    with old_store.reading(workspace_id) as session:
        done = find_done(session.connection(), workspace_id, known)
    assert done is not None
    assert done.repeated


def test_a_line_typed_again_right_after_the_upgrade_is_a_repeat(old_store: Store) -> None:
    said = hashlib.sha256(b"T1\0U1\0deal\0new Acme").hexdigest()
    workspace_id = upgrade_with_key(old_store, hashlib.sha256(b"a signature").hexdigest(), said)
    service = CrmService(old_store, lambda: SOON_AFTER + timedelta(seconds=59), Policy())
    ada = service.actor_of_user(workspace_id, "ada@ours.example", "slack")
    again = Delivery(key_of("another signature"), key_of("T1", "U1", "deal", "new Acme"), refuse_repeat=True)
    outcome = service.perform(ada, CreateDeal("Acme"), delivery=again)
    assert isinstance(outcome, Outcome)
    assert outcome.repeated


def upgrade_with_key(store: Store, key: str, fingerprint: str | None) -> str:
    """Upgrade a store to which an input has just come; return its workspace's id."""
    upgrade(store, "0019")
    with store.writing(EVERY_WORKSPACE) as session:
        (workspace_id,) = session.scalars(text("SELECT id FROM workspace"))
        row = {"workspace_id": workspace_id, "key": key, "fingerprint": fingerprint, "at": SOON_AFTER, "entry_id": "e"}
        session.connection().execute(table_of(session, "delivery_key").insert(), row)
    upgrade(store)
    return str(workspace_id)


def reflected(session: Session, name: str) -> Select[Any]:
    """Return what reads all rows of a table as it is at that revision."""
    return select(table_of(session, name))


def table_of(session: Session, name: str) -> Table:
    """Return a table as it is at that revision."""
    return Table(name, MetaData(), autoload_with=session.connection())


def test_an_old_stores_names_are_found_by_their_words(old_store: Store) -> None:
    upgrade(old_store)
    with old_store.reading(EVERY_WORKSPACE) as session:
        words = {tuple(row) for row in session.execute(select(NameWord.kind, NameWord.record_id, NameWord.word))}
        names = [
            ("deal", session.execute(select(Deal.id, Deal.title_key)).all(), False),
            ("company", session.execute(select(Company.id, Company.name_key)).all(), False),
            ("contact", session.execute(select(Contact.id, Contact.name_key)).all(), False),
            ("lead", session.execute(select(Lead.id, Lead.name_key)).all(), False),
            ("lead_company", session.execute(select(Lead.id, Lead.company_key)).all(), True),
        ]
    meant = {
        (kind, record_id, word)
        for kind, rows, whole in names
        for record_id, name in rows
        for word in name_words(name, whole=whole)
    }
    assert words == meant
    assert len(words) > len({record_id for _, record_id, _ in words}) > 0


def test_names_that_were_folded_without_their_vowel_signs_are_told_apart_after_the_upgrade(old_store: Store) -> None:
    with old_store.writing(EVERY_WORKSPACE) as session:
        session.execute(text("UPDATE company SET name = 'दाल बंद', name_key = 'द ल ब द'"))
    upgrade(old_store)
    with old_store.reading(EVERY_WORKSPACE) as session:
        assert set(session.scalars(select(Company.name_key))) == {fold_name("दाल बंद")} != {"द ल ब द"}
        words = select(NameWord.word).where(NameWord.kind == "company")
        assert set(session.scalars(words)) == {fold_name("बंद")}


def test_an_old_stores_people_are_found_by_their_phone_numbers(old_store: Store) -> None:
    with old_store.writing(EVERY_WORKSPACE) as session:
        session.execute(text("UPDATE contact SET phone = '+49 (0)30 123 45 67' WHERE number = 1"))
    upgrade(old_store)
    service = CrmService(old_store, lambda: SOON_AFTER, Policy())
    (workspace,) = service.workspaces()
    found: Any = service.perform(service.actor_of_user(workspace.id, "ada@ours.example", "cli"), Find("030 1234567"))
    assert [hit.link.title for hit in found.hits] == ["Zoë Doe"]


def exported(service: CrmService, workspace_id: str, folder: Path) -> list[Line]:
    """Return the workspace's archive, as far as archives told of it then."""
    export_archive(service.store, service.system(workspace_id), folder / "all.jsonl")
    lines = [json.loads(line) for line in (folder / "all.jsonl").read_text("utf-8").splitlines()]
    return [{name: line[name] for name in line if name in FIELDS[line["type"]]} for line in lines]


def kept(name: str) -> list[Line]:
    """Return an archive that was made before the upgrade."""
    return [json.loads(line) for line in (OLD / name).read_text("utf-8").splitlines()]


FIELDS = {line["type"]: frozenset(line) for name in ("0007.jsonl", "0007_undone.jsonl") for line in kept(name)}
"""What an archive told then, by type of line."""
