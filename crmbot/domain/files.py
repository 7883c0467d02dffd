"""A file that a mail carries, ready to be kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailFile:
    """`type` is what its bytes show; `digest` their SHA-256. Without `content` it was too large, and only listed."""

    name: str
    type: str
    size: int
    digest: str
    content: bytes | None
