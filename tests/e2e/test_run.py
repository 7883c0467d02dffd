import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from crmbot.playground import StandIn
from crmbot.playground.ports import free_port, wait_until_listening

CRMBOT = [sys.executable, "-m", "crmbot"]


@contextmanager
def running(folder: Path, slack: StandIn, port: int, part: str = "run") -> Iterator[subprocess.Popen[bytes]]:
    environ = {
        **os.environ,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "CRMBOT_SLACK__API_URL": slack.api_url,
        **(_mailbox_nobody_serves() if part == "worker" else {}),
    }
    for command in (["init"], ["user", "add", "ada@example.com", "--role", "admin"]):
        subprocess.run([*CRMBOT, *command], cwd=folder, env=environ, check=True, capture_output=True)
    process = subprocess.Popen(
        [*CRMBOT, part, "--bind", f"127.0.0.1:{port}"], cwd=folder, env=environ, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _mailbox_nobody_serves() -> dict[str, str]:
    mailbox = {"HOST": "127.0.0.1", "PORT": free_port(), "USER": "crm", "ADDRESS": "crm@example.com", "TLS": "none"}
    return {f"CRMBOT_MAIL__INTAKE__{name}": str(value) for name, value in mailbox.items()}


def read(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_one_process_answers_slack_and_the_web_and_ends_on_sigterm(tmp_path: Path) -> None:
    port = free_port()
    with StandIn() as slack:
        slack.add_user("U1", "ada", "ada@example.com", "Europe/Berlin")
        slack.add_channel("C1", "sales")
        with running(tmp_path, slack, port) as process:
            wait_until_listening(port)
            slack.wait_for(lambda: slack.links.open, 20)
            answer = slack.command(None, "/deal", 'new "Acme renewal" $40k', "U1", channel="C1")
            assert answer.in_time
            assert "Opened D-1 Acme renewal" in answer.text
            assert read(port, "/healthz") == (200, '{"status":"ok"}')
            status, ready = read(port, "/readyz")
            assert (status, json.loads(ready)["reasons"]) == (200, [])
            assert "crmbot_ready 1.0" in read(port, "/metrics")[1]
            assert read(port, "/api/v1/crm/reports/sales-pipeline")[0] == 401
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0
        assert slack.violations == []


def test_a_worker_by_itself_tells_its_health_and_which_mailbox_it_cannot_read(tmp_path: Path) -> None:
    port = free_port()
    with StandIn() as slack, running(tmp_path, slack, port, "worker") as process:
        wait_until_listening(port)
        slack.wait_for(lambda: read(port, "/readyz")[0] == HTTPStatus.SERVICE_UNAVAILABLE, 20)
        reasons = json.loads(read(port, "/readyz")[1])["reasons"]
        assert [reason for reason in reasons if "mailbox" in reason] == reasons
        assert "crmbot_ready 0.0" in read(port, "/metrics")[1]
        assert read(port, "/api/v1/crm/reports/sales-pipeline")[0] == HTTPStatus.NOT_FOUND
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
