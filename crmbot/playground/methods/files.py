"""files.*: the three steps of an upload."""

from typing import Any

from crmbot.playground.arguments import ApiError, structured, whole
from crmbot.playground.methods.chat import checked_body, new_message
from crmbot.playground.methods.conversations import channel_of
from crmbot.playground.methods.registry import method
from crmbot.playground.records import File, Json
from crmbot.playground.state import Workspace


@method("files.getUploadURLExternal", "filename length", "alt_txt snippet_type", scope="files:write")
def announce_file(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Announce a file and return where to send it."""
    length = whole(args, "length", 0)
    if length <= 0:
        raise ApiError("invalid_arguments")
    file = File(workspace.new_id("F"), str(args["filename"]), length, str(args.get("alt_txt") or ""))
    workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{workspace.base_url}/upload/{file.id}"}


@method(
    "files.completeUploadExternal",
    "files",
    "channel_id channels initial_comment thread_ts blocks",
    scope="files:write",
)
def complete_file(workspace: Workspace, args: Json, _team: Json) -> Json:
    """Finish uploads and share them with a channel when one is given."""
    listed: Any = structured(args, "files")
    if not isinstance(listed, list) or not listed:
        raise ApiError("invalid_arguments")
    files = [_finished(workspace, item) for item in listed]
    names = [name for name in str(args.get("channels") or args.get("channel_id") or "").split(",") if name]
    for name in names:
        channel = channel_of(workspace, name)
        if not channel.is_member:
            raise ApiError("not_in_channel")
        comment = {"text": args.get("initial_comment") or files[0].title, "blocks": args.get("blocks")}
        body = checked_body(workspace, "files.completeUploadExternal", comment)
        message = new_message(workspace, channel.id, body, "files.completeUploadExternal")
        message.files = [file.id for file in files]
        message.thread_ts = args.get("thread_ts")
        for file in files:
            file.channels.append(channel.id)
        workspace.keep(message)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _finished(workspace: Workspace, item: Json) -> File:
    file = workspace.files.get(str(item.get("id")))
    if file is None or file.content is None:
        raise ApiError("file_not_found")
    if len(file.content) != file.length:
        workspace.refuse("files.completeUploadExternal", f"{file.name}: announced {file.length} bytes")
        raise ApiError("invalid_arguments")
    file.title = str(item.get("title") or file.name)
    file.complete = True
    return file
