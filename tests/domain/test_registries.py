"""Tests of registries whose entries are loaded when first asked for."""

import sys
from pathlib import Path
from typing import Any

import pytest

from crmbot.domain.registries import Registry


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[str, Any]:
    """Two modules of a package, each with what the registry tells."""
    package = tmp_path / "shelf_of_test"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("first", "second"):
        (package / f"{name}.py").write_text(f"def answer():\n    return {name!r}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("shelf_of_test", "shelf_of_test.first", "shelf_of_test.second"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return Registry("shelf_of_test", {"a": "first.answer", "b": "second.answer"})


def test_an_entry_is_loaded_when_it_is_asked_for_and_no_other_is(shelf: Registry[str, Any]) -> None:
    assert list(shelf) == ["a", "b"]
    assert "shelf_of_test.first" not in sys.modules
    assert shelf["a"]() == "first"
    assert "shelf_of_test.second" not in sys.modules


def test_all_of_them_are_loaded_at_once_for_a_server(shelf: Registry[str, Any]) -> None:
    shelf.load()
    assert {"shelf_of_test.first", "shelf_of_test.second"} <= set(sys.modules)


def test_what_it_does_not_know_is_a_key_error_as_in_any_mapping(shelf: Registry[str, Any]) -> None:
    assert shelf.get("c") is None
    with pytest.raises(KeyError):
        shelf["c"]
