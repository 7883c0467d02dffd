"""Text people type, turned into requests."""

from crmbot.language.context import Context, Parsed
from crmbot.language.help import help_for
from crmbot.language.parsing import parse

__all__ = ["Context", "Parsed", "help_for", "parse"]
