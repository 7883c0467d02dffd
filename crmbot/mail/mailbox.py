"""One mailbox on an IMAP server: its new messages fetched in bounded batches, read-only; moved only when asked to."""

import contextlib
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from threading import Event
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from crmbot.config.settings import IntakeSettings
from crmbot.crm.mailboxes import Fetched
from crmbot.failpoints import reach
from crmbot.mail.moving import move_mail
from crmbot.mail.oauth import AccessTokens, TokenFailed
from crmbot.mail.origin import sender_of

TIMEOUT_S = 30.0
MOST_BYTES = 25 * 1024 * 1024
LONGEST_IDLE_S = 9 * 60.0

_SIZED_AT_ONCE = 500
_FETCHED_AT_ONCE = 50
_BATCH_BYTES = 4 * 1024 * 1024
_HEAD_BYTES = 1024 * 1024
"""Of a message over the limit this much is read: its headers, its text, the names of its first parts."""
_IDLE_SLICE_S = 25.0
"""How long a silent connection is trusted: shorter than what home routers and firewalls forget."""
_STOP_SLICE_S = 0.5


class MailboxFailed(Exception):
    """The mailbox can't be read now; the text says why.

    `refused`: trying again soon is of no use or does harm. The server did not take the password or token, shows a
    certificate that nobody vouches for, or offers no encryption.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Mailbox:
    """An open mailbox; use it as a context manager. Every step raises MailboxFailed when the server doesn't answer."""

    def __init__(
        self,
        settings: IntakeSettings,
        *,
        timeout: float = TIMEOUT_S,
        most_bytes: int = MOST_BYTES,
        tokens: AccessTokens | None = None,
    ) -> None:
        self._settings, self._most_bytes, self._timeout = settings, most_bytes, timeout
        self._tokens = tokens or AccessTokens(settings, timeout=min(timeout, 10.0))
        self._client = self._open()
        self.uid_validity = self._select()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out, or just hang up when the server doesn't answer any more."""
        with contextlib.suppress(IMAPClientError, OSError):
            self._client.shutdown()

    def look(self) -> None:
        """Ask the server for the mailbox as it is now; another UIDVALIDITY shows here."""
        self.uid_validity = self._select()

    def find_uids(self, first: int = 1) -> list[int]:
        """Return the UIDs from `first` on, ascending."""
        with self._translated("search"):
            found = self._client.search(["UID", f"{first}:*"])
        reach("intake.searched")
        # The server answers n:* with the last message even when that is below n.
        return sorted(uid for uid in found if uid >= first)

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]:
        """Fetch messages in batches that fit into memory; one that vanished meanwhile is left out."""
        for start in range(0, len(uids), _SIZED_AT_ONCE):
            sizes = self._sizes(uids[start : start + _SIZED_AT_ONCE])
            reach("intake.sized")
            for batch in _batches(sizes, self._most_bytes):
                yield self._fetch_batch(batch, sizes)

    def wait(self, seconds: float, stop: Event) -> None:
        """Wait for new mail, at most so long; return at once when told to stop or when the server has news."""
        deadline = time.monotonic() + min(seconds, LONGEST_IDLE_S)
        if not (self._settings.idle and self._client.has_capability("IDLE")):
            stop.wait(deadline - time.monotonic())
            return
        while not stop.is_set() and time.monotonic() < deadline:
            with self._translated("wait for mail"):
                news = self._idle(min(deadline, time.monotonic() + _IDLE_SLICE_S), stop)
            if news:
                return

    def _idle(self, until: float, stop: Event) -> bool:
        self._client.idle()
        try:
            while not stop.is_set() and (left := until - time.monotonic()) > 0:
                began = time.monotonic()
                slice_s = min(left, _STOP_SLICE_S)
                answers = self._client.idle_check(slice_s)
                if any(b"EXISTS" in answer for answer in answers if isinstance(answer, tuple)):
                    return True
                if not answers and time.monotonic() - began < slice_s / 2:
                    break  # a closed connection is readable and gives nothing: ending IDLE will say so
        finally:
            self._client.idle_done()
        return False

    def _open(self) -> IMAPClient:
        settings = self._settings
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        with self._translated("connect"):
            client = IMAPClient(
                settings.host,
                settings.port,
                ssl=settings.tls == "tls",
                ssl_context=context if settings.tls == "tls" else None,
                timeout=SocketTimeout(min(self._timeout, 10.0), self._timeout),
            )
        client.normalise_times = False
        try:
            with self._translated("log in"):
                if settings.tls == "starttls":
                    client.starttls(context)
                self._log_in(client)
        except MailboxFailed:
            with contextlib.suppress(IMAPClientError, OSError):
                client.shutdown()
            raise
        return client

    def _log_in(self, client: IMAPClient) -> None:
        user, auth = self._settings.user, self._settings.auth
        if auth == "password":
            client.login(user, self._settings.password)
            return
        try:
            token = self._tokens.fresh()
        except TokenFailed as failure:
            raise MailboxFailed(f"{user}: {failure}", refused=failure.refused) from failure
        try:
            if auth == "xoauth2":
                client.oauth2_login(user, token)
            else:
                client.oauthbearer_login(user, token)
        except LoginError:
            self._tokens.forget()
            raise

    def _select(self) -> int:
        try:
            with self._translated("open the folder"):
                answer = self._client.select_folder(self._settings.mailbox, readonly=True)
        except MailboxFailed:
            self.close()
            raise
        reach("intake.selected")
        return int(answer[b"UIDVALIDITY"])

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        with self._translated("ask for sizes"):
            answer = self._client.fetch(list(uids), ["RFC822.SIZE"])
        return {uid: int(answer[uid][b"RFC822.SIZE"]) for uid in uids if b"RFC822.SIZE" in answer.get(uid, {})}

    def _fetch_batch(self, uids: list[int], sizes: dict[int, int]) -> list[Fetched]:
        cut = sizes[uids[0]] > self._most_bytes
        part = f"BODY.PEEK[]<0.{_HEAD_BYTES}>" if cut else "BODY.PEEK[]"
        with self._translated("fetch"):
            answer = self._client.fetch(uids, [part, "INTERNALDATE"])
        reach("intake.fetched")
        key = b"BODY[]<0>" if cut else b"BODY[]"
        found = [(uid, answer[uid]) for uid in uids if key in answer.get(uid, {})]
        return [
            Fetched(uid, got[key] or b"", sizes[uid], _instant(got), sender_of(got[key] or b"")) for uid, got in found
        ]

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages to another folder, made when missing; where it broke off, the rest is moved the next time."""
        with self._translated(f"move mail to {folder}"):
            move_mail(self._client, uids, self._settings.mailbox, folder)
        self.uid_validity = self._select()

    @contextlib.contextmanager
    def _translated(self, step: str) -> Iterator[None]:
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            yield
        except LoginError as error:
            raise MailboxFailed(
                f"{where} refused the log-in of {self._settings.user}: {error}", refused=True
            ) from error
        except (CapabilityError, ssl.SSLCertVerificationError) as error:
            raise MailboxFailed(f"{where}: could not {step} safely ({error})", refused=True) from error
        except (IMAPClientError, OSError) as error:
            raise MailboxFailed(f"{where}: could not {step} ({error or type(error).__name__})") from error


def _batches(sizes: dict[int, int], most_bytes: int) -> Iterator[list[int]]:
    """Group UIDs, ascending, so that a batch stays small; a message over the limit stands alone."""
    batch: list[int] = []
    total = 0
    for uid in sorted(sizes):
        full = len(batch) == _FETCHED_AT_ONCE or total + sizes[uid] > _BATCH_BYTES
        if batch and (full or sizes[uid] > most_bytes):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += sizes[uid] if sizes[uid] <= most_bytes else _BATCH_BYTES
    if batch:
        yield batch


def _instant(got: dict[bytes, Any]) -> datetime:
    arrived = got[b"INTERNALDATE"]
    if not isinstance(arrived, datetime) or arrived.tzinfo is None:
        raise MailboxFailed("the server gives no date of arrival that can be read")
    return arrived
