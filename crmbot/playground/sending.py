"""What Slack sends: commands, clicks, forms, shortcuts and events, signed over HTTP or through a socket."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from crmbot.playground import payloads
from crmbot.playground.arguments import ApiError
from crmbot.playground.delivery import FORM, JSON, Courier
from crmbot.playground.elements import action_report, find_element, form_values
from crmbot.playground.records import Answer, Channel, Json, Message, User, View
from crmbot.playground.responses import answer_message, apply_view_answer, close_view, new_response_url
from crmbot.playground.validation import view_problems


class Sender(Courier):
    """A workspace whose people act: each act goes to `url`, or through the open socket when that is None."""

    def command(
        self,
        url: str | None,
        command: str,
        text: str = "",
        user: str = "",
        *,
        channel: str | None = None,
    ) -> Answer:
        """Type a slash command; what the ack holds is shown to the person, or to the channel."""
        person = self._person(user)
        place = self._place(channel, person)
        address = new_response_url(self, place.id, person.id)
        fields = payloads.command_fields(self, person, place, command=command, text=text, response_url=address)
        answer = self.deliver(url, "slash_commands", fields, urlencode(fields).encode(), FORM)
        self._show_ack(answer, command, place.id, person.id)
        return answer

    def click(
        self,
        url: str | None,
        where: Message | View,
        action: str,
        user: str = "",
        value: Any = None,
        *,
        block_id: str | None = None,
    ) -> Answer:
        """Press a button or choose an option, found by action id, value or label.

        `value` tells buttons with one action id apart; in a menu it is the option chosen (its value or
        words), in a picker the date, person or channel. `block_id` narrows the search to one block.
        """
        blocks = _pressable(where)
        if block_id:
            blocks = [block for block in blocks if block["block_id"] == block_id]
        placed = find_element(blocks, action, value if isinstance(value, str) else None)
        person = self._person(user or (where.user if isinstance(where, View) else where.ephemeral_to or ""))
        if isinstance(where, Message):
            place = payloads.place_of_message(self, where, self.channels[where.channel], placed.block_id)
            place["response_url"] = new_response_url(self, where.channel, person.id, where)
            view = None
        else:
            place, view = payloads.place_of_view(self, where), where.id
        actions = [action_report(placed, value, self.clock())]
        payload = payloads.interaction(
            self,
            "block_actions",
            person,
            trigger_id=self.new_trigger(person.id, view),
            **place,
            actions=actions,
        )
        return self._interact(url, payload)

    def submit_view(self, url: str | None, view: View, values: Json | None = None, user: str = "") -> Answer:
        """Fill in a form by block id and submit it; what the answer asks for happens to the view."""
        person = self._person(user or view.user)
        place = payloads.place_of_view(self, view, form_values(view, values or {}))
        place.pop("container")
        payload = payloads.interaction(
            self,
            "view_submission",
            person,
            trigger_id=self.new_trigger(person.id, view.id),
            response_urls=[],
            **place,
        )
        answer = self._interact(url, payload)
        if answer.in_time:
            self._judged("view_submission", lambda: apply_view_answer(self, view, answer.payload or {}))
        return answer

    def close_view(self, url: str | None, view: View) -> Answer | None:
        """Close a form; the app is told only when it asked to be."""
        close_view(self, view)
        if not view.body.get("notify_on_close"):
            return None
        place = payloads.place_of_view(self, view)
        place.pop("container")
        return self._interact(
            url,
            payloads.interaction(self, "view_closed", self._person(view.user), is_cleared=False, **place),
        )

    def shortcut(self, url: str | None, callback_id: str, user: str = "", message: Message | None = None) -> Answer:
        """Choose a shortcut, of a message when one is given."""
        person = self._person(user)
        more: Json = {"callback_id": callback_id, "trigger_id": self.new_trigger(person.id)}
        more["action_ts"] = f"{self.clock():.6f}"
        if message is None:
            return self._interact(url, payloads.interaction(self, "shortcut", person, **more))
        place = payloads.place_of_message(self, message, self.channels[message.channel])
        more.update(channel=place["channel"], message=place.get("message"), message_ts=message.ts)
        more["response_url"] = new_response_url(self, message.channel, person.id)
        return self._interact(url, payloads.interaction(self, "message_action", person, **more))

    def suggest(self, url: str | None, view: View, action: str, typed: str) -> Answer:
        """Type into an external select and return the options offered."""
        placed = find_element(view.body["blocks"], action)
        payload = payloads.interaction(
            self,
            "block_suggestion",
            self._person(view.user),
            action_id=placed.element.get("action_id", ""),
            block_id=placed.block_id,
            value=typed,
            **payloads.place_of_view(self, view),
        )
        answer = self._interact(url, payload)
        select = {"type": "static_select", **(answer.payload or {})}
        wrapped = {"type": "home", "blocks": [{"type": "actions", "elements": [select]}]}
        offered = (answer.payload or {}).get("options") != []
        self.refuse("block_suggestion", *(view_problems(wrapped, "home") if offered else []))
        return answer

    def event(
        self,
        url: str | None,
        event: Json,
        *,
        event_id: str | None = None,
        retry: tuple[int, str] | None = None,
        **envelope: Any,
    ) -> Answer:
        """Send an event; `retry` is number and reason of a redelivery, `envelope` overrides its fields."""
        payload = payloads.event_callback(self, event, event_id, **envelope)
        return self.deliver(url, "events_api", payload, json.dumps(payload).encode(), JSON, retry=retry)

    def say(
        self,
        url: str | None,
        text: str,
        user: str = "",
        channel: str | None = None,
        *,
        thread: str | None = None,
        mention: bool = False,
    ) -> Answer:
        """Write a message as a person; with `mention` the bot gets an app_mention, else a message event."""
        person = self._person(user)
        place = self._place(channel, person)
        words = f"<@{self.bot_user_id}> {text}" if mention else text
        message = self.keep(Message(place.id, self.new_ts(), person.id, words, thread_ts=thread))
        kind = "app_mention" if mention else "message"
        answer = self.event(url, payloads.said_message(self, message, place, kind))
        shared = payloads.shared_links(self, message)
        if shared:
            self.event(url, shared)
        return answer

    def open_home(self, url: str | None, user: str = "") -> Answer:
        """Open the app's Home tab."""
        person = self._person(user)
        channel = self.direct_channel(person.id)
        return self.event(url, {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": "home"})

    def _person(self, user: str) -> User:
        """Return who acts; by default the first person declared."""
        if user:
            return self.users[user]
        people = [person for person in self.users.values() if not person.is_bot]
        if not people:
            raise LookupError("nobody is there: add_user first")
        return people[0]

    def _place(self, channel: str | None, person: User) -> Channel:
        return self.channels[channel] if channel else self.direct_channel(person.id)

    def _interact(self, url: str | None, payload: Json) -> Answer:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.deliver(url, "interactive", payload, body, FORM)

    def _show_ack(self, answer: Answer, where: str, channel: str, user: str) -> None:
        """Show what a command's ack says, once it is one Slack would show."""
        if not answer.in_time or not answer.payload:
            return
        payload = answer.payload

        def show() -> None:
            answer.message = answer_message(self, channel, user, payload, f"ack {where}")

        self._judged(where, show)

    def _judged(self, where: str, act: Callable[[], None]) -> None:
        """Do what an answer asks for; what Slack would refuse has been recorded already."""
        try:
            act()
        except ApiError as error:
            self.remark(where, f"refused: {error.code}")


def _pressable(where: Message | View) -> list[Json]:
    """Return every block that can be pressed: a view's, or a message's with the previews below it."""
    if isinstance(where, View):
        return list(where.body["blocks"])
    return [*where.blocks, *(block for one in where.attachments for block in one.get("blocks", []))]
