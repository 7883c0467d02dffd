"""What can be said of the workspace's own choices, of handing work over, and of one's own words."""

import re
from dataclasses import replace

from crmbot.crm.requests import (
    AddLostReason,
    AddStage,
    ForgetAlias,
    ListAliases,
    ListLostReasons,
    ListStages,
    Reassign,
    RemoveLostReason,
    RemoveStage,
    SetStage,
    SetWorkspace,
    ShowSettings,
)
from crmbot.language.choices import fixed
from crmbot.language.context import Context
from crmbot.language.grammar.facts import CATEGORY, PROBABILITY
from crmbot.language.reading import Found, Reading
from crmbot.language.readings import STAGE, TEXT, USER, ZONE
from crmbot.language.verbs import Fact, Noun, Verb

_DAYS = re.compile(r"(\d{1,5})\s?(?:d(?:ays?)?)?(?![\w.,:/-])", re.IGNORECASE)


def _days(text: str, at: int, _: Context, __: bool) -> Found | None:
    match = _DAYS.match(text, at)
    return Found(int(match[1]), match.end()) if match else None


def _user_or_name(text: str, at: int, context: Context, asked: bool) -> Found | None:
    return USER.read(text, at, context, asked) or TEXT.read(text, at, context, asked)


USER_OR_NAME = replace(TEXT, read=_user_or_name)
_YES = fixed("yes or no", ("yes", True), ("no", False), ("true", True), ("false", False))
_NAME = Fact("name", keyed=TEXT, keys=("name",), greedy=True)
_BESIDE = (
    Fact("after", keyed=STAGE, keys=("after",), intros=("after", "behind")),
    Fact("before", keyed=STAGE, keys=("before",), intros=("before",)),
)
_FACTS = (
    PROBABILITY,
    Fact("stale_after_days", keyed=Reading("a number of days", "30", _days), keys=("stale",)),
    CATEGORY,
    Fact("late", fixed("late", ("late", True), ("not late", False)), _YES, keys=("late",)),
    *_BESIDE,
)
_KIND = fixed("a kind of stage", *((kind, kind) for kind in ("open", "won", "lost")))
_REMOVED_TO = Fact("move_to", keyed=STAGE, keys=("to",), intros=("to", "into"))

STAGE_NOUN = Noun(
    "stage",
    "the steps of the pipeline",
    (
        Verb("list", ListStages, "list the stages with their deals", aliases=("ls", "show")),
        Verb(
            "add",
            AddStage,
            "add a stage",
            '"Demo" 40% after qualified',
            (*_FACTS, Fact("kind", keyed=_KIND, keys=("kind",)), _NAME),
            ("name",),
            aliases=("new",),
            more=('"Legal review" 90% stale:20 category:commit late',),
        ),
        Verb(
            "set",
            SetStage,
            "change a stage; deals in it follow its probability unless theirs is set by hand",
            "negotiation 80% stale:20 category:commit",
            (*_FACTS, _NAME),
            ("stage",),
            aliases=("edit", "update"),
            wants="What should change?",
            more=("negotiation stale:none",),
        ),
        Verb(
            "rename",
            SetStage,
            "give a stage another name",
            'negotiation to "Closing talks"',
            (Fact("name", keyed=TEXT, keys=("to", "name"), intros=("to",), greedy=True, rest=True),),
            ("stage",),
            wants="What should it be called?",
        ),
        Verb(
            "move",
            SetStage,
            "put a stage elsewhere in the order",
            "negotiation before qualified",
            _BESIDE,
            ("stage",),
            wants="After or before which stage?",
        ),
        Verb(
            "remove",
            RemoveStage,
            "take a stage out and move its deals to another",
            "qualified to negotiation",
            (_REMOVED_TO,),
            ("stage",),
            aliases=("delete", "rm"),
        ),
    ),
    empty="list",
)

REASON_NOUN = Noun(
    "reason",
    "why deals are lost",
    (
        Verb("list", ListLostReasons, "list the reasons that are offered", aliases=("ls", "show")),
        Verb("add", AddLostReason, "offer another reason", '"Went silent"', (), ("reason",), aliases=("new",)),
        Verb(
            "remove",
            RemoveLostReason,
            "offer a reason no longer; lost deals keep it",
            "price",
            (),
            ("reason",),
            aliases=("delete", "rm"),
        ),
    ),
    empty="list",
)

SETTINGS = Noun(
    "settings",
    "the workspace's own choices",
    (
        Verb("show", ShowSettings, "show zone, currency, stages, reasons and people", aliases=("list",)),
        Verb(
            "zone",
            SetWorkspace,
            "say in which zone reports and digests are cut",
            "Europe/Berlin",
            (Fact("timezone", ZONE, keys=("zone", "timezone")),),
            ("timezone",),
            aliases=("timezone",),
            wants="Which time zone?",
        ),
        Verb(
            "currency",
            SetWorkspace,
            "say in which currency totals are, before there are rates",
            "EUR",
            (),
            ("currency",),
            wants="Which currency?",
        ),
        Verb(
            "dates",
            SetWorkspace,
            "say how 03/04 is read: dmy, mdy or none",
            "dmy",
            (
                Fact(
                    "date_order",
                    fixed(
                        "an order of dates",
                        *(("dmy", "dmy"), ("mdy", "mdy"), ("none", "none")),
                        *(
                            (form, "dmy")
                            for form in ("day first", "d/m/y", "dd/mm", "dd/mm/yyyy", "european", "german")
                        ),
                        *((form, "mdy") for form in ("month first", "m/d/y", "mm/dd", "mm/dd/yyyy", "american", "us")),
                    ),
                ),
            ),
            ("date_order",),
            aliases=("date_order",),
            wants="How is 03/04 read: dmy, mdy or none?",
        ),
        Verb("name", SetWorkspace, "name the workspace", '"Acme sales"', (), ("name",), wants="What is it called?"),
    ),
    empty="show",
)

ALIASES = Noun(
    "aliases",
    "your own words for records",
    (
        Verb("list", ListAliases, "list what you mean by which word", aliases=("ls", "show")),
        Verb("forget", ForgetAlias, "forget one of your words, or all", "acme", (), ("word",), aliases=("remove",)),
    ),
    empty="list",
)

REASSIGN = Verb(
    "reassign",
    Reassign,
    "give all open deals, leads and tasks of one person to another",
    "@bob to @jane",
    (
        Fact("to", keyed=USER_OR_NAME, keys=("to",), intros=("to",), greedy=True),
        Fact("user", USER, TEXT, keys=("from", "user"), intros=("from",)),
        Fact(
            "only",
            fixed("deals, leads or tasks", *((w, w) for w in ("deals", "leads", "tasks"))),
            keys=("only",),
            intros=("only",),
        ),
    ),
    ("user",),
    more=("bob to jane only:deals",),
)
