"""The ids that an import gives."""

from datetime import UTC, datetime

from crmbot.crm.archive.ids import Ids
from crmbot.domain.ids import is_id

NOW = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)


def test_imports_of_one_millisecond_give_no_id_twice() -> None:
    given = [one.new() for one in (Ids(NOW) for _ in range(100)) for _ in range(3)]
    assert len(set(given)) == len(given)
    assert all(map(is_id, given))


def test_ids_of_an_import_rise_as_an_index_likes_it() -> None:
    ids = Ids(NOW)
    given = [ids.new() for _ in range(300)]
    assert given == sorted(given)
