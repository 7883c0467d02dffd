"""iCalendar text as a tree of components with their lines; what is broken is left out."""

import re
from dataclasses import dataclass, field

MAX_TEXT = 256 * 1024
_MAX_LINES = 5_000
_MAX_DEPTH = 5
_MAX_VALUE = 20_000
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;[^":;]*(?:"[^"]*"[^":;]*)*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=((?:"[^"]*"|[^";:])*)')
_ESCAPED = re.compile(r"\\([nN;,\\])")


@dataclass(frozen=True, slots=True)
class Line:
    """A property: upper-case name and parameter names, the value as written."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value of a TEXT property, unescaped."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value).strip()


@dataclass(slots=True)
class Component:
    """A block between BEGIN and END."""

    name: str
    lines: list[Line] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def find(self, name: str) -> Line | None:
        """Return the first line of that name."""
        return next((line for line in self.lines if line.name == name), None)

    def all(self, name: str) -> list[Line]:
        """Return every line of that name."""
        return [line for line in self.lines if line.name == name]

    def text(self, name: str) -> str:
        """Return the first line's text, "" when there is none."""
        line = self.find(name)
        return line.text if line else ""

    def descendants(self, name: str) -> list["Component"]:
        """Return the components of that name, at any depth."""
        return [one for child in self.inside for one in ([child] if child.name == name else child.descendants(name))]


def read_components(text: str) -> Component:
    """Return a root that holds everything; blocks that nobody closed end with the text."""
    root = Component("")
    open_blocks = [root]
    for written in _FOLD.sub("", text[:MAX_TEXT]).split("\n")[:_MAX_LINES]:
        line = _read_line(written.strip("\r"))
        if line is None:
            continue
        if line.name == "BEGIN":
            block = Component(line.value.strip().upper()[:40])
            if len(open_blocks) <= _MAX_DEPTH:
                open_blocks[-1].inside.append(block)
            open_blocks.append(block)
        elif line.name == "END":
            if len(open_blocks) > 1:
                open_blocks.pop()
        else:
            open_blocks[-1].lines.append(line)
    return root


def _read_line(written: str) -> Line | None:
    found = _LINE.fullmatch(written.lstrip("\ufeff \t")[:_MAX_VALUE])
    if found is None:
        return None
    parameters = {name.upper(): value.replace('"', "").strip() for name, value in _PARAMETER.findall(found[2])}
    return Line(found[1].upper(), parameters, found[3])
