"""Fetching: what a mailbox has that the store lacks is stored raw, together with how far the mailbox was read."""

from collections.abc import Sequence

from crmbot.crm import mailboxes
from crmbot.crm.mailboxes import Cursor
from crmbot.failpoints import reach
from crmbot.mail.mailbox import Mailbox
from crmbot.service import CrmService


def fetch_new(service: CrmService, workspace_id: str, name: str, mailbox: Mailbox) -> int:
    """Store every message above the cursor and return how many; after a change of UIDVALIDITY all of them again.

    The same mail stored twice is logged once: it is known by its content.
    """
    with service.store.reading(workspace_id) as session:
        cursor = mailboxes.read_cursor(session, workspace_id, name)
    if cursor is None or cursor.uid_validity != mailbox.uid_validity:
        cursor = Cursor(mailbox.uid_validity, 1)
    return _store(service, workspace_id, name, mailbox, mailbox.find_uids(cursor.next_uid), cursor.next_uid)


def reconcile(service: CrmService, workspace_id: str, name: str, mailbox: Mailbox) -> int:
    """Store every message of the mailbox that was never stored, whatever its UID, and return how many.

    Heals what a server let appear below the cursor.
    """
    with service.store.reading(workspace_id) as session:
        cursor = mailboxes.read_cursor(session, workspace_id, name)
    if cursor is None or cursor.uid_validity != mailbox.uid_validity:
        return fetch_new(service, workspace_id, name, mailbox)
    uids = mailbox.find_uids()
    with service.store.reading(workspace_id) as session:
        missing = mailboxes.missing_uids(session, workspace_id, name, mailbox.uid_validity, uids)
    return _store(service, workspace_id, name, mailbox, missing, cursor.next_uid)


def tidy(service: CrmService, workspace_id: str, name: str, mailbox: Mailbox, folder: str) -> int:
    """Move what was taken in, and committed, to another folder; return how many.

    What is there decides, not what this process remembers: after a death the rest is moved.
    """
    uids = mailbox.find_uids()
    with service.store.reading(workspace_id) as session:
        settled = mailboxes.settled_uids(session, workspace_id, name, mailbox.uid_validity, uids)
    if settled:
        mailbox.move(settled, folder)
    return len(settled)


def _store(
    service: CrmService, workspace_id: str, name: str, mailbox: Mailbox, uids: Sequence[int], next_uid: int
) -> int:
    stored = 0
    for messages in mailbox.fetch(uids):
        next_uid = max([next_uid, *(message.uid + 1 for message in messages)])
        cursor = Cursor(mailbox.uid_validity, next_uid)
        with service.store.writing(workspace_id) as session:
            stored += mailboxes.store_fetched(session, workspace_id, name, cursor, messages, service.clock())
            reach("intake.before_commit")
        reach("intake.stored")
    return stored
