"""What can be said of activities: what happened, and what is to be done."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmbot.crm.requests import (
    AddNote,
    AssignActivity,
    CompleteActivity,
    CreateTask,
    ListActivities,
    LogActivity,
    Request,
    ShowActivity,
    SnoozeActivity,
)
from crmbot.language.choices import fixed
from crmbot.language.grammar.facts import (
    CLOSE,
    DUE_FACT,
    LENGTH,
    MY,
    NEW_OWNER,
    OWNER,
    PAGE,
    PEOPLE,
    PROBABILITY,
    STAGE_FACT,
    TEAM,
    VALUE,
)
from crmbot.language.readings import DUE, DURATION, EMAIL, HAPPENED, LATER, REFERENCE, TEXT
from crmbot.language.recurring import TASK_AGAIN, TO_COME, about_itself
from crmbot.language.verbs import Fact, Noun, Verb


def _keyed_only(fact: Fact) -> Fact:
    """Return a deal's fact as a log takes it: with its key, since plain words tell what was said there."""
    return Fact(fact.field, keyed=fact.asked, keys=fact.keys, echo=fact.echo)


_ABOUT = Fact("text", keyed=TEXT, keys=("text", "notes"), intros=("about",), greedy=True)
_TARGET_KEYS = ("re", "about", "deal", "contact", "lead", "company")
_TARGET = Fact("target", keyed=TEXT, keys=_TARGET_KEYS)
_YES = fixed("yes or no", ("yes", True), ("no", False), ("true", True), ("false", False))
_LOG = (
    Fact("next_due", DUE, keys=("due",), echo="next due {}", after="next_text"),
    Fact("at", HAPPENED, keys=("at", "on", "when"), echo="{}"),
    Fact("next_text", keyed=TEXT, keys=("next",), greedy=True),
    Fact("duration_minutes", DURATION, keys=LENGTH.keys, echo=LENGTH.echo),
    _keyed_only(STAGE_FACT),
    _keyed_only(VALUE),
    _keyed_only(PROBABILITY),
    _keyed_only(CLOSE),
    _TARGET,
    Fact("outcome", keyed=TEXT, keys=("outcome", "result")),
    Fact("billable", fixed("yes", ("billable", True)), _YES, keys=("billable",)),
    _ABOUT,
    replace(PEOPLE, intros=("with",), greedy=True),
)
_MEETING = (*_LOG, Fact("attendees", EMAIL, many=True))
_STATE = fixed("a state", ("open", "open"), ("overdue", "overdue"), ("today", "today"), ("done", "done"))


def _logs(
    name: str,
    meaning: str,
    example: str,
    facts: tuple[Fact, ...] = _LOG,
    request: type[Request] = LogActivity,
    aliases: tuple[str, ...] = (),
) -> Verb:
    kind: Mapping[str, Any] = {"kind": name} if request is LogActivity else {}
    return Verb(name, request, meaning, example, facts, ("target", "text"), kind, aliases)


LOG = Noun(
    "log",
    "what happened",
    (
        _logs(
            "call",
            "log a call; it may move its deal and plan the next task too",
            'acme "wants 40 seats" 25m stage:negotiation close:+2w next:"send contract" fri',
        ),
        _logs(
            "meeting",
            "log a meeting, or plan one that is to come",
            'D-17 "kick-off" mon 9:30 1h jane@acme.com',
            _MEETING,
        ),
        _logs("email", "log an e-mail", 'jane "sent the offer" yesterday', aliases=("e-mail", "mail")),
        _logs(
            "note",
            "keep words with a record, which they begin with or name",
            "acme wants a quote by May",
            (_TARGET, replace(_ABOUT, intros=())),
            AddNote,
        ),
    ),
)

TASK = Noun(
    "task",
    "what is to be done",
    (
        Verb(
            "new",
            CreateTask,
            "plan something to do",
            "call Jane tomorrow 3pm",
            (
                DUE_FACT,
                OWNER,
                Fact("due", TASK_AGAIN),
                Fact("target", about_itself(REFERENCE), TEXT, keys=(*_TARGET_KEYS, "for"), place="edge"),
                LENGTH,
                PEOPLE,
                Fact("kind", keyed=fixed("a kind", *((k, k) for k in ("task", "call", "meeting"))), keys=("kind",)),
            ),
            ("text",),
            more=("send the contract fri re:acme @jo",),
        ),
        Verb(
            "list",
            ListActivities,
            "list your open tasks; overdue, today or done ones, somebody's, or all",
            "overdue @jo",
            (
                Fact("state", _STATE, keys=("state",)),
                OWNER,
                MY,
                TEAM,
                Fact("owner", fixed("everybody", ("all", None), ("everything", None))),
                Fact("state", TO_COME),
                PAGE,
            ),
            ("owner",),
            fixed={"owner": "me"},
        ),
        Verb(
            "done",
            CompleteActivity,
            "mark a task as done",
            'A-12 "left a voicemail"',
            (Fact("outcome", keyed=TEXT, keys=("outcome", "result")),),
            ("activity", "outcome"),
        ),
        Verb(
            "snooze",
            SnoozeActivity,
            "put a task off: to a day, or by +2d from when it is due",
            "A-12 mon",
            (Fact("later", LATER), replace(DUE_FACT, intros=("to", "until", "till"))),
            ("activity",),
            more=("A-12 +1w",),
        ),
        Verb("assign", AssignActivity, "give a task to somebody", "A-12 @jo", NEW_OWNER, ("activity", "owner")),
        Verb("show", ShowActivity, "show a task", "A-12", (), ("activity",)),
    ),
    default="new",
    reserved=("list", "done", "snooze", "assign"),
    shows="show",
    empty="list",
)
