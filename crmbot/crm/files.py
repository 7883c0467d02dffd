"""Fetching a mail's file from chat: a link for whoever asks, or the file itself in a direct message."""

from dataclasses import dataclass

from sqlalchemy import select

from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.file_links import LinkedFile, has_public_address, link_to
from crmbot.crm.requests import FetchFile
from crmbot.crm.work import Work
from crmbot.errors import BadInput, NotFound
from crmbot.models import Attachment

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
        BadInput: nobody asks, or somebody whom Slack does not know.
    """
    row = work.session.execute(
        select(Attachment.name, Attachment.size, Attachment.blob_id).where(
            Attachment.workspace_id == work.workspace_id, Attachment.id == request.file
        )
    ).first()
    if row is None:
        raise NotFound("This file is not here any more.", field="file")
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
