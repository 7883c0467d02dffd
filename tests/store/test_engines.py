"""What opening a store loads."""

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
import crmbot.models
from crmbot.store import open_store

open_store("sqlite:///" + sys.argv[1]).close()
print(*sorted(name for name in sys.modules if "psycopg" in name or "dialects.postgresql" in name))
"""


def test_a_file_of_sqlite_is_opened_without_the_driver_of_a_server(tmp_path: Path) -> None:
    given = [sys.executable, "-c", _PROGRAM, str(tmp_path / "crmbot.db")]
    done = subprocess.run(given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
