"""What is wrong with an archive: every line and field, told in one refusal."""

from dataclasses import dataclass, field

from crmbot.errors import BadInput

_MOST_TOLD = 200


class BadArchive(BadInput):
    """A file with mistakes; nothing of it was imported, and the text names each line and field."""


@dataclass
class Mistakes:
    """Collects mistakes; keeps the first ones and counts the others."""

    found: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, path: str, text: str) -> None:
        """Note what is wrong with a field of a line; `path` is "" for the line itself."""
        self.count += 1
        if len(self.found) < _MOST_TOLD:
            self.found.append((line, f"line {line}: {path}: {text}" if path else f"line {line}: {text}"))

    def refuse(self) -> None:
        """Raise BadArchive when there is any mistake."""
        if not self.count:
            return
        told = [text for _, text in sorted(self.found, key=lambda one: one[0])]
        if self.count > len(told):
            told.append(f"and {self.count - len(told):,} more")
        many = f"{self.count:,} mistakes" if self.count > 1 else "1 mistake"
        raise BadArchive(f"Nothing was imported, the file has {many}:\n" + "\n".join(told))
