"""A backup holds everything or is refused."""

from pathlib import Path

import pytest
from factories import refusal

from crmbot.bootstrap.backups import back_up, restore
from crmbot.errors import BadInput


def told_nothing(_: float) -> None:
    """Hear how far a copy is."""


def test_a_backup_by_way_of_a_pooler_is_refused_as_it_would_be_empty(pooled_url: str, tmp_path: Path) -> None:
    file = tmp_path / "crmbot.backup"
    with refusal(BadInput, "a backup needs PostgreSQL itself"):
        back_up(pooled_url, file, force=False, progress=told_nothing)
    assert list(tmp_path.iterdir()) == []
    file.touch()
    with refusal(BadInput, "a restore needs PostgreSQL itself"):
        restore(pooled_url, file, force=True, progress=told_nothing)


@pytest.mark.postgres
def test_a_database_that_cant_be_reached_is_told(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://crmbot@/crmbot?host={tmp_path}"
    with refusal(BadInput, "The database can't be reached"):
        back_up(address, tmp_path / "crmbot.backup", force=False, progress=told_nothing)
