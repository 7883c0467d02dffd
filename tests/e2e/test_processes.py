"""`crmbot web --processes 2`: both answer at one address, one that dies is replaced, and none outlives the first."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crmbot.playground.ports import free_port, wait_until_closed, wait_until_listening

CRMBOT = [sys.executable, "-m", "crmbot"]
CONNECTIONS = 12
"""So many that the system surely gives some to each."""

DYING = """
import logging, sys
from crmbot.bootstrap.siblings import Siblings
from crmbot.web.server import listen
logging.basicConfig()
def die(listener, seat):
    raise RuntimeError("no store")
Siblings(listen("127.0.0.1:0", 2), die).run()
"""


@pytest.fixture
def token(tmp_path: Path) -> str:
    for command in (["init"], ["user", "add", "ada@example.com", "--role", "admin"]):
        subprocess.run([*CRMBOT, *command], cwd=tmp_path, check=True, capture_output=True)
    made = subprocess.run(
        [*CRMBOT, "token", "create", "--user", "ada@example.com"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


@contextmanager
def web(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [*CRMBOT, "web", "--processes", "2", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_until_listening(port)
            until(lambda: len(children(process.pid)) == 2)
            yield process
        finally:
            process.kill()


def children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def ask(port: int, token: str) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/api/v1/crm/reports/sales-pipeline", headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status


def test_who_comes_while_a_process_is_replaced_waits_and_all_of_them_end_on_sigterm(tmp_path: Path, token: str) -> None:
    port = free_port()
    with web(tmp_path, port) as process:
        assert [ask(port, token) for _ in range(CONNECTIONS)] == [200] * CONNECTIONS
        first = children(process.pid)
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        assert [ask(port, token) for _ in range(CONNECTIONS)] == [200] * CONNECTIONS
        until(lambda: len(children(process.pid)) == 2)
        assert children(process.pid) & first == first - {killed}
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=15)[1]
        assert process.returncode == 0
        assert f"process {killed} ended with -9; another one takes its place" in said
        wait_until_closed(port)


def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, token: str) -> None:
    port = free_port()
    with web(tmp_path, port) as process:
        assert ask(port, token) == 200
        process.kill()
        process.wait(15)
        wait_until_closed(port)


def test_a_process_that_cannot_start_is_tried_again_later_and_later() -> None:
    with subprocess.Popen([sys.executable, "-c", DYING], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        said = first + process.communicate(timeout=15)[1]
    assert process.returncode == 0
    tries = len(re.findall("the process could not go on: no store", said))
    # After 0, 0.2, 0.6 and 1.4 seconds, in both places.
    assert 2 < tries <= 8, said
