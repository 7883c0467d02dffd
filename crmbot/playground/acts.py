"""What a person does on the playground's page, done through the stand-in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from crmbot.playground.composer import escape_typed
from crmbot.playground.records import Answer, Json, Message, View
from crmbot.playground.server import StandIn

Digests = Callable[[], Any]


@dataclass
class Acts:
    """Each act takes what the page sent and returns what it is to know, a `problem` when something failed."""

    standin: StandIn
    deliver_url: str | None
    on_digests: Digests | None
    typed: list[Json] = field(default_factory=list)
    settle: Callable[[], Any] | None = None
    """What is done after each act: the product sends what it has queued."""
    commands: Collection[str] = ()
    """The slash commands that there are; any when none is named."""

    def table(self) -> dict[str, Callable[[Json], Json]]:
        """Return the acts by the name the page calls them."""
        return {
            "say": self.say,
            "press": self.press,
            "submit": self.submit,
            "close": self.close,
            "shortcut": self.shortcut,
            "home": self.home,
            "suggest": self.suggest,
            "digests": self.digests,
        }

    def say(self, act: Json) -> Json:
        """Type a command or a message."""
        text, user, channel = str(act["text"]).strip(), str(act["user"]), str(act["channel"])
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            if self.commands and command not in self.commands:
                return {"problem": _no_command(command, self.commands)}
            words = escape_typed(self.standin, rest.strip())
            self._note(text, user, channel)
            answer = self.standin.command(self.deliver_url, command, words, user, channel=channel)
            return _outcome(answer, command)
        mention = f"@{self.standin.bot_name}"
        words = escape_typed(self.standin, text.replace(mention, "").strip())
        answer = self.standin.say(
            self.deliver_url, words, user, channel, thread=act.get("thread"), mention=mention in text
        )
        return _outcome(answer, "the message")

    def _note(self, text: str, user: str, channel: str) -> None:
        """Keep what was typed, so that an answer has its question above it; Slack keeps neither."""
        with self.standin.changed:
            ts = self.standin.new_ts()
            self.typed.append({"typed": True, "user": user, "channel": channel, "ts": ts, "text": text})

    def press(self, act: Json) -> Json:
        """Press a button or choose in a menu."""
        answer = self.standin.click(
            self.deliver_url,
            self._where(act),
            str(act["action"]),
            str(act["user"]),
            act.get("value"),
            block_id=act.get("block"),
        )
        return _outcome(answer, "the button")

    def _where(self, act: Json) -> Message | View:
        if act.get("view"):
            return self._view(act)
        message = self.standin.find_message(str(act["channel"]), str(act["ts"]))
        if message is None:
            raise LookupError("that message is gone")
        return message

    def _view(self, act: Json) -> View:
        for view in self.standin.views:
            if view.id == act["view"] and not view.closed:
                return view
        raise LookupError("that form is gone")

    def submit(self, act: Json) -> Json:
        """Send a form."""
        view = self._view(act)
        answer = self.standin.submit_view(self.deliver_url, view, act["values"], str(act["user"]))
        payload = answer.payload or {}
        errors = payload.get("errors") if payload.get("response_action") == "errors" else {}
        return {**_outcome(answer, "the form"), "errors": errors}

    def close(self, act: Json) -> Json:
        """Close a form."""
        self.standin.close_view(self.deliver_url, self._view(act))
        return {}

    def shortcut(self, act: Json) -> Json:
        """Choose a shortcut on a message."""
        message = self._where(act)
        if isinstance(message, View):
            raise TypeError("a shortcut needs a message")
        answer = self.standin.shortcut(self.deliver_url, str(act["callback"]), str(act["user"]), message)
        return _outcome(answer, "the shortcut")

    def home(self, act: Json) -> Json:
        """Open the Home tab."""
        return _outcome(self.standin.open_home(self.deliver_url, str(act["user"])), "the Home tab")

    def suggest(self, act: Json) -> Json:
        """Ask for the options of an external menu."""
        answer = self.standin.suggest(self.deliver_url, self._view(act), str(act["action"]), str(act["value"]))
        return dict(answer.payload or {})

    def digests(self, _act: Json) -> Json:
        """Post the digests now."""
        if self.on_digests is None:
            raise LookupError("no digests here")
        return {"result": self.on_digests()}


def _no_command(typed: str, commands: Collection[str]) -> str:
    """Return what Slack tells whoever types a command that no app has, with the nearest one."""
    near = get_close_matches(typed, commands, 1)
    return f"{typed} is no command here. " + (
        f"Did you mean {near[0]}?" if near else f"There are {', '.join(commands)}."
    )


def _outcome(answer: Answer, what: str) -> Json:
    """Tell what Slack would tell a person when an app did not answer well."""
    if answer.in_time:
        return {"milliseconds": round(answer.seconds * 1000)}
    if answer.status == 0:
        return {"problem": f"{what} got no answer"}
    if answer.status != 200:  # noqa: PLR2004 - the one status Slack takes
        return {"problem": f"{what} failed with status {answer.status}"}
    return {"problem": f"{what} was answered after {answer.seconds:.1f} s, Slack waits 3"}
