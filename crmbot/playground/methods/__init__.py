"""The Web API methods a bot uses, one module a family."""

from crmbot.playground.methods import apps, chat, conversations, files, users, views
from crmbot.playground.methods.registry import METHODS, TAKES_NO_JSON, Method, call_method

FAMILIES = (apps, chat, conversations, files, users, views)
"""Importing a family enters its methods into the table."""

__all__ = ["FAMILIES", "METHODS", "TAKES_NO_JSON", "Method", "call_method"]
