"""The cards of reports: each told in the words of its own subject."""

from crmbot.slack.blocks.reports.card import report_message

__all__ = ["report_message"]
