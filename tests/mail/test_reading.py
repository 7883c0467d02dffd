"""Every sample mail is understood as the values beside it say."""

import json
from pathlib import Path
from typing import Any

import pytest

from crmbot.mail.reading import read_mail

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.eml"))


def expected_of(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return values


@pytest.mark.parametrize("name", NAMES)
def test_sample_is_understood(name: str) -> None:
    expected = expected_of(name)
    mail = read_mail((SAMPLES / f"{name}.eml").read_bytes())
    understood = mail.as_json()
    assert {key: understood[key] for key in expected} == expected
    assert mail.failed == ()


def test_there_are_samples_of_every_kind() -> None:
    kinds = {expected_of(name)["kind"] for name in NAMES}
    assert kinds == {"direct", "reply", "forward", "bounce", "auto-reply", "list", "invite", "complaint"}
    assert len(NAMES) >= 60
