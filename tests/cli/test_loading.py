"""Tests of what a command loads: what it doesn't need would be most of its time."""

import os
import subprocess
import sys
from pathlib import Path

from crmbot.crm.handlers import HANDLERS

_LOADED = "import sys; print(*(name for name in sys.modules if name.startswith('crmbot.')))"


def loaded_after(code: str, folder: Path) -> set[str]:
    """Return the modules of crmbot that a process has loaded when it ran that code in a folder."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CRMBOT_")}
    command = [sys.executable, "-c", f"{code}; {_LOADED}"]
    done = subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_list_loads_no_report_no_mail_and_no_proposal(tmp_path: Path) -> None:
    crmbot = "from crmbot.cli import main; main({}, standalone_mode=False)"
    loaded_after(crmbot.format("['init']"), tmp_path)
    loaded = loaded_after(crmbot.format("['do', 'deal list']"), tmp_path)
    assert "crmbot.crm.listings" in loaded
    unneeded = (
        "crmbot.crm.emails.log",
        "crmbot.crm.leads",
        "crmbot.crm.merge",
        "crmbot.crm.proposals.drafting",
        "crmbot.crm.undo",
        "crmbot.reports.digests.aging",
        "crmbot.reports.pipeline",
        "crmbot.reports.rendering.table",
    )
    assert not loaded & set(unneeded)


def test_a_server_loads_every_use_case_before_anybody_asks(tmp_path: Path) -> None:
    loaded = loaded_after("from crmbot.bootstrap.parts import load_all; load_all()", tmp_path)
    assert {handler.__module__ for handler in HANDLERS.values()} <= loaded
    assert {"crmbot.reports.pipeline", "crmbot.reports.digests.aging"} <= loaded
