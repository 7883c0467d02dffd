"""What Slack refuses: blocks, views and messages against the SDK's models and the documented limits."""

from crmbot.playground.validation.blocks import block_problems
from crmbot.playground.validation.messages import Verdict, message_verdict
from crmbot.playground.validation.views import view_problems

__all__ = ["Verdict", "block_problems", "message_verdict", "view_problems"]
