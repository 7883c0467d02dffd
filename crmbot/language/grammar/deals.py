"""What can be said of deals and the pipeline."""

from dataclasses import replace

from crmbot.crm.requests import (
    AssignDeal,
    CreateDeal,
    ListDeals,
    LoseDeal,
    MoveDeal,
    ReopenDeal,
    SetDeal,
    ShowDeal,
    ShowPipeline,
    WinDeal,
    WriteEmail,
)
from crmbot.language.choices import fixed
from crmbot.language.grammar.facts import (
    CATEGORY,
    CLOSE,
    COMPANY,
    CONTACT,
    CONTACT_LED,
    DEAL_FACTS,
    DEAL_SOURCE,
    MANUAL_OR_AUTOMATIC,
    MY,
    NEW_OWNER,
    OWNED,
    OWNER,
    PAGE,
    PARTIES,
    REASON_WORDS,
    STAGE_FACT,
    TEAM,
    TITLE,
    UNOWNED,
    VALUE,
)
from crmbot.language.readings import OVER, REASON, TEXT, UNDER, when_asked
from crmbot.language.spans import CLOSING
from crmbot.language.verbs import Fact, Noun, Verb

_OUTCOME = fixed("an outcome", ("open", "open"), ("won", "won"), ("lost", "lost"), ("all", None))
_CLOSING = ("closing", "closes", "close", "due", "expected")
_STATE = fixed(
    "stale or overdue",
    *(
        (word, "stale")
        for word in ("stale", "going stale", "stuck", "rotting", "idle", "inactive", "quiet", "no activity")
    ),
    *((word, "overdue") for word in ("overdue", "late", "past due", "slipped")),
)
_NARROWED = (
    Fact("state", _STATE, keys=("state", "only")),
    UNOWNED,
    Fact("closes_from", CLOSING, when_asked(CLOSING), keys=_CLOSING, intros=_CLOSING),
    Fact(
        "over",
        OVER,
        when_asked(OVER),
        keys=("over",),
        intros=("over", "above", "more", "larger", "bigger"),
        echo="over {}",
    ),
    Fact(
        "under",
        UNDER,
        when_asked(UNDER),
        keys=("under",),
        intros=("under", "below", "less", "smaller"),
        echo="under {}",
    ),
)
_MOVED_TO = replace(STAGE_FACT, keys=("stage", "to"), intros=("to", "into", "in", "back", "stage", "→", "->"))

DEAL = Noun(
    "deal",
    "what may be sold",
    (
        Verb(
            "new",
            CreateDeal,
            "open a deal",
            "Acme renewal $40k close:15 dec stage:negotiation",
            (*DEAL_FACTS, OWNER, OWNED, CONTACT, CONTACT_LED, COMPANY, TITLE, *DEAL_SOURCE, PARTIES),
            ("title",),
            aliases=("add", "create"),
            named=True,
            more=(
                "Globex pilot 1.2m EUR 60% eom @jo jane@globex.com company:Globex",
                "Roof 40k for Globex with Dana fri",
            ),
        ),
        Verb("show", ShowDeal, "show a deal with its timeline", "D-17", (), ("deal",), aliases=("view",)),
        Verb(
            "list",
            ListDeals,
            "list deals, open ones unless you say won, lost or all",
            "negotiation @jo",
            (
                *(Fact("outcome", _OUTCOME, keys=("outcome",)), STAGE_FACT, OWNER, MY, *_NARROWED),
                *(replace(COMPANY, greedy=True), PAGE),
            ),
            ("words",),
            aliases=("ls",),
            more=("stale mine", "@jo closing this month >50k", "overdue unassigned"),
        ),
        Verb(
            "move",
            MoveDeal,
            "move a deal to a stage",
            "D-17 negotiation",
            (_MOVED_TO, REASON_WORDS),
            ("deal", "stage"),
            more=('acme stage:"proposal sent"',),
        ),
        Verb(
            "won",
            WinDeal,
            "close a deal as won",
            "acme $45k",
            (VALUE,),
            ("deal",),
            aliases=("win", "close"),
        ),
        Verb(
            "lost",
            LoseDeal,
            "close a deal as lost",
            "acme because too expensive",
            (REASON_WORDS, Fact("reason", REASON, place="end")),
            ("deal", "reason"),
            aliases=("lose",),
            more=('D-17 reason:"no budget"',),
        ),
        Verb("reopen", ReopenDeal, "bring a closed deal back to its stage", "D-17", (), ("deal",)),
        Verb(
            "set",
            SetDeal,
            "change facts of a deal",
            "acme $50k 80% close:15 jan",
            (
                *(VALUE, MANUAL_OR_AUTOMATIC, CLOSE, STAGE_FACT, CATEGORY, CONTACT, CONTACT_LED, COMPANY, TITLE),
                OWNER,
                OWNED,
                replace(CONTACT, bare=None, keyed=TEXT, keys=(), intros=("with",), greedy=True),
            ),
            ("deal",),
            aliases=("edit", "update"),
            wants="What should change?",
            more=('D-17 title:"Acme 2028" category:commit',),
        ),
        Verb(
            "mail",
            WriteEmail,
            "write a short mail to a deal's contact; answers are logged with the deal",
            'D-17 "Could we talk on Monday?" subject:Renewal',
            (Fact("subject", keyed=TEXT, keys=("subject",)), Fact("text", keyed=TEXT, keys=("text",))),
            ("target", "text"),
            aliases=("write",),
        ),
        Verb(
            "assign", AssignDeal, "give a deal to somebody", "acme @jo", NEW_OWNER, ("deal", "owner"), aliases=("give",)
        ),
    ),
    shows="show",
)

PIPELINE = Noun(
    "pipeline",
    "open deals by stage",
    (
        Verb(
            "show",
            ShowPipeline,
            "show open deals by stage with their sums; somebody's with @",
            "@jo",
            (OWNER, MY, TEAM, Fact("owner", fixed("the team", ("all", None)))),
            ("owner",),
            more=("team",),
        ),
    ),
    default="show",
    empty="show",
)
