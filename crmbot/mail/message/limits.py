"""What one mail may cost, and the list of what had to be left out."""

from dataclasses import dataclass, field

MAX_MAIL = 64 * 1024 * 1024
MAX_PARTS = 500
MAX_DEPTH = 20
MAX_HEADERS = 256 * 1024
MAX_TEXT_BYTES = 1024 * 1024
MAX_TEXT = 200_000
"""Characters of one text that is kept."""
MAX_LINE = 2_000
"""Characters of one header value that is kept: a subject, a name."""
MAX_ADDRESSES = 500
_MAX_FAILURES = 50


@dataclass(slots=True)
class Budget:
    """What is left of a mail's allowance, and what could not be read: pairs of part and reason."""

    parts: int = MAX_PARTS
    text_bytes: int = 4 * MAX_TEXT_BYTES
    boundary_lines: int = 20_000
    attached: int = 20
    failed: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, part: str, reason: str) -> None:
        """Note once that a part, or some of it, could not be read."""
        if (part, reason) not in self.failed and len(self.failed) < _MAX_FAILURES:
            self.failed.append((part, reason))
