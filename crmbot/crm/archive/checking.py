"""The first pass over an archive: every line and field looked at, and nothing written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from crmbot.crm.archive.files import FILE, PIECE, FileCheck
from crmbot.crm.archive.forms import FORMS, NESTED, SET_UP
from crmbot.crm.archive.known import Known, columns_of, imported_before, taken
from crmbot.crm.archive.lines import Fingerprint, Lines, as_object
from crmbot.crm.archive.mistakes import Mistakes
from crmbot.crm.archive.numbers import NumberSet
from crmbot.crm.archive.particulars import PARTICULARS
from crmbot.crm.archive.values import Wrong, shown
from crmbot.domain.ids import is_id
from crmbot.domain.nouns import counted, with_article
from crmbot.errors import Conflict

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What the first pass learnt: how many of each type, the highest numbers given, the records' fingerprint."""

    counts: Mapping[str, int]
    highest: Mapping[str, int]
    fingerprint: str | None


def check(lines: Lines, session: Session, known: Known, progress: Callable[[int], None]) -> Checked:
    """Look at every line of an archive.

    Raises:
        BadArchive: there are mistakes; all of them are named.
        Conflict: these very records were imported before.
    """
    checker = _Checker(session, known)
    fingerprint = Fingerprint()
    for number, start, raw in lines.read():
        kind = checker.line(number, raw)
        if kind is not None:
            lines.note(FILE if kind == PIECE else kind, number, start, start + len(raw))
            if kind not in SET_UP:
                fingerprint.add(raw)
        if number % _AT_ONCE == 0:
            progress(start)
    progress(lines.size)
    key = None if fingerprint.empty else fingerprint.key()
    if key and imported_before(session, known.workspace_id, key):
        raise Conflict("Nothing was imported: exactly these records were imported before.")
    checker.finish()
    highest = {kind: numbers.highest for kind, numbers in checker.numbers.items()}
    return Checked(checker.counts, highest, key)


@dataclass
class _Checker:
    session: Session
    known: Known
    mistakes: Mistakes = field(default_factory=Mistakes)
    counts: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, NumberSet] = field(default_factory=lambda: defaultdict(NumberSet))

    def __post_init__(self) -> None:
        self.currency = self.known.currency
        # hashes instead of texts: a third of the memory, and two alike among millions are as good as impossible
        self.refs: dict[str, set[int]] = defaultdict(set)
        self.refs["stage"] = {hash(key) for key in self.known.stages}
        self.unique: dict[str, set[int]] = defaultdict(set)
        self.waiting: list[tuple[int, str, str, str]] = []
        self.asked: dict[tuple[str, str], dict[Any, int]] = defaultdict(dict)
        self.told: tuple[int, Mapping[str, int]] = (0, {})
        self.unreadable = 0
        self.files = FileCheck(self.mistakes)
        self.columns = {(kind, path): column for kind in self.known.filled for path, column in columns_of(kind).items()}

    def line(self, number: int, raw: bytes) -> str | None:
        """Check one line and return its type, none when it can't be told."""
        try:
            line = as_object(raw)
        except ValueError as error:
            self.mistakes.add(number, "", str(error))
            self.unreadable += 1
            return None
        if type(line) is not dict:
            self.mistakes.add(number, "", "it is not an object")
            return None
        kind = line.get("type")
        if type(kind) is not str or kind not in FORMS:
            self.mistakes.add(number, "type", f"{shown(kind)} is no type; there are {', '.join(FORMS)}")
            return None
        self._check(number, kind, line)
        return kind

    def _check(self, number: int, kind: str, line: Mapping[str, Any]) -> None:
        form = FORMS[kind]
        self.counts[kind] += 1
        if kind != PIECE:
            self.files.end()
        try:
            values = form.read(line)
        except Wrong as wrong:
            for path, said in wrong.problems:
                self.mistakes.add(number, path, said)
            self._own_ref(number, kind, line)
            if kind in {FILE, PIECE}:
                self.files.spoil()
            return
        self._own_ref(number, kind, values)
        self._check_number(number, kind, values)
        self._check_pointing(number, kind, values)
        more = PARTICULARS.get(kind)
        if more is not None:
            for path, said in more(self, number, values):
                self.mistakes.add(number, path, said)

    def _own_ref(self, number: int, kind: str, values: Mapping[str, Any]) -> None:
        ref = values.get("key" if kind == "stage" else "ref")
        if type(ref) is not str:
            return
        if kind == "stage":
            self.refs["stage"].add(hash(ref))
            self.once(number, "stage", "key", ref)
            return
        seen, mark = self.refs[kind], hash(ref)
        if mark in seen:
            self.mistakes.add(number, "ref", f"another {kind} of this file has the ref “{ref}”")
        seen.add(mark)
        if (kind, "ref") in self.columns and is_id(ref):
            self.ask(kind, "ref", ref, number)

    def _check_number(self, line: int, kind: str, values: Mapping[str, Any]) -> None:
        given = values.get("number")
        if given is None:
            return
        if not self.numbers[kind].add(given):
            self.mistakes.add(line, "number", f"another {kind} of this file has the number {given}")
        elif (kind, "number") in self.columns:
            self.ask(kind, "number", given, line)

    def _check_pointing(self, number: int, kind: str, values: Mapping[str, Any]) -> None:
        """Check what a line points to, its entries and lists too."""
        form = FORMS[kind]
        self._check_refs(number, form.refs, values, "")
        for name, target in form.lists.items():
            for place, ref in enumerate(values.get(name) or ()):
                self._check_ref(number, f"{name}[{place}]", target, ref)
        if kind in NESTED:
            name, refs = NESTED[kind]
            for place, entry in enumerate(values.get(name) or ()):
                self._check_refs(number, refs, entry, f"{name}[{place}].")

    def _check_refs(self, line: int, refs: Mapping[str, str], values: Mapping[str, Any], path: str) -> None:
        for name, target in refs.items():
            ref = values.get(name)
            if ref is not None:
                self._check_ref(line, path + name, target, ref)

    def _check_ref(self, line: int, path: str, target: str, ref: str) -> None:
        if hash(ref) not in self.refs[target]:
            self.waiting.append((line, path, target, ref))

    def once(self, line: int, kind: str, path: str, value: str) -> None:
        """Note a mistake when the file has a value twice."""
        seen, mark = self.unique[f"{kind}.{path}"], hash(value)
        if mark in seen:
            self.mistakes.add(line, path, f"another {kind} of this file has “{value}”")
        seen.add(mark)

    def ask(self, kind: str, path: str, value: Any, line: int) -> None:
        """Ask the store about a value, later and with many others at once."""
        waiting = self.asked[kind, path]
        waiting[value] = line
        if len(waiting) >= _AT_ONCE:
            self._answer(kind, path)

    def _answer(self, kind: str, path: str) -> None:
        waiting = self.asked.pop((kind, path))
        for value in taken(self.session, self.known.workspace_id, self.columns[kind, path], waiting):
            self.mistakes.add(waiting[value], path, f"the store has {with_article(kind)} with {value} already")

    def finish(self) -> None:
        """Look at what had to wait for the end of the file, and refuse it when there is any mistake."""
        self.files.end()
        for kind, path in list(self.asked):
            self._answer(kind, path)
        for line, path, target, ref in self.waiting:
            if hash(ref) not in self.refs[target]:
                self.mistakes.add(line, path, f"there is no {target} “{ref}” in this file")
        self._check_end()
        self.mistakes.refuse()

    def _check_end(self) -> None:
        """Note a mistake when lines are missing at the end and nowhere else: the file was cut between two of them.

        Whoever took out lines that others follow meant it.
        """
        line, told = self.told
        missing = {kind: told[kind] - self.counts[kind] for kind in FORMS if told.get(kind, 0) > self.counts[kind]}
        order = list(FORMS)
        after = order[order.index(next(iter(missing))) + 1 :] if missing else ()
        if not missing or self.unreadable or any(self.counts[kind] for kind in after if kind != PIECE):
            return
        words = ", ".join(f"{many:,} of {counted(told[kind], kind)}" for kind, many in missing.items())
        told_so = f"the file ends too early, it was cut: {words} missing"
        self.mistakes.add(line, "holds", f"{told_so}. To import what is there, take “holds” out of the line")
