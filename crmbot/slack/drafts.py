"""Requests too long for a button: kept in the store for the person who asked, the button carries the draft's id."""

from dataclasses import fields, replace
from typing import Any

from crmbot.crm.actors import Actor
from crmbot.crm.answers import DraftKept
from crmbot.crm.requests import FinishDraft, KeepDraft, OpenDraft, Request, decode, encode
from crmbot.errors import BadInput
from crmbot.packing import packed
from crmbot.service import CrmService
from crmbot.slack.blocks import limits

_ROOM = 400
"""What a finished request, the choice it is remembered by and its list may add to a draft of a request."""


def shortened(service: CrmService, actor: Actor, request: Request) -> Request:
    """Return a request that fits a button: the very one, or one that stands for the draft it was put into."""
    data = encode(request)
    if len(packed(data)) + _ROOM <= limits.BUTTON_VALUE:
        return request
    return FinishDraft(keep_draft(service, actor, data))


def keep_draft(service: CrmService, actor: Actor, data: dict[str, Any]) -> str:
    """Put something into a draft and return its id."""
    kept = service.perform(actor, KeepDraft(data))
    if not isinstance(kept, DraftKept):
        raise TypeError(type(kept).__name__)
    return kept.draft


def open_draft(service: CrmService, actor: Actor, draft: str) -> dict[str, Any]:
    """Return what a draft holds; NotFound when it is too old or another's."""
    kept = service.perform(actor, OpenDraft(draft))
    if not isinstance(kept, DraftKept):
        raise TypeError(type(kept).__name__)
    return kept.data


def with_fact(request: Request, field: str, value: str) -> Request | None:
    """Return the request with one more fact; None when it takes no such fact."""
    if isinstance(request, FinishDraft):
        return replace(request, field=field, value=value)
    if field not in {one.name for one in fields(request)}:
        return None
    more: dict[str, Any] = {field: value}
    return replace(request, **more)


def finished(service: CrmService, actor: Actor, request: Request) -> Request:
    """Return the request meant: the draft's, when it stands for one."""
    if not isinstance(request, FinishDraft):
        return request
    meant = decode(open_draft(service, actor, request.draft))
    if not request.field:
        return meant
    whole = with_fact(meant, request.field, request.value)
    if whole is None:
        raise BadInput("This button was made by another version of crmbot; type the command instead.")
    return whole
