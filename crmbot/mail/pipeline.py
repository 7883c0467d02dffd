"""Raw mail to committed activity: read, judge, log through the door; what fails is kept raw with its reason."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crmbot.crm import deliveries
from crmbot.crm.actors import Actor
from crmbot.crm.answers import MailAnswer
from crmbot.crm.emails.knowledge import is_outside
from crmbot.crm.emails.placing import COMMAND_ONLY, NEVER
from crmbot.crm.emails.senders import People, read_people
from crmbot.crm.policy import Policy
from crmbot.crm.requests import LogEmail, ShowEmail
from crmbot.domain.identity import domain_of
from crmbot.errors import Busy
from crmbot.failpoints import reach
from crmbot.mail.commands import Command, Obeyed, ask_of, command_of, obey
from crmbot.mail.judging import Door, judge_sender, requests_of
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Mail
from crmbot.service import CrmService

Reader = Callable[[bytes], Mail]
_PIPE = "pipe"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intent:
    """A mail that was read, and what it asks for: `requests` to log, and the `command` in its words."""

    mail: Mail
    actor: Actor
    requests: tuple[LogEmail, ...]
    command: Command | None
    delivery_id: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one raw mail.

    `state` is logged, triage, noise, duplicate or failed; `reason` a code or, when it failed, a sentence. `answers`
    are those of the door, several when several mails were forwarded in one; `obeyed` is what came of its command.
    """

    state: str
    reason: str
    message_id: str | None = None
    answers: tuple[MailAnswer, ...] = ()
    obeyed: Obeyed | None = None

    @property
    def answer(self) -> MailAnswer | None:
        """The first mail's answer."""
        return self.answers[0] if self.answers else None


def load_people(service: CrmService, workspace_id: str) -> People:
    """Read who works in the workspace, for a batch of mails."""
    with service.store.reading(workspace_id) as session:
        return read_people(session, workspace_id, service.policy, service.clock())


def take_in(
    service: CrmService,
    door: Door,
    raw: bytes,
    *,
    received_at: datetime | None = None,
    people: People | None = None,
    read: Reader = read_mail,
) -> Taken:
    """Log one raw mail, once however often it is given.

    Raises:
        CrmError: the store refused; nothing was done.
        Exception: what the reader raised; nothing was done.
    """
    people = people or load_people(service, door.workspace_id)
    return fulfil(service, intent_of(service, door, raw, received_at or service.clock(), people=people, read=read))


def intent_of(
    service: CrmService,
    door: Door,
    raw: bytes,
    received_at: datetime,
    *,
    people: People,
    delivery_id: str | None = None,
    read: Reader = read_mail,
) -> Intent:
    """Read a mail and say what it asks of the CRM; the store is not looked at. What the reader raises goes on."""
    policy = service.policy
    mail = read(raw)
    reach("mail.parsed")
    standing = judge_sender(mail, door, people, policy)
    requests = tuple(
        _without_words(request, people) for request in requests_of(mail, standing, people, policy, received_at)
    )
    command = command_of(mail, policy) if standing.actor.user_id and not requests[0].leave else None
    if command is not None:
        requests = (_told_later(requests[0], people, policy), *requests[1:])
    return Intent(mail, standing.actor, requests, command, delivery_id)


def fulfil(service: CrmService, intent: Intent) -> Taken:
    """Log a mail that was read, and do what its words ask for.

    Raises:
        CrmError: the store refused; nothing was done, but for what was done already and is not done again.
    """
    actor, requests, command = intent.actor, intent.requests, intent.command
    delivery_id, obeyed = intent.delivery_id, None
    if command is None:
        answers = tuple(_log(service, actor, request) for request in _with_delivery(requests, delivery_id))
    else:
        answers = tuple(_log(service, actor, request) for request in requests)
        reach("mail.command")
        asked = ask_of(service, actor, intent.mail, command, answers[0])
        obeyed = obey(service, actor, replace(asked, delivery_id=delivery_id), intent.mail)
        if obeyed.repeated and delivery_id:
            _log(service, actor, replace(requests[0], delivery_id=delivery_id))
        if obeyed.moved:
            answers = (_as_it_is(service, actor, answers[0]), *answers[1:])
    reach("mail.logged")
    first = answers[0]
    return Taken(state_of(first), first.email.reason, intent.mail.message_id, answers, obeyed)


def ingest(
    service: CrmService,
    workspace_id: str,
    raw: bytes,
    *,
    authserv_id: str | None = None,
    file: str | None = None,
    received_at: datetime | None = None,
    read: Reader = read_mail,
) -> dict[str, Any]:
    """Take in a mail that came by hand or an MTA's pipe, and return the line that `crmbot mail ingest` prints.

    A mail that can't be read is kept raw as a failed delivery, so that it can be tried again.
    """
    try:
        taken = take_in(service, Door(workspace_id, authserv_id), raw, received_at=received_at, read=read)
    except Busy:
        raise
    except Exception as error:
        _logger.exception("a mail could not be read")
        reason = reason_of(error)
        with service.store.writing(workspace_id) as session:
            deliveries.keep_failed(session, workspace_id, _PIPE, raw, reason, service.clock())
        taken = Taken("failed", reason)
    return {**({"file": file} if file is not None else {}), **as_line(taken)}


def as_line(taken: Taken) -> dict[str, Any]:
    """Return what became of a mail as JSON values."""
    answer = taken.answer
    references = [one.reference for one in answer.email.about] if answer else []
    line: dict[str, Any] = {
        "state": taken.state,
        "reason": taken.reason,
        "said": answer.said if answer else "It could not be read; it is kept and can be tried again.",
        "activity": answer.activity.reference if answer and answer.activity else None,
        "message_id": taken.message_id,
    }
    for name, letter in (("deal", "D"), ("contact", "C"), ("company", "O"), ("lead", "L")):
        line[name] = next((found for found in references if found.startswith(letter)), None)
    if taken.obeyed is not None:
        done = not taken.obeyed.refused
        line["command"] = {"line": taken.obeyed.line, "done": done, "said": taken.obeyed.said}
        if taken.reason == COMMAND_ONLY:
            line |= {"state": "command", "said": taken.obeyed.said}
    if len(taken.answers) > 1:
        line["also"] = [
            as_line(replace(taken, answers=(one,), state=state_of(one), obeyed=None)) for one in taken.answers[1:]
        ]
    return line


def _with_delivery(requests: tuple[LogEmail, ...], delivery_id: str | None) -> Iterable[LogEmail]:
    """The last request settles the delivery, so that a death before it brings all of them again."""
    return (*requests[:-1], replace(requests[-1], delivery_id=delivery_id)) if delivery_id else requests


def _told_later(request: LogEmail, people: People, policy: Policy) -> LogEmail:
    """Leave the receipt to the mail's command; a mail to nobody else is no correspondence at all."""
    outside = any(is_outside(one, people.by_email, policy) for one in request.participants)
    leave = None if outside or request.hold else f"{COMMAND_ONLY}: it only asked crmbot for something"
    return replace(request, told_later=True, leave=leave)


def _without_words(request: LogEmail, people: People) -> LogEmail:
    """Take everything out of a mail that must never be logged, before it comes to the door."""
    taking_part = (domain_of(one.email) for one in request.participants if one.email and people.never)
    domain = next((name for name in taking_part for own in people.never if f".{name}".endswith(f".{own}")), None)
    if domain is None:
        return request
    why = f"{NEVER}: mail with {domain} is never logged, so nothing of it was kept"
    return replace(
        request,
        message_id=None,
        references=(),
        participants=(),
        subject="(not kept)",
        text="",
        words="",
        forwarder="",
        attachments=(),
        deal_tag=None,
        deal_address=None,
        hold=None,
        leave=why,
    )


def _log(service: CrmService, actor: Actor, request: LogEmail) -> MailAnswer:
    answer = service.perform(actor, request)
    if not isinstance(answer, MailAnswer):
        raise TypeError(f"the door answered {type(answer).__name__}")
    return answer


def _as_it_is(service: CrmService, actor: Actor, answer: MailAnswer) -> MailAnswer:
    """Return what became of a mail that its own command may have put elsewhere."""
    now = service.perform(actor, ShowEmail(answer.email.id))
    return replace(now, repeated=answer.repeated) if isinstance(now, MailAnswer) else answer


def state_of(answer: MailAnswer) -> str:
    """Return what became of a mail, as its delivery notes it."""
    if answer.repeated:
        return "duplicate"
    return "noise" if answer.email.state == "ignored" else answer.email.state


def reason_of(error: Exception) -> str:
    """Return why a mail could not be taken in, as its delivery notes it."""
    return f"{type(error).__name__}: {error}"[:500]
