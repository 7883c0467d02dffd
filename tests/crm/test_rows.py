from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter

import pytest
from factories import Crm
from sqlalchemy import Connection, bindparam, event, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from crmbot.crm.requests import CreateDeal
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, new_id
from crmbot.models import Activity, Company, Contact, Counter, Deal, Stage, User, kind_of
from crmbot.store.prepared import Prepared

DEALS = Prepared(select(Deal).where(Deal.workspace_id == bindparam("workspace")).order_by(Deal.number))


@contextmanager
def working(crm: Crm, *, write: bool = True) -> Iterator[Work]:
    with crm.store.transaction(crm.workspace_id, write=write) as connection:
        yield Work(connection, crm.actor("jane"), crm.clock(), crm.policy, new_id(crm.clock()))


def task(work: Work, subject: str) -> Activity:
    made: Activity = work.make(
        Activity,
        number=work.next_number(Kind.ACTIVITY),
        kind="task",
        subject=subject,
        created_at=work.now,
        facts_since=work.now,
    )
    work.keep(made)
    return made


def test_a_row_is_one_object_whoever_reads_it(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    any_crm.do(CreateDeal("Globex"))
    with working(any_crm) as work:
        first, _ = work.all(DEALS, Deal)
        assert work.get(Deal, first.id) is first
        found = work.session.scalars(select(Deal).where(Deal.workspace_id == work.workspace_id).order_by(Deal.number))
        assert found.first() is first
        assert work.all(DEALS, Deal)[0] is first
        assert work.session.get(Deal, (work.workspace_id, first.id)) is first


def test_a_row_is_of_a_plain_class_until_the_session_comes_in(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    with working(any_crm) as work:
        (deal,) = work.all(DEALS, Deal)
        made = task(work, "Call")
        for row, kind in ((deal, Deal), (made, Activity)):
            assert isinstance(row, kind)
            assert type(row) is not kind
            assert kind_of(row) is kind
        assert made.completed_at is None
        assert {deal, made} <= set(work.session)
        for row, kind in ((deal, Deal), (made, Activity)):
            assert type(row) is kind
            assert kind_of(row) is kind
        assert not work.session.dirty


def test_a_change_is_written_once_whether_or_not_the_session_comes_in(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    for title, opens_session in (("Acme 2", False), ("Acme 3", True)):
        with working(any_crm) as work:
            deal = work.all(DEALS, Deal)[0]
            before = (deal.title, deal.version)
            deal.title = title
            if opens_session:
                assert not work.session.dirty
            work.flush()
            work.flush()
            assert [(change["before"], change["after"]) for change in work.recorder.changes] == [
                ({"title": before[0]}, {"title": title})
            ]
            assert deal.version == before[1] + 1
        (stored,) = any_crm.rows(Deal)
        assert (stored.title, stored.version) == (title, before[1] + 1)


def test_what_changed_after_the_session_came_in_is_written_by_it(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    with working(any_crm) as work:
        deal = work.all(DEALS, Deal)[0]
        assert work.session is work.session
        deal.title = "Acme 2"
        made = task(work, "Call")
        work.flush()
        assert sorted(change["table"] for change in work.recorder.changes) == ["activity", "deal"]
    assert any_crm.rows(Deal)[0].title == "Acme 2"
    assert any_crm.rows(Activity)[0].id == made.id


def test_a_row_that_was_changed_since_it_was_read_is_not_overwritten(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    with working(any_crm) as work:
        deal = work.all(DEALS, Deal)[0]
        theirs = update(Deal).where(Deal.workspace_id == work.workspace_id)
        work.connection.execute(theirs.values(version=7, title="Theirs"))
        deal.title = "Mine"
        with pytest.raises(StaleDataError):
            work.flush()
    assert [(row.title, row.version) for row in any_crm.rows(Deal)] == [("Theirs", 7)]


def test_a_new_row_gets_its_columns_defaults(any_crm: Crm) -> None:
    with working(any_crm) as work:
        made = task(work, "Call")
        work.flush()
        assert (made.version, made.billable, made.attendees) == (1, False, [])
        assert work.get(Activity, made.id) is made
    (stored,) = any_crm.rows(Activity)
    assert (stored.version, stored.billable, stored.attendees, stored.due_at) == (1, False, [], None)


def test_rows_read_ahead_are_not_asked_for_again(any_crm: Crm) -> None:
    for number in range(12):
        any_crm.do(CreateDeal(f"Deal {number}"))
    ids = [row.id for row in any_crm.rows(Deal)]
    asked: list[str] = []

    def listen(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(any_crm.store.engine, "before_cursor_execute", listen)
    with working(any_crm, write=False) as work:
        work.load(Deal, ids)
        loading = sum("deal" in statement for statement in asked)
        assert [work.get(Deal, one).id for one in ids] == ids
        assert work.get(Deal, "unknown") is None
    event.remove(any_crm.store.engine, "before_cursor_execute", listen)
    assert loading == 1
    assert sum("deal" in statement for statement in asked) == 2


def test_what_a_row_is_linked_to_is_read_in_one_statement(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Renewal", company="+Globex", contact="+Paul Ferris"))
    stored = any_crm.rows(Deal)[0]
    asked: list[str] = []

    def listen(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(any_crm.store.engine, "before_cursor_execute", listen)
    with working(any_crm, write=False) as work:
        asked.clear()
        work.load_linked(stored)
        company, contact = work.get(Company, stored.company_id), work.get(Contact, stored.contact_id)
        assert (company.name, contact.name) == ("Globex", "Paul Ferris")
        assert work.get(Stage, stored.stage_id).id == stored.stage_id
        work.load_linked(stored)
        assert work.get(Company, stored.company_id) is company
        assert work.get(User, stored.owner_id).id == stored.owner_id
    event.remove(any_crm.store.engine, "before_cursor_execute", listen)
    assert len(asked) == 2


def test_a_single_row_that_is_asked_for_is_the_known_one(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    any_crm.do(CreateDeal("Globex"))
    with working(any_crm) as work:
        first = work.first(DEALS, Deal)
        assert first.title == "Acme"
        first.title = "Acme Corp"
        assert work.all(DEALS, Deal)[0] is first
        assert work.first(DEALS, Deal) is first
        work.flush()
        assert work.session.get(Deal, (work.workspace_id, first.id)) is first
        assert work.first(DEALS, Deal) is first


def test_a_row_differs_from_what_is_stored_until_it_is_written(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Acme"))
    value = itemgetter("value_minor")
    with working(any_crm) as work:
        deal = work.first(DEALS, Deal)
        deal.title = "Acme Corp"
        assert not work.rows.differs(deal, value)
        deal.value_minor = 7
        assert work.rows.differs(deal, value)
        work.flush()
        assert not work.rows.differs(deal, value)


def test_a_linked_row_that_is_gone_is_none(any_crm: Crm) -> None:
    any_crm.do(CreateDeal("Renewal", company="+Globex"))
    deal = any_crm.rows(Deal)[0]
    deal.contact_id = "0" * 26
    with working(any_crm, write=False) as work:
        work.load_linked(deal)
        assert work.get(Contact, deal.contact_id) is None
        assert work.get(Company, deal.company_id).name == "Globex"


def test_a_prepared_statement_without_its_workspace_is_refused(any_crm: Crm) -> None:
    careless = Prepared(select(Stage))
    with working(any_crm) as work, pytest.raises(RuntimeError, match="which workspace"):
        work.all(careless, Stage)


def count_from_one(work: Work) -> None:
    Prepared(insert(Counter)).run(
        work.connection, [{"workspace_id": work.workspace_id, "name": Kind.DEAL.value, "value": 1}]
    )


def test_what_the_database_refuses_is_told_as_the_library_tells_it(crm: Crm) -> None:
    with working(crm) as work:
        count_from_one(work)
        with pytest.raises(IntegrityError):
            count_from_one(work)


def test_a_database_that_can_not_be_written_is_told_as_the_library_tells_it(crm: Crm) -> None:
    with working(crm, write=False) as work:
        work.connection.exec_driver_sql("PRAGMA query_only=ON")
        with pytest.raises(OperationalError, match="readonly"):
            count_from_one(work)
        work.connection.exec_driver_sql("PRAGMA query_only=OFF")
