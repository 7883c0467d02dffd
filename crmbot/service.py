"""The one door: every effect and every look at the data of every surface goes through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from crmbot.crm.actors import Actor, find_actor, system_actor
from crmbot.crm.answers import Answer, MailAnswer, Outcome
from crmbot.crm.handlers import HANDLERS
from crmbot.crm.policy import Policy
from crmbot.crm.requests import Request
from crmbot.crm.work import Work
from crmbot.domain.clock import Clock
from crmbot.domain.ids import new_id
from crmbot.errors import Conflict, NotAllowed, NotFound, Unauthenticated
from crmbot.models import DeliveryKey, JournalEntry, User, Workspace
from crmbot.store import EVERY_WORKSPACE, Store, is_lost_race

_TRIES = 5
_REPEAT_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an input came, so that the same input has one effect.

    `key` is unique to the input (timestamp and signature, event id). `fingerprint` is a hash of the person and the
    text; with `refuse_repeat` the same fingerprint within a minute counts as the same input.
    """

    key: str
    fingerprint: str | None = None
    refuse_repeat: bool = False


class _DryRun(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class CrmService:
    """The CRM of all workspaces of one store."""

    def __init__(self, store: Store, clock: Clock, policy: Policy) -> None:
        self.store = store
        self.clock = clock
        self.policy = policy

    def perform(
        self, actor: Actor, request: Request, *, delivery: Delivery | None = None, dry_run: bool = False
    ) -> Answer:
        """Do what is asked, in one transaction, and return what came of it.

        A writing request commits its rows, the journal entry, the outbox rows and the delivery key together or not at
        all. An input whose delivery key is known had its effect: its outcome is told again, `repeated`.

        Raises:
            CrmError: nothing was done, and the text says why.
        """
        if request.PERMISSION and request.PERMISSION not in actor.permissions:
            raise NotAllowed(
                f"Your role “{actor.role}” may not do that ({request.PERMISSION}). An admin can change it."
            )
        if not request.WRITES:
            with self.store.reading(actor.workspace_id) as session:
                return self._handle(session, actor, request)[0]
        for attempt in range(_TRIES):
            try:
                return self._write(actor, request, delivery, dry_run=dry_run)
            except _DryRun as done:
                return done.answer
            except (StaleDataError, IntegrityError) as error:
                if attempt == _TRIES - 1:
                    raise Conflict(
                        "Somebody else changed this at the same moment. Please look and try again."
                    ) from error
            except Exception as error:
                if attempt == _TRIES - 1 or not is_lost_race(error.__cause__ or error):
                    raise
        raise AssertionError("unreachable")

    def _write(self, actor: Actor, request: Request, delivery: Delivery | None, *, dry_run: bool) -> Answer:
        with self.store.writing(actor.workspace_id) as session:
            known = delivery and self._known(session, actor, delivery)
            if known:
                return known
            answer, work = self._handle(session, actor, request)
            session.flush()
            if dry_run:
                raise _DryRun(_as_dry_run(answer))
            entry = JournalEntry(
                workspace_id=actor.workspace_id,
                id=work.entry_id,
                at=work.now,
                actor_id=actor.user_id,
                request=request.NAME,
                summary=answer.said,
                surface=actor.surface,
                undoes_id=work.undoes_id,
            )
            wrote = work.recorder.write(session, entry)
            if delivery:
                session.add(_key_row(actor, delivery, work))
            session.flush()
            return (
                replace(answer, entry_id=work.entry_id)
                if wrote and isinstance(answer, Outcome | MailAnswer)
                else answer
            )

    def _handle(self, session: Session, actor: Actor, request: Request) -> tuple[Answer, Work]:
        now = self.clock()
        work = Work(session, actor, now, self.policy, entry_id=new_id(now))
        return HANDLERS[type(request)](work, request), work

    def _known(self, session: Session, actor: Actor, delivery: Delivery) -> Outcome | None:
        same = DeliveryKey.key == delivery.key
        if delivery.refuse_repeat:
            same |= (DeliveryKey.fingerprint == delivery.fingerprint) & (DeliveryKey.at > self.clock() - _REPEAT_WITHIN)
        row = session.execute(
            select(DeliveryKey.entry_id, JournalEntry.summary)
            .outerjoin(
                JournalEntry,
                (JournalEntry.workspace_id == DeliveryKey.workspace_id) & (JournalEntry.id == DeliveryKey.entry_id),
            )
            .where(DeliveryKey.workspace_id == actor.workspace_id, same)
            .limit(1)
        ).first()
        if row is None:
            return None
        said = f"Already done: {row.summary}" if row.summary else "Already done."
        return Outcome(said, entry_id=row.entry_id if row.summary else None, repeated=True)

    # Who is asking

    def actor_of_user(self, workspace_id: str, email: str, surface: str) -> Actor:
        """Return the user with that e-mail address as an actor; Unauthenticated when there is none."""
        with self.store.reading(workspace_id) as session:
            actor = find_actor(session, workspace_id, surface, self.policy, User.email == email.strip().lower())
        if actor is None:
            raise Unauthenticated(
                f"No active user has the address {email}. An admin adds people: crmbot user add {email}"
            )
        return actor

    def actor_of_slack(self, workspace_id: str, slack_user_id: str) -> Actor | None:
        """Return the user behind a Slack account, or None when nobody is linked to it."""
        with self.store.reading(workspace_id) as session:
            return find_actor(session, workspace_id, "slack", self.policy, User.slack_user_id == slack_user_id)

    def system(self, workspace_id: str, surface: str = "system") -> Actor:
        """Return the workspace itself as an actor: digests, mail intake, the operator's command line."""
        with self.store.reading(workspace_id) as session:
            return system_actor(self._workspace(session, workspace_id), surface, self.policy)

    def workspaces(self) -> tuple[Workspace, ...]:
        """Return all workspaces of the store."""
        with self.store.reading(EVERY_WORKSPACE) as session:
            return tuple(session.scalars(select(Workspace).order_by(Workspace.created_at)))

    def workspace(self, workspace_id: str) -> Workspace:
        """Return one workspace."""
        with self.store.reading(workspace_id) as session:
            return self._workspace(session, workspace_id)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Session]:
        """Open one snapshot of the actor's workspace for the report engine."""
        with self.store.reading(actor.workspace_id) as session:
            yield session

    @staticmethod
    def _workspace(session: Session, workspace_id: str) -> Workspace:
        found = session.scalar(select(Workspace).where(Workspace.id == workspace_id))
        if found is None:
            raise NotFound("This workspace does not exist in the store.")
        return found


def _key_row(actor: Actor, delivery: Delivery, work: Work) -> DeliveryKey:
    return DeliveryKey(
        workspace_id=actor.workspace_id,
        key=delivery.key,
        fingerprint=delivery.fingerprint,
        at=work.now,
        entry_id=work.entry_id,
    )


def _as_dry_run(answer: Answer) -> Answer:
    return replace(answer, dry_run=True, entry_id=None) if isinstance(answer, Outcome) else answer
