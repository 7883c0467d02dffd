"""The one door: every effect and every look at the data of every surface goes through here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import uniform
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from crmbot.crm.actors import Actor
from crmbot.crm.aliases import Picked, with_choice
from crmbot.crm.answers import Answer, Outcome, ReportAnswer
from crmbot.crm.attachments import PERMISSION as READ_FILES
from crmbot.crm.attachments import StoredFile
from crmbot.crm.delivery_keys import Delivery, find_done, take_key
from crmbot.crm.doorkeeper import Doorkeeper
from crmbot.crm.files import seen_file
from crmbot.crm.handlers import HANDLERS
from crmbot.crm.homes import refresh_homes
from crmbot.crm.lookup import find_user
from crmbot.crm.occasions import Digest as Subscribed
from crmbot.crm.occasions import digest_of
from crmbot.crm.owners import tell_owners
from crmbot.crm.policy import Policy
from crmbot.crm.requests import PreviewDigest, Request, ShowReport, refuse_unstorable
from crmbot.crm.requests.base import EVERYBODY
from crmbot.crm.subscriptions import find_subscription
from crmbot.crm.viewpoints import read_viewpoint
from crmbot.crm.vocabulary import WORDS_OF, Vocabulary, read_vocabulary
from crmbot.crm.work import Work
from crmbot.domain.clock import Clock
from crmbot.domain.ids import new_id
from crmbot.domain.permissions import refusal, sees_all
from crmbot.errors import Busy, Conflict, NotAllowed
from crmbot.failpoints import reach
from crmbot.reports.digests import DIGESTS
from crmbot.reports.digests.base import Digest
from crmbot.reports.registry import compute, find_report
from crmbot.reports.values import Report, ReportRequest, ReportSettings, Scope
from crmbot.store import Store, is_lost_race

_TRIES = 8
_NAP_SECONDS = 0.01
_VOCABULARY_SECONDS = 5.0
MAY_TAKE_LONG = frozenset(
    "company.merge contact.merge crm.undo rate.set settings.set stage.remove user.reassign".split()
)
"""Requests that may touch many rows, and so share a commit with nobody, who would wait for them."""

__all__ = ["CrmService", "Delivery", "compute_digest"]


class _Ended(Exception):
    """Ends a transaction without committing: a dry run, or an input that had its effect before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Effect:
    """What an effect came to, and whether it changed the words that the vocabulary is made of."""

    answer: Answer
    renamed: bool


class CrmService(Doorkeeper):
    """The CRM of all workspaces of one store."""

    def __init__(
        self, store: Store, clock: Clock, policy: Policy, report_settings: ReportSettings | None = None
    ) -> None:
        super().__init__(store, clock, policy)
        self.report_settings = report_settings or ReportSettings()
        self._vocabularies: dict[str, tuple[float, Vocabulary]] = {}

    def perform(
        self,
        actor: Actor,
        request: Request,
        *,
        delivery: Delivery | None = None,
        dry_run: bool = False,
        picked: Picked | None = None,
        meanwhile: Callable[[Answer], object] | None = None,
    ) -> Answer:
        """Do what is asked, in one transaction, and return what came of it.

        A writing request commits its rows, the journal entry, the outbox rows and the delivery key together or not at
        all. An input whose delivery key is known had its effect: its outcome is told again, `repeated`. `picked` is
        the choice that finished the request; from now on its word means that record for the actor. `meanwhile` may be
        called with an answer while its commit waits, in another thread (`Store.apply`): a surface makes ready there
        what it shows once this returns that very answer.

        Raises:
            CrmError: nothing was done, and the text says why.
        """
        if request.PERMISSION and request.PERMISSION not in actor.permissions:
            raise NotAllowed(refusal(actor.role, request.PERMISSION))
        refuse_unstorable(request)
        if not request.WRITES:
            with self.store.transaction(actor.workspace_id, write=False) as connection:
                return self._handle(self._look(connection, actor), request)
        write = partial(self._write, actor, request, delivery, dry_run=dry_run, picked=picked, meanwhile=meanwhile)
        return self._write_surely(write, actor, delivery)

    def _write_surely(self, write: Callable[[], Answer], actor: Actor, delivery: Delivery | None) -> Answer:
        """Try again what lost a race; where nobody knows whether it was saved, the delivery key tells."""
        for left in reversed(range(_TRIES)):
            try:
                return write()
            except _Ended as ended:
                return ended.answer
            except (StaleDataError, IntegrityError, Busy, DBAPIError) as error:
                done = delivery and _may_be_done(error) and self._done(actor, delivery, error)
                if done:
                    return done
                lost_race = isinstance(error, StaleDataError | IntegrityError) or is_lost_race(error.__cause__ or error)
                if not lost_race:
                    raise
                if not left:
                    raise Conflict("Somebody else changed this at the same moment. Look and try again.") from error
                # Those who lost to one another would otherwise meet again.
                sleep(uniform(0, _NAP_SECONDS * 2 ** (_TRIES - left - 1)))  # noqa: S311 - chance, no secret
        raise AssertionError("unreachable")

    def _write(
        self,
        actor: Actor,
        request: Request,
        delivery: Delivery | None,
        *,
        dry_run: bool,
        picked: Picked | None,
        meanwhile: Callable[[Answer], object] | None,
    ) -> Answer:
        def effect(connection: Connection) -> _Effect:
            now = self.clock()
            work = Work(connection, actor, now, self.policy, entry_id=new_id(now))
            if delivery and not dry_run:
                self._begin(work, delivery)
            reach("command.begun")
            answer = self._handle(work, request)
            if picked is not None:
                answer = with_choice(work, picked, answer)
            work.flush()
            reach("command.handled")
            if dry_run:
                raise _Ended(_as_dry_run(answer))
            return self._journal(work, request, answer, delivery)

        def show(done: _Effect) -> None:
            if meanwhile is not None:
                meanwhile(done.answer)

        alone = request.NAME in MAY_TAKE_LONG
        done = self.store.apply(actor.workspace_id, effect, alone=alone, meanwhile=meanwhile and show)
        reach("command.committed")
        if done.renamed:
            self._vocabularies.pop(actor.workspace_id, None)
        return done.answer

    @staticmethod
    def _journal(work: Work, request: Request, answer: Answer, delivery: Delivery | None) -> _Effect:
        wrote = work.recorder.write(work.connection, _entry_row(work, request, answer))
        if wrote:
            refresh_homes(work)
            tell_owners(work, answer)
        if delivery and delivery.deadline is not None and monotonic() > delivery.deadline:
            raise Busy("That took too long. Nothing was done; please try again.")
        reach("command.written")
        renamed = wrote and any(change["table"] in WORDS_OF for change in work.recorder.changes)
        if wrote:
            answer = answer.with_entry(work.entry_id)
        return _Effect(answer, renamed)

    @staticmethod
    def _begin(work: Work, delivery: Delivery) -> None:
        repeated = take_key(work.connection, work.workspace_id, delivery, work.entry_id, work.now)
        if repeated:
            raise _Ended(repeated)

    def _done(self, actor: Actor, delivery: Delivery, failed: Exception) -> Outcome | None:
        """Look whether an input had its effect; where that can't be seen either, an uncertain failure stays so."""
        try:
            with self.store.transaction(actor.workspace_id, write=False) as connection:
                return find_done(connection, actor.workspace_id, delivery)
        except Busy:
            if isinstance(failed, Busy):
                raise failed from None
            raise

    def _look(self, source: Connection | Session, actor: Actor) -> Work:
        return Work(source, actor, self.clock(), self.policy)

    def _handle(self, work: Work, request: Request) -> Answer:
        if isinstance(request, ShowReport):
            asked = ReportRequest(request.report, request.period, request.date_from, request.date_to, request.owner)
            report = self._report(work, asked)
            return ReportAnswer(f"{report.title} report.", name=report.name, report=report)
        if isinstance(request, PreviewDigest):
            return self._preview(work, request)
        return HANDLERS[type(request)](work, request)

    def _preview(self, work: Work, request: PreviewDigest) -> ReportAnswer:
        row = find_subscription(work.session, work.workspace_id, request.digest)
        digest = digest_of(row)
        if not sees_all(work.actor.role) and digest.owner_id != work.actor.user_id:
            raise NotAllowed(f"“{row.name}” shows more than your own records. Ask a manager for it.")
        values = compute_digest(work.session, digest, work.now, self.policy, self.report_settings)
        return ReportAnswer(f"“{row.name}” as it would be now; nothing was sent.", name=row.report, report=values)

    def attachment(self, actor: Actor, attachment_id: str) -> StoredFile:
        """Return a file that a mail carried.

        Raises:
            NotAllowed: without `crm.emails.view`, or its mail waits for somebody else.
            NotFound: there is none of that id, or it was too large to be kept.
        """
        if READ_FILES not in actor.permissions:
            raise NotAllowed(f"You may not see mail and what it carries ({READ_FILES}). An admin can change it.")
        with self.store.reading(actor.workspace_id) as session:
            return seen_file(session, actor, attachment_id)

    def report(self, actor: Actor, request: ReportRequest) -> Report:
        """Compute a report in one snapshot, for what the actor may see.

        Raises:
            NotAllowed: without `crm.reports.view`, or for another's records asked for by a rep.
            BadInput: a parameter is wrong; `field` names it.
        """
        if "crm.reports.view" not in actor.permissions:
            raise NotAllowed(refusal(actor.role, "crm.reports.view"))
        with self.store.reading(actor.workspace_id) as session:
            return self._report(self._look(session, actor), request)

    def _report(self, work: Work, request: ReportRequest) -> Report:
        everybody = request.owner == EVERYBODY
        if everybody and not sees_all(work.actor.role):
            raise NotAllowed("Reports about the whole team are for managers. Leave “team” out for your own records.")
        owner = find_user(work, request.owner) if request.owner and not everybody else None
        workspace = work.workspace
        scope = Scope(
            workspace_id=workspace.id,
            zone=ZoneInfo(workspace.timezone),
            currency=workspace.currency,
            viewer_id=work.actor.user_id,
            sees_all=sees_all(work.actor.role),
            owner_id=owner.id if owner else None,
            now=work.now,
            settings=self.report_settings,
        )
        find_report(request.name)
        return compute(work.session, request.name, scope, request.window(work.now, scope.zone))

    def vocabulary(self, workspace_id: str) -> Vocabulary:
        """Return the workspace's words, at most a few seconds old."""
        known = self._vocabularies.get(workspace_id)
        if known is not None and monotonic() - known[0] < _VOCABULARY_SECONDS:
            return known[1]
        with self.store.reading(workspace_id) as session:
            words = read_vocabulary(session, workspace_id, self.policy)
        self._vocabularies[workspace_id] = (monotonic(), words)
        return words


def compute_digest(
    session: Session, digest: Subscribed, as_of: datetime, policy: Policy, settings: ReportSettings
) -> Digest | Report:
    """Compute what a digest shows, through its owner's eyes; CrmError says why there can be none."""
    view = read_viewpoint(session, digest, policy)
    scope = Scope(
        workspace_id=digest.workspace_id,
        zone=view.zone,
        currency=view.currency,
        viewer_id=view.viewer_id,
        sees_all=view.sees_all,
        owner_id=view.owner_id,
        now=as_of,
        settings=settings,
    )
    make: Callable[..., Digest] | None = DIGESTS.get(digest.report)
    if make is not None:
        return make(session, scope)
    request = ReportRequest(digest.report)
    return compute(session, digest.report, scope, request.window(as_of, view.zone))


def _may_be_done(error: Exception) -> bool:
    """Say whether the effect may be there though this try failed: the same input came twice, or the answer was lost."""
    return isinstance(error, IntegrityError) or (isinstance(error, Busy) and error.uncertain)


def _entry_row(work: Work, request: Request, answer: Answer) -> dict[str, Any]:
    return {
        "workspace_id": work.workspace_id,
        "id": work.entry_id,
        "at": work.now,
        "actor_id": work.actor.user_id,
        "request": request.NAME,
        "summary": answer.said,
        "surface": work.actor.surface,
        "undoes_id": work.undoes_id,
        "undone_by_id": None,
    }


def _as_dry_run(answer: Answer) -> Answer:
    """Return what a dry run tells; a secret that was made and forgotten is none."""
    return replace(answer, dry_run=True, entry_id=None, secret=None) if isinstance(answer, Outcome) else answer
