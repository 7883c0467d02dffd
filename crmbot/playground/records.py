"""What the stand-in keeps: people, channels, messages, views, files, and every call it was sent."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class User:
    """A member of the workspace, a guest, or somebody of another workspace."""

    id: str
    name: str
    email: str = ""
    tz: str = "UTC"
    team_id: str = ""
    real_name: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_guest: bool = False
    deleted: bool = False
    is_email_confirmed: bool = True


@dataclass
class Channel:
    """A conversation; a direct message has the other member as its user."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = True
    is_shared: bool = False
    user: str = ""
    members: list[str] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        """Say whether this is the direct message of one person with the bot."""
        return bool(self.user)


@dataclass
class Message:
    """One message; `via` names what put it there, `ephemeral_to` the only person who sees it."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    ephemeral_to: str | None = None
    via: str = "user"
    edits: int = 0
    unfurled: int = 0
    deleted: bool = False
    reactions: list[tuple[str, str]] = field(default_factory=list)
    at: float = 0.0

    @property
    def body(self) -> Json:
        """Return text, blocks and attachments, as they were sent."""
        return {"text": self.text, "blocks": self.blocks, "attachments": self.attachments}


@dataclass
class View:
    """A modal or a Home tab as one person has it."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    closed: bool = False

    @property
    def is_home(self) -> bool:
        """Say whether this is a Home tab."""
        return bool(self.body["type"] == "home")


@dataclass
class File:
    """An upload: announced, then sent, then completed."""

    id: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)
    complete: bool = False


@dataclass
class Call:
    """One request to the Web API and what was answered, None while or when nothing was."""

    method: str
    args: Json
    headers: dict[str, str]
    at: float
    answer: Json | None = None
    fault: Any = None


@dataclass(frozen=True)
class Violation:
    """Something the product sent that Slack would refuse, or that it should never send."""

    where: str
    reason: str


@dataclass
class ResponseUrl:
    """Where the answer to one command or click may go, five times within thirty minutes."""

    token: str
    channel: str
    user: str
    at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Trigger:
    """Leave to open one modal within three seconds."""

    user: str
    at: float
    view: str | None = None
    used: bool = False


@dataclass
class Ack:
    """What came back over a socket for one envelope."""

    envelope_id: str
    payload: Json | None
    at: float
    seconds: float


@dataclass
class Sent:
    """One request as it left, kept so that the same bytes can be sent again."""

    url: str
    body: bytes
    headers: dict[str, str]
    payload: Json


@dataclass
class Answer:
    """What the product answered to a command, click, form or event, and how long it took."""

    status: int
    body: bytes
    seconds: float
    sent: Sent
    headers: dict[str, str] = field(default_factory=dict)
    payload: Json | None = None
    message: Message | None = None

    @property
    def in_time(self) -> bool:
        """Say whether it came within Slack's three seconds, with a 200."""
        return self.status == 200 and self.seconds <= 3.0  # noqa: PLR2004 - Slack's own figures

    @property
    def text(self) -> str:
        """Return the text of the answer, "" for none."""
        return str((self.payload or {}).get("text") or "")

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks of the answer."""
        return list((self.payload or {}).get("blocks") or [])
