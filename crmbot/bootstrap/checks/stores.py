"""The key and the store: there, at this version, with people in it, and nothing stuck."""

import os
import stat
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from crmbot.bootstrap import key_file
from crmbot.bootstrap.checks.finding import Finding, Subject
from crmbot.crm.standing import Stuck, count_admins, failed_mail, parked_messages
from crmbot.errors import Conflict
from crmbot.migrations import pending
from crmbot.store import EVERY_WORKSPACE

_SHORTEST_KEY = 16
_MAKE_KEY = "Set CRMBOT_SECRET_KEY to the same long random text on every machine: openssl rand -hex 32"


def check_key(subject: Subject) -> Finding:
    """Look for the key that signs links and hashes tokens; none is made here."""
    name, key, file = "secret key", subject.settings.secrets.secret_key, key_file(subject.settings).absolute()
    if 0 < len(key) < _SHORTEST_KEY:
        return Finding(name, "failed", f"CRMBOT_SECRET_KEY has only {len(key)} characters.", _MAKE_KEY)
    if key:
        return Finding(name, "ok", "From CRMBOT_SECRET_KEY.")
    if file.is_file():
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            return Finding(name, "failed", f"Others on this machine may read {file}.", f"chmod 600 {file}")
        todo = "" if subject.store.is_sqlite else f"Before a second machine joins: {_MAKE_KEY}"
        return Finding(name, "ok", f"From {file}.", todo)
    if not subject.store.is_sqlite:
        return Finding(name, "failed", "There is none, and machines that share a database must share it.", _MAKE_KEY)
    if not os.access(file.parent, os.W_OK):
        return Finding(name, "failed", f"There is none, and {file} can't be made.", _MAKE_KEY)
    return Finding(name, "ok", f"None yet; it is made at first need in {file}.")


def check_store(subject: Subject) -> Finding:
    """Reach the database, without making one."""
    name, url = "store", subject.store.engine.url
    shown = url.render_as_string(hide_password=True)
    if subject.store.is_sqlite and url.database and url.database != ":memory:":
        file = Path(url.database)
        if not file.is_file():
            return Finding(name, "failed", f"There is no store at {file}.", "Make one: crmbot init")
        if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
            todo = "Let crmbot's user write the file and its folder."
            return Finding(name, "failed", f"{file} can't be written.", todo)
    try:
        revision = subject.store.revision()
    except SQLAlchemyError as error:
        todo = "See that the database runs, and that store.url or CRMBOT_STORE_URL is right."
        return Finding(name, "failed", f"{shown} does not answer: {_first_line(error)}", todo)
    if revision is None:
        return Finding(name, "failed", f"{shown} has no tables.", "Make them: crmbot init")
    return Finding(name, "ok", f"{shown}.")


def check_migrations(subject: Subject) -> Finding:
    """Compare the store's tables with this version's."""
    name = "migrations"
    try:
        missing = pending(subject.store)
    except Conflict as newer:
        return Finding(name, "failed", str(newer), "Or restore a backup that this version made: crmbot restore FILE")
    if missing:
        return Finding(name, "failed", f"{len(missing)} missing: {', '.join(missing)}.", "Run them: crmbot db upgrade")
    return Finding(name, "ok", "The tables are this version's.")


def check_people(subject: Subject) -> Finding:
    """See that every workspace has somebody who may change its settings."""
    name = "workspace"
    with subject.store.reading(EVERY_WORKSPACE) as session:
        admins = count_admins(session)
    if not admins:
        return Finding(name, "failed", "The store has no workspace.", "Make one: crmbot init")
    without = [f"“{workspace}”" for workspace, count in admins if not count]
    if without:
        todo = "Add one: crmbot user add you@example.com --role admin"
        return Finding(name, "failed", f"No active admin in {', '.join(without)}.", todo)
    told = [f"“{workspace}” with {count} admin{'s' if count > 1 else ''}" for workspace, count in admins]
    return Finding(name, "ok", f"{', '.join(told)}.")


def check_outbox(subject: Subject) -> Finding:
    """Count the messages that nobody could deliver."""
    with subject.store.reading(EVERY_WORKSPACE) as session:
        stuck = parked_messages(session)
    todo = "Mend the cause; a digest is sent again by: crmbot digest send NAME --again"
    return _report("outbox", stuck, "parked", "No message is parked.", todo)


def check_taken_mail(subject: Subject) -> Finding:
    """Count the mails that nobody could read."""
    with subject.store.reading(EVERY_WORKSPACE) as session:
        stuck = failed_mail(session)
    todo = "They are kept raw, and later mail goes on; a newer crmbot may read them."
    return _report("mail taken in", stuck, "failed", "No mail failed to be read.", todo)


def _report(name: str, stuck: tuple[Stuck, ...], word: str, well: str, todo: str) -> Finding:
    if not stuck:
        return Finding(name, "ok", well)
    told = "; ".join(f"{one.count} {one.what}: {one.reason.rstrip('.')}" for one in stuck)
    return Finding(name, "failed", f"{sum(one.count for one in stuck)} {word}. {told}.", todo)


def _first_line(error: SQLAlchemyError) -> str:
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__
