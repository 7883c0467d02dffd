"""Fetching a mail's file from chat: a link for whoever asks, or the file itself in a direct message."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.actors import Actor
from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.attachments import PERMISSION, StoredFile, read_file
from crmbot.crm.doorkeeper import Doorkeeper
from crmbot.crm.emails.waiting import refuse_unless_handed_in
from crmbot.crm.file_links import LinkedFile, has_public_address, link_to, read_link
from crmbot.crm.requests import FetchFile
from crmbot.crm.work import Work
from crmbot.errors import BadInput, NotAllowed, NotFound
from crmbot.models import Attachment, Email

NOTICE = "notice.file"
"""The kind of the message that brings a file; its payload has `file`, an attachment's id."""


@dataclass(frozen=True, slots=True)
class FileLink(Answer):
    """Where a file can be fetched by who asked, for some minutes."""

    name: str = ""
    size: int = 0
    url: str = ""
    minutes: int = 0


def fetch_file(work: Work, request: FetchFile) -> Outcome | FileLink:
    """Return a link to a file where browsers reach the web pages; else let the file come by direct message.

    Raises:
        NotFound: there is no such file, or it was too large to be kept.
        NotAllowed: its mail waits for somebody else.
        BadInput: nobody asks, or somebody whom Slack does not know.
    """
    row = work.session.execute(
        select(Attachment.name, Attachment.size, Attachment.blob_id).where(
            Attachment.workspace_id == work.workspace_id, Attachment.id == request.file
        )
    ).first()
    if row is None:
        raise NotFound("This file is not here any more.", field="file")
    _refuse_hidden(work.session, work.actor, request.file)
    name = row.name or "unnamed"
    if row.blob_id is None:
        raise NotFound(f"“{name}” was too large to be kept. It is still in the mailbox of who forwarded it.")
    actor = work.actor
    if actor.user_id is None:
        raise BadInput("A file is fetched by a person.", field="file")
    if has_public_address(work.policy):
        url, minutes = link_to(work.policy, LinkedFile(work.workspace_id, actor.user_id, request.file), work.now)
        return FileLink(f"{name} is ready for you.", name=name, size=row.size, url=url, minutes=minutes)
    if actor.slack_user_id is None:
        raise BadInput("A file comes by direct message in Slack, and no Slack account is linked to you.", field="file")
    work.send(NOTICE, actor.user_id, {"file": request.file})
    return Outcome(f"{name} comes to you in a direct message.")


def linked_file(doorkeeper: Doorkeeper, token: str) -> StoredFile:
    """Return the file that a signed link leads to, if whom the link was made for may still see it.

    Raises:
        NotFound: the link is no longer good, or the file is gone.
        NotAllowed: the person may not see mail any more, or has left.
    """
    link = read_link(doorkeeper.policy, token, doorkeeper.clock())
    actor = doorkeeper.actor_of_id(link.workspace_id, link.user_id, "web")
    if actor is None:
        raise NotAllowed("The person whom this link was made for has left the workspace.")
    if PERMISSION not in actor.permissions:
        raise NotAllowed("You may not see mail and what it carries any more. An admin can change that.")
    with doorkeeper.store.reading(link.workspace_id) as session:
        return seen_file(session, actor, link.file_id)


def seen_file(session: Session, actor: Actor, file_id: str) -> StoredFile:
    """Return a file with its content.

    Raises:
        NotFound: there is none of that id here, or it was too large to be kept.
        NotAllowed: its mail waits for somebody else.
    """
    _refuse_hidden(session, actor, file_id)
    return read_file(session, actor.workspace_id, file_id)


def _refuse_hidden(session: Session, actor: Actor, file_id: str) -> None:
    same = (Attachment.workspace_id == Email.workspace_id) & (Attachment.email_id == Email.id)
    here = (Attachment.workspace_id == actor.workspace_id) & (Attachment.id == file_id)
    email = session.scalar(select(Email).join(Attachment, same).where(here))
    if email is not None:
        refuse_unless_handed_in(actor, email)
