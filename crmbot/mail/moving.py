"""Moving mail that was taken in to another folder: at one go, or by copying where the server can't."""

import re
from collections.abc import Sequence

from imapclient import IMAPClient

from crmbot.failpoints import reach

_AT_ONCE = 200
_MESSAGE_ID = re.compile(rb"<[^<>\s]{1,900}>")
_HEADER = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


def move_mail(client: IMAPClient, uids: Sequence[int], mailbox: str, folder: str) -> None:
    """Move messages of a mailbox, which is selected for writing meanwhile; the folder is made when missing."""
    if not client.folder_exists(folder):
        client.create_folder(folder)
    client.select_folder(mailbox)
    for start in range(0, len(uids), _AT_ONCE):
        some = list(uids[start : start + _AT_ONCE])
        reach("intake.moving")
        if client.has_capability("MOVE"):
            client.move(some, folder)
        else:
            _copy_and_remove(client, some, mailbox, folder)
        reach("intake.moved")


def _copy_and_remove(client: IMAPClient, uids: list[int], mailbox: str, folder: str) -> None:
    """Copy and remove, so that a death between the two copies nothing a second time."""
    rest = [uid for uid in uids if uid not in _copied(client, uids, mailbox, folder)]
    if rest:
        client.copy(rest, folder)
        reach("intake.copied")
    client.delete_messages(uids, silent=True)
    # Without UIDPLUS an expunge would take along what others marked: it is left to them.
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)


def _copied(client: IMAPClient, uids: list[int], mailbox: str, folder: str) -> set[int]:
    """Return which of the messages the folder has already, by their Message-ID."""
    ids = {uid: found for uid, found in _message_ids(client, uids).items() if found}
    client.select_folder(folder, readonly=True)
    there = {uid for uid, found in ids.items() if client.search(["HEADER", "Message-ID", found])}
    client.select_folder(mailbox)
    return there


def _message_ids(client: IMAPClient, uids: list[int]) -> dict[int, str | None]:
    answer = client.fetch(uids, [_HEADER])
    found = {}
    for uid in uids:
        values = [value for key, value in answer.get(uid, {}).items() if key.startswith(b"BODY[HEADER")]
        match = _MESSAGE_ID.search(values[0] or b"") if values else None
        found[uid] = match[0].decode("ascii", "replace") if match else None
    return found
