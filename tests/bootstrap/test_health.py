"""What /readyz says is wrong before it breaks something."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from crmbot.bootstrap.health import too_little_room

ENDLESS = 10**15


def test_a_disk_that_is_about_to_be_full_is_told(tmp_path: Path) -> None:
    url = make_url(f"sqlite:///{tmp_path}/crmbot.db")
    assert too_little_room(url, least=0) == []
    (said,) = too_little_room(url, least=ENDLESS)
    assert re.fullmatch(r"The disk of the store has \d+ MB left; without room nothing can be saved\.", said)


@pytest.mark.parametrize("address", ["postgresql+psycopg://crmbot@db.example.com/crmbot", "sqlite://"])
def test_of_a_store_that_is_no_file_here_nothing_is_told(address: str) -> None:
    assert too_little_room(make_url(address), least=ENDLESS) == []
