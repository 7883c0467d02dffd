"""What Slack accepts as a message, wherever it comes from: a method, an ack, a response_url."""

from dataclasses import dataclass, field
from typing import Any

from crmbot.playground.validation.blocks import block_problems

TEXT_LIMIT = 40_000
TEXT_ADVISED = 4_000
ATTACHMENTS = 100
METADATA_BYTES = 16_000


@dataclass
class Verdict:
    """What is wrong with a message: the code it is refused with, the sentences, and what Slack lets pass."""

    error: str = ""
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def message_verdict(body: dict[str, Any], text_limit: int = TEXT_LIMIT) -> Verdict:
    """Judge the text, blocks, attachments and metadata of a message."""
    text, blocks, attachments = body.get("text"), body.get("blocks"), body.get("attachments")
    if text is not None and not isinstance(text, str):
        return Verdict("invalid_arguments", ["[ERROR] must be a string [json-pointer:/text]"])
    if blocks is not None and not isinstance(blocks, list):
        return Verdict("invalid_blocks_format", ["[ERROR] must be an array [json-pointer:/blocks]"])
    if not (text or blocks or attachments or body.get("markdown_text")):
        return Verdict("no_text", ["[ERROR] a message needs text or blocks"])
    if len(text or "") > text_limit:
        return Verdict("msg_too_long", [f"[ERROR] text has {len(text or '')} characters"])
    if body.get("markdown_text") and (text or blocks):
        return Verdict("markdown_text_conflict", ["[ERROR] markdown_text goes without text and blocks"])
    found = block_problems(blocks or [], "message")
    if found:
        return Verdict("invalid_blocks", found)
    return _attachments(attachments) or _metadata(body.get("metadata")) or Verdict(remarks=_remarks(text, blocks))


def _remarks(text: str | None, blocks: list[Any] | None) -> list[str]:
    remarks = []
    if blocks and not (text or "").strip():
        remarks.append("blocks without text: notifications and screen readers have nothing to say")
    if len(text or "") > TEXT_ADVISED:
        remarks.append(f"text has {len(text or '')} characters, {TEXT_ADVISED} are advised")
    return remarks


def _attachments(attachments: Any) -> Verdict | None:
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        return Verdict("invalid_attachments", ["[ERROR] must be an array of objects [json-pointer:/attachments]"])
    if len(attachments) > ATTACHMENTS:
        return Verdict("too_many_attachments", [f"[ERROR] more than {ATTACHMENTS} attachments"])
    for place, attachment in enumerate(attachments):
        found = block_problems(attachment.get("blocks") or [], "message", f"/attachments/{place}/blocks")
        if found:
            return Verdict("invalid_blocks", found)
    return None


def _metadata(metadata: Any) -> Verdict | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        return Verdict("invalid_metadata_format", ["[ERROR] must be an object [json-pointer:/metadata]"])
    unknown = set(metadata) - {"event_type", "event_payload", "entities"}
    complete = isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if unknown or not (complete or isinstance(metadata.get("entities"), list)):
        reason = "[ERROR] must hold event_type and event_payload only [json-pointer:/metadata]"
        return Verdict("invalid_metadata_schema", [reason])
    if len(str(metadata)) > METADATA_BYTES:
        return Verdict(
            "metadata_too_large", [f"[ERROR] more than {METADATA_BYTES} characters [json-pointer:/metadata]"]
        )
    return None
