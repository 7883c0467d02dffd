"""How long a command takes to start, and how much memory an idle crmbot needs.

Run: python bench/startup.py [--runs 7]. Prints the best of the runs, in milliseconds and as a multiple of an
interpreter that does nothing, and the resident memory of `crmbot run` after three idle seconds.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crmbot.playground.ports import free_port, wait_until_listening

CRMBOT = [sys.executable, "-m", "crmbot"]
IDLE_SECONDS = 3.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*CRMBOT, "init"], cwd=folder, check=True, capture_output=True)
        floor = best([sys.executable, "-c", "pass"], folder, runs)
        print(f"python -c pass           {floor * 1000:6.0f} ms")
        for words, goal in ((["--help"], 100), (["do", "deal list"], 700)):
            taken = best([*CRMBOT, *words], folder, runs)
            name = f"crmbot {' '.join(words)}"
            print(f"{name:24} {taken * 1000:6.0f} ms   {taken / floor:.1f}x (goal: {goal} ms)")
        print(f"crmbot run, idle         {idle_megabytes(folder):6.0f} MB  (goal: 120 MB)")


def best(command: list[str], folder: str, runs: int) -> float:
    """Return the seconds of the fastest run."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def idle_megabytes(folder: str) -> float:
    """Return the resident memory of all parts in one process."""
    port = free_port()
    environ = {**os.environ, "SLACK_BOT_TOKEN": "xoxb-none", "SLACK_APP_TOKEN": "xapp-none"}
    environ["CRMBOT_SLACK__API_URL"] = "http://127.0.0.1:9/api/"
    command = [*CRMBOT, "run", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_listening(port)
            time.sleep(IDLE_SECONDS)
            status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        finally:
            process.send_signal(signal.SIGTERM)
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else float("nan")


if __name__ == "__main__":
    main()
