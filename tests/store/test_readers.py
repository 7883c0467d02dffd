"""What is read is what is committed, by nobody but who may, and on a connection that works."""

from contextlib import closing
from typing import Any

import pytest
from chaos.processes import finish, opened, start
from clocks import SettableClock
from concurrency import outcomes_of
from factories import Crm, refusal
from sqlalchemy import bindparam, event, select, text
from sqlalchemy.exc import DBAPIError, ResourceClosedError

from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateDeal, LinkSlackUser, SetDeal, SetUserRole, ShowDeal
from crmbot.errors import Busy
from crmbot.models import Deal
from crmbot.service import CrmService
from crmbot.store import Store, open_store
from crmbot.store.prepared import Prepared


def elsewhere(url: str, workspace_id: str, requests: tuple[Any, ...]) -> None:
    """Perform requests as the workspace itself."""
    with opened(url) as store:
        service = CrmService(store, SettableClock(), Policy())
        for request in requests:
            service.perform(service.system(workspace_id), request)


def driver_of(store: Store, workspace_id: str) -> Any:
    """Return the driver's connection that is lent to the next reader."""
    with store.transaction(workspace_id, write=False) as connection:
        return connection.connection.driver_connection


def title(crm: Crm) -> str:
    """Return what the first deal is called, as a command shows it."""
    shown: str = crm.ask(ShowDeal("D-1")).record.title
    return shown


def test_what_another_process_committed_is_read_by_the_next_command(any_crm: Crm, store_url: str) -> None:
    any_crm.do(CreateDeal("Acme"))
    assert title(any_crm) == "Acme"
    finish(start(elsewhere, store_url, any_crm.workspace_id, (SetDeal("D-1", title="Globex"),)))
    assert title(any_crm) == "Globex"


def test_who_was_deactivated_by_another_process_is_nobody_at_the_next_command(any_crm: Crm, store_url: str) -> None:
    any_crm.do(LinkSlackUser("jane@ours.example", "U1"), as_="ada")
    assert any_crm.service.actor_of_slack(any_crm.workspace_id, "U1")
    finish(start(elsewhere, store_url, any_crm.workspace_id, (SetUserRole("jane@ours.example", active=False),)))
    assert any_crm.service.actor_of_slack(any_crm.workspace_id, "U1") is None


def test_readers_one_after_the_other_share_a_connection(crm: Crm) -> None:
    first = driver_of(crm.store, crm.workspace_id)
    with crm.store.reading(crm.workspace_id) as session:
        assert session.connection().connection.driver_connection is first
    assert driver_of(crm.store, crm.workspace_id) is first


def test_readers_at_once_each_see_their_own_moment(any_crm: Crm) -> None:
    titles = select(Deal.title).where(Deal.workspace_id == any_crm.workspace_id)
    with any_crm.store.transaction(any_crm.workspace_id, write=False) as early:
        assert early.scalars(titles).all() == []
        any_crm.do(CreateDeal("Acme"))
        with any_crm.store.transaction(any_crm.workspace_id, write=False) as late:
            assert late.scalars(titles).all() == ["Acme"]
        assert early.scalars(titles).all() == []


def test_threads_read_at_once_what_is_theirs(any_crm: Crm) -> None:
    crms = (any_crm, Crm(any_crm.store, any_crm.clock, name="Theirs"))
    for crm in crms:
        crm.do(CreateDeal(f"Deal of {crm.name}"))

    def read(index: int) -> set[str]:
        return {title(crms[index % 2]) for _ in range(25)}

    assert outcomes_of(6, read) == [{"Deal of Ours"}, {"Deal of Theirs"}] * 3


def test_a_connection_that_broke_between_readers_is_replaced_and_nobody_notices(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    broken = driver_of(crm.store, crm.workspace_id)
    broken.close()
    assert title(crm) == "Acme"
    assert driver_of(crm.store, crm.workspace_id) is not broken


def test_a_connection_that_breaks_under_a_reader_is_not_lent_again(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    with crm.store.transaction(crm.workspace_id, write=False) as connection:
        broken: Any = connection.connection.driver_connection
        broken.close()
        with pytest.raises(DBAPIError, match="closed"):
            connection.execute(text("SELECT 1"))
    assert title(crm) == "Acme"
    assert driver_of(crm.store, crm.workspace_id) is not broken


DEALS = Prepared(select(Deal.title, Deal.created_at).where(Deal.workspace_id == bindparam("workspace")))


def looked_up(crm: Crm) -> list[Any]:
    """Return what a statement alone reads of deals."""
    return crm.store.look_up(crm.workspace_id, DEALS, {"workspace": crm.workspace_id})


def test_a_statement_alone_reads_what_is_committed_by_now(any_crm: Crm) -> None:
    assert looked_up(any_crm) == []
    for name in ("Acme", "Globex"):
        any_crm.do(CreateDeal(name))
    assert sorted(looked_up(any_crm)) == [(deal.title, deal.created_at) for deal in any_crm.rows(Deal)]


def test_a_statement_alone_leaves_no_snapshot_behind(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    kept = driver_of(crm.store, crm.workspace_id)
    assert looked_up(crm)
    assert not kept.in_transaction
    emptied = kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert emptied == (0, 0, 0), "who still reads would keep the log"


def test_a_statement_alone_takes_another_connection_where_one_broke(crm: Crm) -> None:
    crm.do(CreateDeal("Acme"))
    broken = driver_of(crm.store, crm.workspace_id)
    broken.close()
    assert [row[0] for row in looked_up(crm)] == ["Acme"]
    assert driver_of(crm.store, crm.workspace_id) is not broken


def test_a_statement_alone_is_heard_by_who_listens(crm: Crm) -> None:
    looked_up(crm)
    said: list[str] = []
    event.listen(crm.store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    looked_up(crm)
    assert len(said) == 1


def test_a_statement_alone_says_which_workspace_it_is_for(any_crm: Crm) -> None:
    looked_up(any_crm)
    with pytest.raises(RuntimeError, match="does not say which workspace"):
        any_crm.store.look_up(any_crm.workspace_id, Prepared(select(Deal.title)), {})


def test_a_statement_alone_waits_for_its_turn_like_any_reader(store_url: str, clock: SettableClock) -> None:
    with closing(open_store(store_url, pool_size=1)) as store:
        crm = Crm(store, clock)
        with (
            store.transaction(crm.workspace_id, write=False),
            refusal(Busy, "Nothing was done; please try again."),
        ):
            looked_up(crm)
        assert looked_up(crm) == []


def test_an_error_under_a_reader_ends_its_moment(crm: Crm) -> None:
    def fail() -> None:
        with crm.store.transaction(crm.workspace_id, write=False) as connection:
            connection.execute(select(Deal.title).where(Deal.workspace_id == crm.workspace_id)).all()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    crm.do(CreateDeal("Acme"))
    assert title(crm) == "Acme"


def test_who_holds_on_to_a_connection_of_one_workspace_has_a_closed_one(any_crm: Crm) -> None:
    store, ours = any_crm.store, any_crm.workspace_id
    theirs = Crm(store, any_crm.clock, name="Theirs")
    with store.transaction(ours, write=False) as connection:
        pass
    with store.reading(ours) as session:
        lent = session.connection()
    mine = select(Deal.id).where(Deal.workspace_id == ours)
    with store.transaction(theirs.workspace_id, write=False):
        for kept in (connection, lent):
            with pytest.raises(ResourceClosedError, match="closed"):
                kept.execute(mine)


def test_a_loan_forgets_the_workspace_of_the_one_before(any_crm: Crm) -> None:
    forgetful = text("SELECT count(*) FROM deal")
    for crm in (any_crm, Crm(any_crm.store, any_crm.clock, name="Theirs")):
        with crm.store.transaction(crm.workspace_id, write=False) as connection:
            assert connection.get_execution_options()["crmbot_workspace"] == crm.workspace_id
            with pytest.raises(RuntimeError, match="does not say which workspace"):
                connection.execute(forgetful)


def test_more_readers_than_connections_are_told_that_it_is_busy(store_url: str, clock: SettableClock) -> None:
    with closing(open_store(store_url, pool_size=1)) as store:
        crm = Crm(store, clock)
        crm.do(CreateDeal("Acme"))
        actor = crm.actor()
        with (
            store.transaction(crm.workspace_id, write=False),
            refusal(Busy, "Nothing was done; please try again."),
        ):
            crm.service.perform(actor, ShowDeal("D-1"))
        assert title(crm) == "Acme"


def test_readers_who_keep_every_connection_leave_some_to_those_who_write(sqlite_url: str, clock: SettableClock) -> None:
    with closing(open_store(sqlite_url, pool_size=1)) as store:
        crm = Crm(store, clock)
        with store.transaction(crm.workspace_id, write=False):
            assert crm.service.store.apply(crm.workspace_id, lambda connection: connection.scalar(text("SELECT 1")))
            crm.write(lambda session: session.flush())


SETTINGS = ("crmbot.workspace", "transaction_isolation", "transaction_read_only", "statement_timeout")


@pytest.mark.postgres
@pytest.mark.parametrize("workspace_id", ["01J", "o'clock", 'a"b', r"back\slash'", "5 %s %% :x"])
def test_postgresql_is_told_all_of_a_transaction_in_one_go(postgres_store_url: str, workspace_id: str) -> None:
    with closing(open_store(postgres_store_url, pool_size=1)) as store:
        said: list[str] = []
        event.listen(store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
        shown = text("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS))
        with store.transaction(workspace_id, write=False) as connection:
            assert tuple(connection.execute(shown).one()) == (workspace_id, "repeatable read", "on", "1min")
        assert len(said) == 1, "the beginning needs no statement of the library's"
        with store.transaction(workspace_id, write=True) as connection:
            assert tuple(connection.execute(shown).one()) == (workspace_id, "read committed", "off", "2s")
        with store.engine.connect() as connection:
            assert tuple(connection.execute(shown).one()) == ("", "read committed", "off", "0")


@pytest.mark.postgres
def test_a_connection_that_postgresql_ended_is_replaced_and_nobody_notices(
    postgres_store_url: str, clock: SettableClock
) -> None:
    others = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ended'")
    url = f"{postgres_store_url}&application_name=ended"
    with closing(open_store(url)) as store, closing(open_store(postgres_store_url)) as killer:
        crm = Crm(store, clock)
        crm.do(CreateDeal("Acme"))
        for uses in (lambda: title(crm), lambda: crm.rows(Deal), lambda: crm.do(CreateDeal("Globex")), store.revision):
            with killer.reading(crm.workspace_id) as session:
                assert session.scalars(others).all() == [True]
            assert uses()
        assert len(crm.rows(Deal)) == 2


@pytest.mark.postgres
def test_a_connection_that_postgresql_ends_under_a_reader_is_told_as_busy_and_heals(
    postgres_store_url: str, clock: SettableClock
) -> None:
    with closing(open_store(postgres_store_url)) as store:
        crm = Crm(store, clock)
        crm.do(CreateDeal("Acme"))

        def lose() -> None:
            with store.transaction(crm.workspace_id, write=False) as connection:
                connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        with refusal(Busy, "Nothing was done; please try again."):
            lose()
        assert title(crm) == "Acme"
