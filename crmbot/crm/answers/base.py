"""What every answer is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The base of all answers: `said` is one sentence that stands alone in plain text."""

    said: str

    def with_entry(self, entry_id: str) -> "Answer":
        """Return the same with the journal entry of what was done, where it is told."""
        del entry_id
        return self
