"""Requests about what people look at in chat: cards and the records they show, drafts, the Home tab."""

from dataclasses import dataclass, field
from typing import Any

from crmbot.crm.requests.base import Request


@dataclass(frozen=True)
class KeepCard(Request, name="card.keep", permission="crm.search.view"):
    """Remember which records a message shows, so that a line below it may leave them unnamed."""

    channel: str
    ts: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class FindCard(Request, name="card.find", permission="crm.search.view", writes=False):
    """Tell which records a message shows."""

    channel: str
    ts: str


@dataclass(frozen=True)
class FindNamed(Request, name="card.named", permission="crm.search.view", writes=False):
    """Tell which record a word means in a field of a request: deal, lead, contact, company, activity or target."""

    field: str
    word: str


@dataclass(frozen=True)
class UnfurlLinks(Request, name="card.unfurl", permission="crm.search.view"):
    """Show the records that the links of somebody's message lead to; `links` are (address, number or id)."""

    channel: str
    ts: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class KeepDraft(Request, name="draft.keep"):
    """Keep a request that is too long for a button; only the actor gets it back."""

    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenDraft(Request, name="draft.open", writes=False):
    """Tell what a draft holds."""

    draft: str


@dataclass(frozen=True)
class FinishDraft(Request, name="draft.finish"):
    """Do the request that a draft holds, with one more of its fields filled in; whoever shows the button opens it."""

    draft: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True)
class OpenHome(Request, name="home.open"):
    """Keep the actor's Home tab up to date from now on, beginning at once."""


@dataclass(frozen=True)
class ShowHome(Request, name="home.show", permission="crm.activities.view", writes=False):
    """Show the actor's day, pipeline and last effect."""


@dataclass(frozen=True)
class OpenWeb(Request, name="crm.web", writes=False):
    """Tell the actor a link that signs them in to the web pages."""


@dataclass(frozen=True)
class SignIn(Request, name="web.sign_in"):
    """Use such a link, once."""
