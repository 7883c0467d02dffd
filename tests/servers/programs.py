"""Which outside programs the tests need, where they are, and what happens when one is missing."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Program:
    """One outside program: the marker of its tests, how to find it, and the Debian package that has it."""

    marker: str
    package: str
    names: tuple[str, ...]
    folders: tuple[str, ...] = ()

    def find(self) -> Path | None:
        """Return the program's path, or None when this machine lacks it."""
        for pattern in self.folders:
            found = sorted(Path("/").glob(pattern.lstrip("/")), key=_version)
            if found:
                return found[-1]
        paths = (shutil.which(name) for name in self.names)
        return next((Path(path) for path in paths if path), None)


POSTGRES = Program("postgres", "postgresql", ("pg_ctl",), ("/usr/lib/postgresql/*/bin/pg_ctl",))
DOVECOT = Program("dovecot", "dovecot-imapd", ("dovecot",), ("/usr/sbin/dovecot",))
BROWSER = Program("browser", "chromium", ("chromium", "chromium-browser", "google-chrome"))
POOLER = Program("pooler", "pgbouncer", ("pgbouncer",), ("/usr/sbin/pgbouncer",))
PROGRAMS: Mapping[str, Program] = {program.marker: program for program in (POSTGRES, POOLER, DOVECOT, BROWSER)}

FIXTURES: Mapping[str, Program] = {
    "postgres_server": POSTGRES,
    "dovecot_server": DOVECOT,
    "pooled_url": POOLER,
}
"""The fixtures that start a program, so that their tests carry its marker by themselves."""


def require(program: Program) -> Path:
    """Return the program's path; without it skip the test, or fail it under CI."""
    path = program.find()
    if path is None:
        reason = f"{program.marker}: no {program.names[0]} on this machine (apt-get install {program.package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return path


def left_out() -> list[str]:
    """Return a sentence for every suite that this machine cannot run."""
    return [
        f"left out: the {program.marker} tests, because {program.package} is not installed here"
        for program in PROGRAMS.values()
        if program.find() is None
    ]


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parts if part.isdigit())
