"""What some types of line need besides right values: what is there once only, and what has to fit together."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from crmbot.crm.archive.files import FileCheck
from crmbot.crm.archive.forms import FORMS
from crmbot.crm.archive.known import Known

Line = Mapping[str, Any]
Wrongs = list[tuple[str, str]]
"""(path, text) of each mistake."""


class Checker(Protocol):
    """What is known of the file so far, and of the store."""

    known: Known
    currency: str
    counts: Counter[str]
    files: FileCheck
    told: tuple[int, Mapping[str, int]]
    """The line of the workspace, and how many lines of each type it tells of."""
    columns: dict[tuple[str, str], Any]

    def once(self, line: int, kind: str, path: str, value: str) -> None:
        """Note a mistake when the file has a value twice."""

    def ask(self, kind: str, path: str, value: Any, line: int) -> None:
        """Note a mistake when the store has a value."""


def _workspace(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that there is one workspace only."""
    checker.currency = values["currency"]
    checker.told = (line, values.get("holds") or {})
    return [("type", "a file has one workspace only")] if checker.counts["workspace"] > 1 else []


def _stage(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a stage which has deals stays what it is."""
    del line
    present = checker.known.stages.get(values["key"])
    if present is None or not present.used or present.kind == values["kind"]:
        return []
    return [("kind", f"the store's stage “{values['key']}” has deals and is {present.kind}")]


def _user(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that addresses and Slack accounts belong to one user."""
    checker.once(line, "user", "email", values["email"])
    slack_id = values.get("slack_user_id")
    if slack_id is None:
        return []
    checker.once(line, "user", "slack_user_id", slack_id)
    holder = checker.known.slack_users.get(slack_id, values["email"])
    return [] if holder == values["email"] else [("slack_user_id", f"{holder} has it in the store")]


def _rate(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a currency has one rate a day."""
    checker.once(line, "rate", "on", f"{values['currency']} {values['on']}")
    return []


def _contact(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that an address belongs to one contact."""
    for email in values.get("emails") or ():
        checker.once(line, "contact", "emails", email)
        if ("contact", "emails") in checker.columns:
            checker.ask("contact", "emails", email, line)
    return []


def _customer(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a company is one customer only, and the currency of its value."""
    if values.get("company"):
        checker.once(line, "customer", "company", values["company"])
    worths = [("", values), *((f"earlier[{n}].", one) for n, one in enumerate(values.get("earlier") or ()))]
    given = [(path, one.get("estimated_lifetime_value")) for path, one in worths]
    return [
        (f"{path}estimated_lifetime_value", f"it has to be in the workspace's currency, {checker.currency}")
        for path, value in given
        if value is not None and value.currency != checker.currency
    ]


def _deal(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that there is a history."""
    del checker, line
    return [] if values["history"] else [("history", "a deal has at least one entry")]


def _activity(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that it is due at an hour or on a day, not both."""
    del checker, line
    both = values.get("due_at") and values.get("due_on")
    return [("due_on", "an activity is due at an hour or on a day, not both")] if both else []


def _file(checker: Checker, line: int, values: Line) -> Wrongs:
    """Begin to compare a file with its pieces."""
    checker.once(line, "file", "digest", values["digest"])
    checker.files.begin(line, values)
    return []


def _piece(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a piece is the next one of its file."""
    checker.files.add(line, values)
    return []


def _email(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a mail is there once."""
    checker.once(line, "email", "dedupe_key", values["dedupe_key"])
    if ("email", "dedupe_key") in checker.columns:
        checker.ask("email", "dedupe_key", values["dedupe_key"], line)
    return []


def _meeting(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that an invitation is one meeting."""
    checker.once(line, "meeting", "uid", f"{values['uid']} {values.get('occurrence') or ''}".rstrip())
    if ("meeting", "uid") in checker.columns:
        checker.ask("meeting", "uid", values["uid"], line)
    return []


def _mail_rule(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a rule is there once."""
    checker.once(line, "mail_rule", "value", f"{values['kind']} {values['value']}")
    return []


def _digest(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a digest's name is its own, and that it goes somewhere."""
    checker.once(line, "digest", "name", values["name"])
    goes = values.get("channel") or values.get("to_email")
    return [] if goes else [("channel", "a digest goes to a channel or to_email")]


def _alias(checker: Checker, line: int, values: Line) -> Wrongs:
    """Check that a word means one record."""
    del checker, line
    meant = [kind for kind in FORMS["alias"].refs if kind != "user" and values.get(kind)]
    return [] if len(meant) == 1 else [("word", "a word means one lead, contact, company or deal")]


PARTICULARS: Mapping[str, Callable[[Checker, int, Line], Wrongs]] = {
    "workspace": _workspace,
    "stage": _stage,
    "user": _user,
    "rate": _rate,
    "contact": _contact,
    "customer": _customer,
    "deal": _deal,
    "activity": _activity,
    "file": _file,
    "piece": _piece,
    "email": _email,
    "meeting": _meeting,
    "mail_rule": _mail_rule,
    "digest": _digest,
    "alias": _alias,
}
"""What is looked at besides, by type."""
