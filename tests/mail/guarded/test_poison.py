"""A mail that takes too long goes aside raw with its reason, at its first try, and the mail behind it is taken in."""

from mails import INTAKE, Raw
from posts import Post

from crmbot.crm import mailboxes
from crmbot.crm.mailboxes import Cursor, Fetched
from crmbot.mail.batches import work_off
from crmbot.mail.guarded.reader import GuardedReader
from crmbot.mail.pipeline import ingest
from crmbot.models import MailDelivery

POISON = b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n" + b"<blockquote>x" * 60_000
PLAIN = bytes(Raw(delivered_to=INTAKE))
WHY = "TooCostly: reading it takes more than 0.02 seconds of processor time"


def test_poisoned_mail_is_kept_aside_at_once_and_the_next_one_goes_on(any_post: Post) -> None:
    service, workspace_id = any_post.crm.service, any_post.crm.workspace_id
    messages = [Fetched(n, raw, len(raw), any_post.crm.clock()) for n, raw in enumerate((POISON, PLAIN), 1)]
    with any_post.crm.store.writing(workspace_id) as session:
        mailboxes.store_fetched(session, workspace_id, "box", Cursor(1, 3), messages, any_post.crm.clock())
    with GuardedReader(seconds=0.02) as read:
        assert work_off(service, {"box": any_post.door}, workspace_id, read=read) == {"failed": 1, "logged": 1}
    [row] = any_post.crm.rows(MailDelivery, MailDelivery.state == "failed")
    assert (row.raw, row.reason, row.tries) == (POISON, WHY, 1)


def test_poisoned_mail_through_the_pipe_is_kept_with_its_reason(post: Post) -> None:
    with GuardedReader(seconds=0.02) as read:
        line = ingest(post.crm.service, post.crm.workspace_id, POISON, read=read)
    assert (line["state"], line["reason"]) == ("failed", WHY)
    [row] = post.crm.rows(MailDelivery)
    assert (row.raw, row.reason) == (POISON, WHY)
