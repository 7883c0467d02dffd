"""However large a workspace is, names are found by indexes on both databases, and what no index finds has a bound."""

import re
from contextlib import suppress
from typing import Any

import pytest
from factories import Crm
from sqlalchemy import Connection, event, text

from crmbot.crm.people import COMPANY_OF_NAME
from crmbot.crm.requests import (
    CreateDeal,
    Find,
    ListCompanies,
    ListContacts,
    ListDeals,
    ListLeads,
    Request,
    ShowCompany,
    ShowContact,
    ShowDeal,
    ShowLead,
)
from crmbot.errors import CrmError

_NAMES = re.compile(r"\b(?:name_word|name_key|title_key)\b")


@pytest.mark.parametrize(
    "request_",
    [
        ShowDeal("later words"),
        ShowLead("later words"),
        ShowContact("words, later"),
        ShowCompany("latre wodrs"),
        ListDeals(words="later", owner="sam", stage="negotiation"),
        ListDeals(words="later", outcome=None),
        ListLeads(words="later", status="new", source="web"),
        ListContacts(words="later"),
        ListCompanies(words="later"),
        Find("later words"),
    ],
    ids=lambda request: request.NAME,
)
def test_no_name_is_looked_at_but_by_an_index(any_crm: Crm, request_: Request) -> None:
    any_crm.do(CreateDeal("Some later words"))
    seen: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if _NAMES.search(statement) and statement.startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(any_crm.store.engine, "before_cursor_execute", keep)
    with suppress(CrmError):
        any_crm.ask(request_)
    event.remove(any_crm.store.engine, "before_cursor_execute", keep)
    asked = [(statement, parameters) for statement, parameters in seen if " >= " in statement]
    assert asked
    with any_crm.store.reading(any_crm.workspace_id) as session:
        for statement, parameters in asked:
            plan = steps(session.connection(), statement, parameters)
            assert not [step for step in plan if reads_all(step)], "\n".join([statement, *plan])


@pytest.mark.parametrize("request_", [ShowContact("words, later"), ListDeals(words="later"), Find("later, words")])
def test_no_statement_is_made_anew_for_each_pattern_it_is_given(crm: Crm, request_: Request) -> None:
    seen: list[str] = []
    event.listen(crm.store.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    with suppress(CrmError):
        crm.ask(request_)
    compared = [statement for statement in seen if " LIKE " in statement or "instr(" in statement]
    assert compared
    # SQLite's documentation of sqlite3_prepare_v3: a value on the right of LIKE, by itself, may change the plan.
    assert not [statement for statement in compared if " LIKE ?" in statement]


def test_whether_a_company_of_that_name_exists_is_found_by_an_index(any_crm: Crm) -> None:
    values = {"workspace": any_crm.workspace_id, "name": "acme"}
    with any_crm.store.reading(any_crm.workspace_id) as session:
        connection = session.connection()
        seen: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
        COMPANY_OF_NAME.rows(connection, values)
        plan = steps(connection, *seen[-1])
    assert not [step for step in plan if reads_all(step)], plan


def steps(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return how the database goes about a statement."""
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    # Tables of a few rows are read whole unless that is forbidden; what counts is that there is another way.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def reads_all(step: str) -> bool:
    """Say whether a step looks at all rows of a table of names, or at all of a workspace's."""
    if "Seq Scan" in step:
        return True
    table = re.match(r"(?:SEARCH|SCAN) (deal|lead|contact|company|name_word)\b", step)
    bounded = r"\(workspace_id=\? AND (?:id=|company_id=|contact_id=|number>|number=|kind=|name_key|title_key)"
    return table is not None and not re.search(bounded, step)
