"""What is read for each mail is looked up by whole keys, however many rows a workspace has."""

import pytest

from crmbot.crm.emails.statements import deals_of, everything
from crmbot.store import Store
from crmbot.store.prepared import Prepared


@pytest.mark.parametrize("statement", [everything(2), everything(4), everything(16), deals_of(2), deals_of(16)])
def test_each_part_of_a_mail_s_queries_goes_by_a_key(sqlite_store: Store, statement: Prepared) -> None:
    with sqlite_store.reading("w") as session:
        compiled = statement.on(session.connection().dialect)
        values = ("",) * compiled.text.count("?")
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.text}", values).all()
    steps = [row[3] for row in rows if row[3].startswith(("SEARCH", "SCAN", "USE TEMP"))]
    assert len(steps) > 3
    assert [step for step in steps if not step.startswith("SEARCH") or step.endswith("(workspace_id=?)")] == []
