"""Requests about the words that a person uses for records."""

from dataclasses import dataclass

from crmbot.crm.requests.base import Request


@dataclass(frozen=True)
class RememberAlias(Request, name="alias.remember"):
    """Let a word mean a record (D-17, an id, a name) whenever the actor says it."""

    word: str
    record: str


@dataclass(frozen=True)
class ForgetAlias(Request, name="alias.forget"):
    """Forget what the actor means by a word; “all” forgets every one."""

    word: str


@dataclass(frozen=True)
class ListAliases(Request, name="alias.list", writes=False):
    """List the actor's words."""
