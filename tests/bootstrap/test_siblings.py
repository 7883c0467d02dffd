"""Siblings have seats in one rota: they write to a file of SQLite in turn. What else they do is in e2e."""

import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

EACH = 40

WRITING = """
import sys, time
from pathlib import Path
from crmbot.bootstrap.siblings import Siblings
from crmbot.store import EVERY_WORKSPACE, open_store
from crmbot.web.server import listen
url, folder, each = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
def work(listener, seat):
    store = open_store(url, seat=seat)
    store.apply(EVERY_WORKSPACE, lambda _: None)
    (folder / f"ready {seat.number}").touch()
    while len(list(folder.glob("ready *"))) < 2:
        time.sleep(0.001)
    def note(_):
        with (folder / "order").open("a") as file:
            file.write(str(seat.number))
        time.sleep(0.005)
    for _ in range(each):
        store.apply(EVERY_WORKSPACE, note)
    time.sleep(60)
Siblings(listen("127.0.0.1:0", 2), work).run()
"""


def test_siblings_write_in_turn(sqlite_url: str, tmp_path: Path) -> None:
    given = [sqlite_url, str(tmp_path), str(EACH)]
    order, deadline = tmp_path / "order", monotonic() + 30
    with subprocess.Popen([sys.executable, "-c", WRITING, *given]) as process:
        try:
            while not order.exists() or len(order.read_text()) < 2 * EACH:
                assert monotonic() < deadline, "it took too long"
                sleep(0.02)
        finally:
            process.send_signal(signal.SIGTERM)
    changes = sum(one != following for one, following in pairwise(order.read_text()))
    # Who naps is overtaken nearly each time: without seats this comes to two or three.
    assert changes > EACH
