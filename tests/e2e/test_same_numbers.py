"""The same question has the same numbers in the API, in chat and in a terminal."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from httpx import Client
from web_server import web_server

from crmbot.cli import main
from crmbot.crm.answers import Outcome, ReportAnswer
from crmbot.crm.archive.importing import import_archive
from crmbot.crm.archive.lines import as_line
from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateToken
from crmbot.crm.sample import SIZES, make_sample
from crmbot.domain.money import Money
from crmbot.reports import REGISTRY, ReportRequest
from crmbot.service import CrmService
from crmbot.slack.blocks.reports import report_message
from crmbot.slack.reader import Reader
from crmbot.store import EVERY_WORKSPACE, Store, open_store

# A window that is over: what it shows does not depend on when each way is asked.
_MADE = datetime(2026, 1, 31, 12, tzinfo=UTC)
_FROM, _TO = "2025-12-20", "2026-01-30"
Figures = Callable[[dict[str, Any]], list[str]]


def _usd(value: float) -> str:
    return str(Money.of(str(value), "USD"))


# What each card says first.
_HEADLINES: dict[str, Figures] = {
    "lead-conversion": lambda data: [str(data["funnel"]["new"]), str(data["funnel"]["converted"])],
    "customer-acquisition": lambda data: [str(data["total_new_customers"]), _usd(data["average_clv"])],
    "activity-summary": lambda data: [str(data["total"]), str(data["overdue"]), str(data["completed"])],
    "sales-pipeline": lambda data: [_usd(data["pipeline_value"]), _usd(data["weighted_value"])],
    "pipeline": lambda data: [f"{stage['count']}" for stage in data["stages"]],
    "conversion-funnel": lambda data: [f"{step['count']}" for step in data["steps"]],
    "sales-forecast": lambda data: [_usd(round(sum(row["weighted_value"] for row in data["by_month"]), 2))],
    "lost-reasons": lambda data: [str(data["total"]["count"]), _usd(data["total"]["value"])],
    "pipeline-changes": lambda data: [_usd(data["opening_value"]), _usd(data["closing_value"])],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config, and a store with a sample workspace."""
    made = tmp_path_factory.mktemp("ways")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        assert CliRunner().invoke(main, ["init"]).exit_code == 0
    lines = (as_line(line) for line in make_sample(seed=3, size=SIZES["small"], now=_MADE))
    (made / "sample.jsonl").write_bytes(b"".join(lines))
    with _service(made) as (service, workspace_id):
        import_archive(service.store, service.system(workspace_id, "cli"), made / "sample.jsonl", now=_MADE)
    return made


@contextmanager
def _service(folder: Path) -> Iterator[tuple[CrmService, str]]:
    store = open_store(f"sqlite:///{folder}/crmbot.db")
    yield CrmService(store, lambda: datetime.now(UTC), Policy()), _only_workspace(store)
    store.close()


def _only_workspace(store: Store) -> str:
    with store.reading(EVERY_WORKSPACE) as session:
        [[found]] = session.connection().exec_driver_sql("SELECT id FROM workspace")
        return str(found)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_way_out_tells_the_same(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over_http, card = _by_api_and_in_chat(folder, name)
    monkeypatch.chdir(folder)
    words = ["report", name, "--from", _FROM, "--to", _TO, "--format", "json"]
    in_terminal = json.loads(CliRunner().invoke(main, words).stdout)
    assert in_terminal == over_http
    figures = _HEADLINES[name](over_http["data"])
    assert figures
    assert any(any(c in "123456789" for c in figure) for figure in figures)
    assert [figure for figure in figures if figure not in card] == []


def _by_api_and_in_chat(folder: Path, name: str) -> tuple[dict[str, Any], str]:
    with _service(folder) as (service, workspace_id):
        system = service.system(workspace_id, "cli")
        report = service.report(system, ReportRequest(name, date_from=_FROM, date_to=_TO))
        message = report_message(ReportAnswer("", name=name, report=report), Reader.nobody(report.meta.as_of))
        token = service.perform(system, CreateToken(user=_admin(service, workspace_id)))
        assert isinstance(token, Outcome)
        with web_server(service) as base, Client(base_url=base) as client:
            held = {"Authorization": f"Bearer {token.secret}"}
            answer = client.get(f"/api/v1/crm/reports/{name}?date_from={_FROM}&date_to={_TO}", headers=held)
    found: dict[str, Any] = answer.json()
    return found, json.dumps(message.blocks, ensure_ascii=False)


def _admin(service: CrmService, workspace_id: str) -> str:
    with service.store.reading(workspace_id) as session:
        words = "SELECT email FROM user_account WHERE workspace_id = ? AND role = 'admin' ORDER BY email LIMIT 1"
        [[email]] = session.connection().exec_driver_sql(words, (workspace_id,))
        return str(email)
