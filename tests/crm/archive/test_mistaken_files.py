"""Files that are no archive, or were one: what is said of each, and that nothing of it stays."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crmbot.crm.archive import BadArchive
from crmbot.crm.archive.lines import MOST_LINE
from crmbot.errors import BadInput

COMPANY = b'{"type": "company", "ref": "c", "name": "Acme"}\n'
AT = "2031-02-01T08:00:00Z"
EMAIL = {"type": "email", "ref": "e", "dedupe_key": "d", "direction": "in", "kind": "direct", "state": "logged"}
EMAIL |= {"received_at": AT}

OTHERS = [
    (b"", "is empty"),
    (gzip.compress(COMPANY), "is compressed: unpack it with gunzip first"),
    (b"PK\x03\x04rest", "is a ZIP file"),
    (COMPANY.decode().encode("utf-16"), "is UTF-16: an archive is UTF-8"),
    (b"SQLite format 3\x00" + b"x" * 50, "bring it back with crmbot restore"),
]


@pytest.mark.parametrize(("raw", "said"), OTHERS, ids=[said for _, said in OTHERS])
def test_a_file_of_another_kind_is_told_by_its_beginning(place: Any, tmp_path: Path, raw: bytes, said: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(raw)
    with pytest.raises(BadInput, match=f"in.jsonl {said}|in.jsonl .*{said}"):
        place.take(file)


LINES = [
    (b'{"type": "company", "ref": "d", "na', "it is not JSON (Unterminated string starting at at 33); the file ends"),
    (b'{"type": "company"} {"type": "company"}\n', "it is not JSON (Extra data at 21)"),
    (b'{"type": "company", "ref": "d", "name": "Gr\xfc\xdfe"}\n', "it is not UTF-8 (byte 0xfc at 44)"),
    (b'{"type": "deal", "ref": "d", "title": NaN, "history": []}\n', "NaN is no number of JSON"),
    (b'{"type": "note", "ref": "n", "text": ' + b"[" * 200_000 + b"\n", "it is nested too deeply"),
    (b'"company"\n', "it is not an object"),
    (b'{"type": "company", "ref": 5, "name": "X"}\n', "ref: text is needed"),
    (b'{"type": "company", "name": "X"}\n', "ref: it is missing"),
    (b'{"type": "company", "ref": "d", "name": "' + b"x" * 1_001 + b'"}\n', "name: it has more than 1,000 characters"),
    (b'{"type": "archive", "version": 2}\n', "type: “archive” is no type; there are workspace, stage"),
]


@pytest.mark.parametrize(("raw", "said"), LINES, ids=[said[:40] for _, said in LINES])
def test_a_broken_line_is_named_and_nothing_of_the_file_stays(
    place: Any, tmp_path: Path, raw: bytes, said: str
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(COMPANY + raw)
    with pytest.raises(BadArchive) as refused:
        place.take(file)
    assert f"the file has 1 mistake:\nline 2: {said}" in str(refused.value)
    assert place.of("company") == []


def test_a_gigantic_line_is_never_held_whole_and_those_after_it_keep_their_numbers(place: Any, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    with file.open("wb") as handle:
        handle.write(COMPANY + b'{"type": "note", "ref": "n", "text": "')
        for _ in range(2 * MOST_LINE // 2**20 + 3):
            handle.write(b"x" * 2**20)
        handle.write(b'"}\n{"type": "company", "ref": "c", "name": "Again"}\n')
    with pytest.raises(BadArchive) as refused:
        place.take(file)
    assert str(refused.value).splitlines()[1:] == [
        "line 2: it is longer than 32 MB",
        "line 3: ref: another company of this file has the ref “c”",
    ]


def pieces(content: bytes, **changed: Any) -> list[dict[str, Any]]:
    """Return the lines of a file in two pieces."""
    file = {"type": "file", "ref": "f", "digest": sha256(content).hexdigest(), "size": len(content)}
    parts = [content[:6], content[6:]]
    return [
        file | changed,
        *(
            {"type": "piece", "file": "f", "position": place, "content": b64encode(part).decode()}
            for place, part in enumerate(parts)
        ),
    ]


def test_a_file_comes_in_before_the_mail_that_carried_it(any_place: Any) -> None:
    any_place.take(
        [*pieces(b"Hello world"), EMAIL | {"files": [{"name": "a", "type": "text/plain", "size": 11, "file": "f"}]}]
    )
    [file] = any_place.of("file")
    assert [line["content"] for line in any_place.of("piece")] == [b64encode(b"Hello world").decode()]
    assert any_place.of("email")[0]["files"][0]["file"] == file["ref"]


def test_a_content_that_the_store_has_is_not_kept_twice(any_place: Any) -> None:
    mail = EMAIL | {"files": [{"name": "a", "type": "text/plain", "size": 11, "file": "f"}]}
    any_place.take([*pieces(b"Hello world"), mail])
    any_place.take([*pieces(b"Hello world"), mail | {"ref": "e2", "dedupe_key": "d2"}])
    [file] = any_place.of("file")
    assert [line["files"][0]["file"] for line in any_place.of("email")] == [file["ref"]] * 2


HELLO = pieces(b"Hello world")
FILES = [
    (pieces(b"Hello world", digest="0" * 64), "line 1: digest: the content has another SHA-256"),
    (pieces(b"Hello world", digest="XY"), "line 1: digest: “XY” is no SHA-256"),
    (HELLO[:2], "line 1: size: its pieces make 6 bytes, not 11; the archive was cut or changed"),
    ([HELLO[0], HELLO[2], HELLO[1]], "line 2: position: a piece stands right after its file's line"),
    (HELLO[1:], "line 1: position: a piece stands right after its file's line"),
    ([HELLO[0], HELLO[1] | {"content": "?"}, HELLO[2]], "line 2: content: it is not base64"),
    (pieces(b"Hello world", size=2**40), "line 1: size: a whole number from 0 to 67108864 is needed"),
    ([*HELLO, HELLO[0] | {"ref": "g"}], "line 4: digest: another file of this file has"),
    ([EMAIL | {"files": [{"name": "a", "type": "x", "size": 1, "file": "g"}]}],
     "line 1: files[0].file: there is no file “g”"),
    ([EMAIL | {"activity": "a9"}], "line 1: activity: there is no activity “a9” in this file"),
    ([EMAIL | {"also_logged_by": ["u9"]}], "line 1: also_logged_by[0]: there is no user “u9” in this file"),
    ([EMAIL, EMAIL | {"ref": "e2"}], "line 2: dedupe_key: another email of this file has “d”"),
    ([EMAIL | {"state": "lost"}], "line 1: state: “lost” is none of logged, triage, noise, ignored"),
    ([{"type": "meeting", "ref": "m", "uid": "u"}], "line 1: activity: it is missing"),
    ([{"type": "digest", "ref": "d", "name": "x", "report": "overdue", "day": "monday", "time": "24:00",
       "timezone": "UTC", "channel": "C1"}], "line 1: time: “24:00” is no hour; 08:30 would be one"),
    ([{"type": "digest", "ref": "d", "name": "x", "report": "overdue", "day": "monday", "time": "08:00",
       "timezone": "UTC"}], "line 1: channel: a digest goes to a channel or to_email"),
    ([{"type": "mail_rule", "ref": "r", "kind": "planet", "value": "x"}], "line 1: kind: “planet” is none of sender"),
    ([{"type": "user", "ref": "u", "name": "Jo", "email": "j@x.example", "role": "rep"},
      {"type": "alias", "ref": "a", "user": "u", "word": "x"}], "line 2: word: a word means one lead, contact"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), FILES, ids=[said[:50] for _, said in FILES])
def test_a_mistake_in_mail_and_files_is_named(place: Any, lines: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(BadArchive) as refused:
        place.take(lines)
    assert said in str(refused.value).splitlines()[1]
    assert not any(line["type"] in {"email", "file", "digest", "alias"} for line in place.lines())


def test_an_archive_cut_anywhere_is_never_taken_for_a_whole_line(place: Any, tmp_path: Path) -> None:
    whole = json.dumps({"type": "company", "ref": "c", "name": "Acme"}).encode()
    file = tmp_path / "in.jsonl"
    for end in range(1, len(whole)):
        file.write_bytes(whole[:end])
        with pytest.raises(BadArchive, match="the file ends here, it may have been cut"):
            place.take(file, dry_run=True)


def test_an_archive_whose_end_is_missing_is_refused_wherever_it_was_cut(
    place: Any, open_place: Callable[[], Any], small: list[dict[str, Any]], tmp_path: Path
) -> None:
    place.take(small)
    whole = place.give(tmp_path / "whole.jsonl").splitlines(keepends=True)

    cut = tmp_path / "cut.jsonl"
    other = open_place()
    for end in range(1, len(whole)):
        cut.write_bytes(b"".join(whole[:end]))
        with pytest.raises(BadArchive, match="line 1: holds: the file ends too early, it was cut: "):
            other.take(cut, dry_run=True)


def test_what_is_missing_at_the_end_is_told_by_type(place: Any) -> None:
    workspace = {"type": "workspace", "name": "Ours", "timezone": "UTC", "currency": "USD"}
    holds = {"company": 3, "contact": 1, "note": 1_200}
    companies = [{"type": "company", "ref": f"c{n}", "name": f"C{n}"} for n in range(3)]
    with pytest.raises(BadArchive) as refused:
        place.take([workspace | {"holds": holds}, *companies])
    assert str(refused.value).splitlines()[1] == (
        "line 1: holds: the file ends too early, it was cut: 1 of 1 contact, 1,200 of 1,200 notes missing. "
        "To import what is there, take “holds” out of the line"
    )
    assert place.take([workspace, *companies]).counts["company"] == 3


def test_lines_taken_out_of_the_middle_and_added_by_hand_are_meant(place: Any) -> None:
    workspace = {"type": "workspace", "name": "Ours", "timezone": "UTC", "currency": "USD"}
    companies = [{"type": "company", "ref": f"c{n}", "name": f"C{n}"} for n in range(2)]
    note = {"type": "note", "ref": "n", "text": "Hello", "company": "c0"}
    place.take([workspace | {"holds": {"company": 3, "note": 1}}, *companies, note, note | {"ref": "n2"}])
    assert len(place.of("company")) == 2


@pytest.mark.parametrize("holds", [[], {"lead": -1}, {"lead": 1.5}, {"lead": "1"}, {"lead": True}])
def test_counts_that_are_none_are_refused(place: Any, holds: Any) -> None:
    workspace = {"type": "workspace", "name": "Ours", "timezone": "UTC", "currency": "USD", "holds": holds}
    with pytest.raises(BadArchive, match="line 1: holds: an object of whole numbers is needed"):
        place.take([workspace])
