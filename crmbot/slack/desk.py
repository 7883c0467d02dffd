"""The desk: every input of Slack becomes one request through the one door, and one reply."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from crmbot.crm.actors import Actor
from crmbot.crm.aliases import Picked
from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.requests import Request
from crmbot.errors import Ambiguous, Busy, CrmError, MissingFact, NotFound
from crmbot.language import Parsed
from crmbot.language.conversation import answer, context_of
from crmbot.language.retelling import retold
from crmbot.service import CrmService, Delivery
from crmbot.slack.asides import hold_back_charts
from crmbot.slack.blocks.limits import has_charts
from crmbot.slack.blocks.messages import answer_message
from crmbot.slack.blocks.refusals import broken_message, refusal_message
from crmbot.slack.drafts import finished, shortened
from crmbot.slack.incidents import record_incident
from crmbot.slack.message import Message
from crmbot.slack.people import People
from crmbot.slack.reader import Reader
from crmbot.slack.signature import key_of
from crmbot.slack.threads import Thread, understand_in_thread

_MOST_REMEMBERED = 10_000


class Incoming(NamedTuple):
    """What every input has: where it comes from, who sent it, its delivery key, and until when it must be answered.

    `user_team_id` is told by Slack where people of several organisations share a channel.
    """

    team_id: str
    user_id: str
    key: str
    deadline: float
    user_team_id: str | None = None


class Reply(NamedTuple):
    """What came of an input: a message, and the answer or error it shows."""

    message: Message
    answer: Answer | None = None
    error: Exception | None = None
    actor: Actor | None = None
    reader: Reader | None = None
    request: Request | None = None
    """What was refused, as far as it was understood."""
    aside: Message | None = None
    """What follows the message in one of its own: charts, where an ack might be refused because of them."""


@dataclass
class Answered:
    """Which commands this process surely answered, and when; a text not among them may repeat what nobody answered."""

    _keys: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def knew(self, fingerprint: str, arrived: float) -> bool:
        """Say whether the command had its answer when the same words came at that monotonic instant."""
        known = self._keys.get(fingerprint)
        return known is not None and known[1] <= arrived

    def add(self, fingerprint: str, key: str) -> bool:
        """Remember an answered command; False when it was known."""
        with self._lock:
            fresh = fingerprint not in self._keys
            self._keys[fingerprint] = key, time.monotonic()
            self._keys.move_to_end(fingerprint)
            if len(self._keys) > _MOST_REMEMBERED:
                self._keys.popitem(last=False)
            return fresh

    def forget(self, key: str) -> None:
        """Forget the command of that delivery: its answer did not get through."""
        with self._lock:
            for fingerprint in [one for one, (its_key, _) in self._keys.items() if its_key == key]:
                del self._keys[fingerprint]


@dataclass
class Desk:
    """Answers people in Slack, each input within `ack_seconds` of when it arrived."""

    service: CrmService
    people: People
    prefix: str = ""
    ack_seconds: float = 2.5
    answered: Answered = field(default_factory=Answered)

    def command(self, incoming: Incoming, noun: str, text: str, thread: Thread | None = None) -> Reply:
        """Do what a line of chat says; `noun` is the slash command without its slash, `thread` where it stands."""

        def act(actor: Actor, reader: Reader) -> Reply:
            meant = understand_in_thread(self.service, actor, text, noun, thread)
            parsed = meant.parsed
            if meant.question is not None:
                return self._refused(actor, reader, meant.question, parsed.request)
            fingerprint = key_of(incoming.team_id, incoming.user_id, noun, text)
            delivery = Delivery(
                incoming.key,
                fingerprint,
                refuse_repeat=not self.answered.knew(fingerprint, incoming.deadline - self.ack_seconds),
                deadline=incoming.deadline,
            )
            reply = self._perform(actor, reader, parsed, delivery)
            if time.monotonic() <= incoming.deadline:
                self.answered.add(fingerprint, incoming.key)
            return reply

        return self._guarded(incoming, act, in_thread=thread is not None)

    def press(
        self,
        incoming: Incoming,
        request: Request,
        *,
        shared: bool = False,
        picked: Picked | None = None,
        retells: bool = False,
    ) -> Reply:
        """Do what a button carries; `shared` is for a message that readers in many zones see.

        With `retells` the answer tells how the dates and sums were read that somebody typed.
        """

        def act(actor: Actor, reader: Reader) -> Reply:
            own = reader._replace(shared=shared)
            meant = finished(self.service, actor, request)
            delivery = Delivery(incoming.key, deadline=incoming.deadline) if meant.WRITES else None
            echoes = retold(meant, context_of(self.service, actor)) if retells else ()
            return self._perform(actor, own, Parsed(meant, echoes), delivery, picked)

        return self._guarded(incoming, act)

    def greet(self, incoming: Incoming) -> Reply:
        """Find out who asks, without doing anything: the actor and the reader, or why not."""
        return self._guarded(incoming, lambda actor, reader: Reply(Message(""), actor=actor, reader=reader))

    def _guarded(self, incoming: Incoming, act: Callable[[Actor, Reader], Reply], *, in_thread: bool = False) -> Reply:
        """Find out who asks and act; what goes wrong becomes a reply, and nothing has happened then."""
        reader: Reader | None = None
        actor: Actor | None = None
        try:
            workspace = self.people.workspace(incoming.team_id)
            actor = self.people.actor(workspace, incoming.team_id, incoming.user_id, incoming.user_team_id)
            reader = self._reader(actor, in_thread=in_thread)
            return act(actor, reader) if time.monotonic() < incoming.deadline else _too_late(reader)
        except CrmError as error:
            reader = reader or Reader.nobody(self.service.clock(), self.prefix)
            return Reply(refusal_message(error, reader), error=error, actor=actor, reader=reader)
        except Exception as error:  # noqa: BLE001 - the last stop: whoever asked gets an answer, the log the place
            return Reply(broken_message(record_incident(error, "answering")), error=error)

    def _perform(
        self,
        actor: Actor,
        reader: Reader,
        parsed: Parsed,
        delivery: Delivery | None,
        picked: Picked | None = None,
    ) -> Reply:
        request = parsed.request
        drawn: list[tuple[Answer, Message]] = []

        def draw(told: Answer) -> None:
            drawn.append((told, answer_message(told, reader, request, parsed.echoes)))

        try:
            done = answer(self.service, actor, parsed, delivery=delivery, picked=picked, meanwhile=draw)
        except CrmError as error:
            return self._refused(actor, reader, error, request)
        # What was drawn may be of a try that was not saved.
        if drawn and drawn[-1][0] is done.answer:
            message = drawn[-1][1]
        else:
            message = self._shown(done.answer, reader, request, done.echoes)
        if not has_charts(message) or self.service.vocabulary(actor.workspace_id).draws_charts:
            return Reply(message, done.answer, actor=actor, reader=reader)
        plain, charts = hold_back_charts(message)
        return Reply(plain, done.answer, actor=actor, reader=reader, aside=charts)

    def _refused(self, actor: Actor, reader: Reader, error: CrmError, request: Request) -> Reply:
        """Say why nothing was done; the buttons for the ways on carry the request, or the draft it was put into."""
        asks = isinstance(error, Ambiguous | NotFound | MissingFact)
        carried = shortened(self.service, actor, request) if asks else request
        message = refusal_message(error, reader, carried)
        return Reply(message, error=error, actor=actor, reader=reader, request=request)

    def _shown(self, told: Answer, reader: Reader, request: Request, echoes: tuple[str, ...]) -> Message:
        """Return the message of an answer; what cannot be rendered is said in one plain sentence."""
        try:
            return answer_message(told, reader, request, echoes)
        except Exception as error:  # noqa: BLE001 - the effect is committed: saying that it failed would be a lie
            done = told.said if isinstance(told, Outcome) else ""
            return broken_message(record_incident(error, f"rendering {type(told).__name__}"), done)

    def _reader(self, actor: Actor, *, in_thread: bool) -> Reader:
        words = self.service.vocabulary(actor.workspace_id)
        return Reader(
            actor.zone,
            self.service.clock(),
            stages=words.stages,
            lost_reasons=words.lost_reasons,
            prefix=self.prefix,
            user_id=actor.user_id,
            permissions=actor.permissions,
            writes_mail=self.service.policy.sends_mail,
            in_thread=in_thread,
        )


def _too_late(reader: Reader) -> Reply:
    error = Busy("That took too long, so nothing was done. Please try again.")
    return Reply(refusal_message(error, reader), error=error)
