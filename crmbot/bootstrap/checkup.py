"""The check-up of an installation: a table of checks, run side by side, none of which may hang."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotDone
from dataclasses import dataclass
from functools import partial
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from crmbot.bootstrap.checks.digests import check_digests
from crmbot.bootstrap.checks.finding import Finding, Subject
from crmbot.bootstrap.checks.mail import check_mailbox, check_smtp
from crmbot.bootstrap.checks.slack import check_clock, check_events, check_slack
from crmbot.bootstrap.checks.stores import (
    check_key,
    check_migrations,
    check_outbox,
    check_people,
    check_store,
    check_taken_mail,
)
from crmbot.config import Settings
from crmbot.domain.clock import Clock, system_clock
from crmbot.errors import ConfigError, CrmError
from crmbot.store import open_store

_LONGEST = 30.0
"""How many seconds a check may take in all."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check by name; `needs` names an earlier one that must be ok."""

    name: str
    run: Callable[[Subject], Finding]
    needs: str = ""


def checks_of(settings: Settings) -> tuple[Check, ...]:
    """Return the checks that these settings ask for, in the order they are told."""
    return (
        Check("secret key", check_key),
        Check("store", check_store),
        Check("migrations", check_migrations, needs="store"),
        Check("workspace", check_people, needs="migrations"),
        Check("slack", check_slack),
        Check("slack events", check_events),
        *(Check(f"mailbox {intake.name}", partial(check_mailbox, intake=intake)) for intake in settings.mail_intake),
        Check("mail out", check_smtp),
        Check("digests", check_digests, needs="migrations"),
        Check("clock", check_clock),
        Check("outbox", check_outbox, needs="migrations"),
        Check("mail taken in", check_taken_mail, needs="migrations"),
    )


def check_up(
    load: Callable[[], Settings], clock: Clock = system_clock, *, longest: float = _LONGEST
) -> tuple[Finding, ...]:
    """Read the config, run every check and return what they found; what a mistake hides is skipped."""
    try:
        settings = load()
    except ConfigError as error:
        todo = "Correct it; config.example.toml has every key with its meaning."
        skipped = (
            Finding(check.name, "skipped", "It needs a config without mistakes.") for check in checks_of(Settings())
        )
        return (Finding("config", "failed", str(error), todo), *skipped)
    store = open_store(settings.store.url)
    try:
        subject = Subject(settings, store, clock, seconds=min(10.0, longest))
        return (_config(settings), *run_checks(checks_of(settings), subject, longest))
    finally:
        store.close()


def run_checks(checks: Iterable[Check], subject: Subject, longest: float) -> tuple[Finding, ...]:
    """Run checks, those that need nothing side by side; one without an answer in time has failed."""
    checks = tuple(checks)
    deadline = monotonic() + longest
    started = {check.name: _start(check, subject) for check in checks if not check.needs}
    found: dict[str, Finding] = {}
    for check in checks:
        if check.needs and found[check.needs].state != "ok":
            found[check.name] = Finding(check.name, "skipped", f"It needs the check “{check.needs}” to be ok.")
            continue
        future = started.get(check.name) or _start(check, subject)
        found[check.name] = _answer(check, future, max(0.0, deadline - monotonic()))
    return tuple(found.values())


def _config(settings: Settings) -> Finding:
    if settings.path is None:
        return Finding("config", "ok", "No config.toml here: defaults and environment.", "Make one: crmbot init")
    return Finding("config", "ok", f"{settings.path.absolute()}.")


def _start(check: Check, subject: Subject) -> Future[Finding]:
    """Run a check in a thread that does not keep the process from ending."""
    future: Future[Finding] = Future()

    def work() -> None:
        try:
            future.set_result(check.run(subject))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
            future.set_exception(error)

    threading.Thread(target=work, name=f"check {check.name}", daemon=True).start()
    return future


def _answer(check: Check, future: Future[Finding], seconds: float) -> Finding:
    try:
        return future.result(seconds)
    except NotDone:
        return Finding(check.name, "failed", "There was no answer in time.", "Try again; is the network slow?")
    except (CrmError, SQLAlchemyError) as error:
        return Finding(check.name, "failed", str(error).splitlines()[0], "Try again in a minute.")
