"""Raw mail to committed activity: read, judge, log through the door; what fails is kept raw with its reason."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crmbot.crm import deliveries
from crmbot.crm.actors import Actor
from crmbot.crm.answers import MailAnswer
from crmbot.crm.deliveries import TRIES, Share, Waiting
from crmbot.crm.emails.knowledge import is_outside
from crmbot.crm.emails.placing import COMMAND_ONLY, NEVER
from crmbot.crm.emails.senders import People, read_people
from crmbot.crm.policy import Policy
from crmbot.crm.requests import LogEmail
from crmbot.domain.identity import domain_of
from crmbot.errors import Busy, Conflict
from crmbot.failpoints import reach
from crmbot.mail.commands import ask_of, command_of, obey
from crmbot.mail.guarded.reader import TooCostly
from crmbot.mail.judging import Door, judge_sender, requests_of
from crmbot.mail.reading import read_mail
from crmbot.mail.values import Mail
from crmbot.service import CrmService

Reader = Callable[[bytes], Mail]
BATCH = 20
LEASE = timedelta(minutes=2)
"""How long a worker may take for a batch; each mail costs 3 seconds at the most."""
_PIPE = "pipe"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one raw mail.

    `state` is logged, triage, noise, duplicate or failed; `reason` a code or, when it failed, a sentence. `answers`
    are those of the door, several when several mails were forwarded in one.
    """

    state: str
    reason: str
    message_id: str | None = None
    answers: tuple[MailAnswer, ...] = ()

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
    delivery_id: str | None = None,
    people: People | None = None,
    read: Reader = read_mail,
) -> Taken:
    """Log one raw mail, once however often it is given.

    Raises:
        CrmError: the store refused; nothing was done.
        Exception: what the reader raised; nothing was done.
    """
    people = people or load_people(service, door.workspace_id)
    received_at = received_at or service.clock()
    mail = read(raw)
    reach("mail.parsed")
    standing = judge_sender(mail, door, people, service.policy)
    requests = tuple(
        _without_words(request, people) for request in requests_of(mail, standing, people, service.policy, received_at)
    )
    command = command_of(mail, service.policy) if standing.actor.user_id and not requests[0].leave else None
    if command is None:
        answers = tuple(_log(service, standing.actor, request) for request in _with_delivery(requests, delivery_id))
    else:
        requests = (_told_later(requests[0], people, service.policy), *requests[1:])
        answers = tuple(_log(service, standing.actor, request) for request in requests)
        reach("mail.command")
        asked = ask_of(service, standing.actor, mail, command, answers[0])
        if obey(service, standing.actor, replace(asked, delivery_id=delivery_id), mail).repeated and delivery_id:
            _log(service, standing.actor, replace(requests[0], delivery_id=delivery_id))
    reach("mail.logged")
    first = answers[0]
    return Taken(_state(first), first.email.reason, mail.message_id, answers)


def work_off(
    service: CrmService,
    doors: Mapping[str, Door],
    workspace_id: str,
    *,
    read: Reader = read_mail,
    lease: timedelta = LEASE,
    batch: int = BATCH,
    share: Share | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, int]:
    """Take a batch of stored deliveries in, each in a transaction of its own; return how many came to which state.

    `doors` are by the mailbox's name. An empty answer means that nothing waits, of `share` and `only` when given.
    """
    now = service.clock()
    with service.store.writing(workspace_id) as session:
        waiting = deliveries.claim(session, workspace_id, now, limit=batch, lease=lease, share=share, only=only)
    reach("mail.claimed")
    people = load_people(service, workspace_id) if waiting else None
    counts: dict[str, int] = {}
    for delivery in waiting:
        door = doors.get(delivery.mailbox, Door(workspace_id))
        state = _work_off_one(service, door, delivery, people=people, read=read)
        counts[state] = counts.get(state, 0) + 1
    return counts


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
        reason = _reason(error)
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
    if len(taken.answers) > 1:
        line["also"] = [as_line(replace(taken, answers=(one,), state=_state(one))) for one in taken.answers[1:]]
    return line


def _work_off_one(
    service: CrmService,
    door: Door,
    delivery: Waiting,
    *,
    people: People | None,
    read: Reader,
) -> str:
    try:
        taken = take_in(
            service,
            door,
            delivery.raw,
            received_at=delivery.received_at,
            delivery_id=delivery.id,
            people=people,
            read=read,
        )
    except Conflict:
        return "taken elsewhere"
    except Exception as error:
        if isinstance(error, Busy):
            raise
        _logger.exception("mail delivery %s could not be taken in", delivery.id)
        final = delivery.tries >= TRIES or isinstance(error, TooCostly)
        with service.store.writing(door.workspace_id) as session:
            deliveries.give_back(session, door.workspace_id, delivery.id, _reason(error), final=final)
        return "failed" if final else "again"
    return taken.state


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


def _state(answer: MailAnswer) -> str:
    if answer.repeated:
        return "duplicate"
    return "noise" if answer.email.state == "ignored" else answer.email.state


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
