"""Digests in Slack: the message of each, its rows with what can be done about them, and what a press does."""

from crmbot.slack.digests.messages import render
from crmbot.slack.digests.words import change

__all__ = ["change", "render"]
