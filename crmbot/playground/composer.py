"""What Slack makes of typed words before an app gets them: mentions, channels, addresses, escaped brackets."""

import re

from crmbot.playground.state import Workspace

_WORD = re.compile(r"(?<![\w@#/])([@#])([\w.-]*\w)|(https?://[^\s<>|]+)")


def escape_typed(workspace: Workspace, text: str) -> str:
    """Return typed text as Slack sends it, with the people and channels it names as control tokens."""
    people = {user.name: user.id for user in workspace.users.values()}
    channels = {channel.name: channel.id for channel in workspace.channels.values() if not channel.is_direct}

    def token(match: re.Match[str]) -> str:
        sign, name, address = match.groups()
        if address:
            return f"<{address}>"
        known = people if sign == "@" else channels
        return f"<{sign}{known[name]}|{name}>" if name in known else match.group()

    return _WORD.sub(token, text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
