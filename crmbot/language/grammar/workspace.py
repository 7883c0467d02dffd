"""What can be said of reports, digests, users and crmbot itself."""

from crmbot.crm.requests import (
    AddDigest,
    AddUser,
    AllowMail,
    AttachEmail,
    Find,
    ListDigests,
    ListMailRules,
    ListTriage,
    ListUsers,
    OpenWeb,
    PauseDigest,
    PreviewDigest,
    SendDigest,
    SetUserRole,
    ShowHelp,
    ShowMailAddress,
    ShowReport,
    ShowToday,
    Undo,
)
from crmbot.domain.calendar import DAILY
from crmbot.domain.permissions import Role
from crmbot.language.choices import fixed
from crmbot.language.days import WEEKDAY, WEEKDAYS
from crmbot.language.grammar.facts import MY, OWNER, PAGE, WHOLE_TEAM
from crmbot.language.grammar.settings import REASSIGN
from crmbot.language.periods import FROM_DAY, PERIOD, TO_DAY
from crmbot.language.readings import (
    CHANNEL,
    EMAIL,
    HOUR,
    HOUR_OF_DAY,
    TEXT,
    WORD,
    ZONE,
)
from crmbot.language.readings import USER as USER_READING
from crmbot.language.recurring import DIGEST_AGAIN, DIGEST_ONLY, report_again
from crmbot.language.spans import WINDOW
from crmbot.language.verbs import Fact, Noun, Verb

REPORTS = {
    "lead-conversion": "how leads climb from new to converted",
    "customer-acquisition": "new customers by channel and what they are worth",
    "activity-summary": "calls, meetings, e-mails and tasks by person",
    "sales-pipeline": "open deals by stage, person and age",
    "pipeline": "every stage with its count and value",
    "conversion-funnel": "from lead to won, step by step",
    "sales-forecast": "expected revenue by month",
    "lost-reasons": "why deals were lost",
    "pipeline-changes": "what moved in the pipeline",
}
"""The reports and what each tells."""
DIGESTS = {"overdue": "overdue activities", "aging": "deals growing old", "forecast": "what will be won"}
"""The reports that only digests have."""
REPORT_ALIASES = {
    "forecast": "sales-forecast",
    "activities": "activity-summary",
    "funnel": "conversion-funnel",
    "leads": "lead-conversion",
    "customers": "customer-acquisition",
    "losses": "lost-reasons",
    "changes": "pipeline-changes",
}

_REPORT = fixed("a report", *((n, n) for n in REPORTS), *REPORT_ALIASES.items())
_DIGEST_REPORT = fixed("a report", *((n, n) for n in (*DIGESTS, *REPORTS)))
_WEEKDAY = fixed(
    "a weekday",
    *((form, WEEKDAYS[day].lower()) for word, day in WEEKDAY.items() for form in (word, f"{word}s")),
    *((form, DAILY) for form in (DAILY, "every day", "each day")),
)
_ROLE = fixed("a role", *((role.value, role.value) for role in Role))

RECEIPTS = ("all", "problems", "none", "slack", "mail", "both")
"""Which receipts for mail a person may want, and by which way."""
_SAID = ("receipts", "receipt")
_WHO = Fact("user", USER_READING, TEXT, keys=("user",))

REPORT = Noun(
    "report",
    "figures",
    (
        Verb(
            "show",
            ShowReport,
            "show a report over 7, 30 or 90 days, a month, a quarter, or from one date to another",
            "sales-pipeline 30",
            (
                Fact("report", _REPORT, keys=("report",)),
                Fact("period", PERIOD, keys=("period",), echo="{}"),
                Fact("period", WINDOW, echo="{}"),
                Fact("date_from", keyed=FROM_DAY, keys=("from",), intros=("from",), echo="from {}"),
                Fact("date_to", keyed=TO_DAY, keys=("to",), intros=("to", "until", "till"), echo="to {}"),
                OWNER,
                MY,
                WHOLE_TEAM,
                Fact("period", report_again(_REPORT, "pipeline")),
                Fact("period", DIGEST_ONLY),
            ),
            ("report", "owner"),
            more=("lost-reasons last quarter", "lost-reasons 2026-07-01..2026-09-30", "activity-summary @jo"),
        ),
    ),
    default="show",
)

DIGEST = Noun(
    "digest",
    "what is told every week",
    (
        Verb("list", ListDigests, "list digests with their next moment", aliases=("ls",)),
        Verb(
            "add",
            AddDigest,
            "tell a report every week, to a channel or an address",
            "weekly-forecast forecast #sales monday 08:00 Europe/Berlin",
            (
                Fact("to_email", EMAIL, keys=("to", "email"), intros=("to",)),
                Fact("channel", CHANNEL, keys=("channel",), intros=("to", "in")),
                Fact("day", _WEEKDAY, keys=("day",), intros=("every", "each", "on")),
                Fact("time", HOUR, HOUR_OF_DAY, keys=("time", "at"), intros=("at",)),
                Fact("day", DIGEST_AGAIN),
                Fact("timezone", ZONE, keys=("zone", "timezone")),
                Fact("report", keyed=_DIGEST_REPORT, keys=("report",)),
                Fact("name", keyed=TEXT, keys=("name",)),
            ),
            ("name", "report"),
            first_word=True,
            aliases=("new",),
        ),
        Verb("preview", PreviewDigest, "show what a digest would say now", "weekly-forecast", (), ("digest",)),
        Verb("pause", PauseDigest, "stop a digest until it is resumed", "weekly-forecast", (), ("digest",)),
        Verb(
            "resume", PauseDigest, "start a paused digest again", "weekly-forecast", (), ("digest",), {"resume": True}
        ),
        Verb(
            "send",
            SendDigest,
            "send a digest now",
            "weekly-forecast",
            (Fact("again", fixed("again", ("again", True))), Fact("slot", keyed=WORD, keys=("slot",))),
            ("digest",),
        ),
    ),
    empty="list",
)

USER = Noun(
    "user",
    "who works here",
    (
        Verb("list", ListUsers, "list users and their roles", aliases=("ls",)),
        Verb(
            "add",
            AddUser,
            "add a person to the workspace",
            "jo@acme.com Jo Doe manager",
            (
                Fact("email", EMAIL, keys=("email",)),
                Fact("role", _ROLE, keys=("role",)),
                Fact("timezone", ZONE, keys=("zone", "timezone")),
                Fact("name", keyed=TEXT, keys=("name",)),
            ),
            ("name",),
            aliases=("new",),
        ),
        Verb(
            "role",
            SetUserRole,
            "change what a user may do",
            "@jo manager",
            (Fact("role", _ROLE, keys=("role",), intros=("to", "as")), _WHO),
            ("user",),
            wants="Which role?",
        ),
        Verb("off", SetUserRole, "take every right away", "@jo", (_WHO,), ("user",), {"active": False}),
        Verb("on", SetUserRole, "give a user the role's rights back", "@jo", (_WHO,), ("user",), {"active": True}),
    ),
    empty="list",
)

MAIL = Noun(
    "mail",
    "your own address for mail, and whose mail is ignored",
    (
        Verb(
            "address",
            ShowMailAddress,
            "tell your own address for mail, take a new one, or choose your receipts",
            "receipts problems",
            (
                Fact(
                    "receipts",
                    fixed("a choice", *((w, w) for w in RECEIPTS), ("off", "none")),
                    keys=_SAID,
                    intros=_SAID,
                ),
                Fact("renew", fixed("new", ("new", True))),
            ),
            aliases=("receipts",),
            more=("new",),
        ),
        Verb("rules", ListMailRules, "list the senders and domains whose mail is ignored", aliases=("ignored",)),
        Verb("allow", AllowMail, "log mail of an ignored sender or domain again", "globex.example", (), ("sender",)),
    ),
    default="address",
    reserved=("rules", "ignored", "allow", "receipts"),
    empty="address",
)

CRM = Noun(
    "crm",
    "crmbot itself",
    (
        Verb("help", ShowHelp, "show what can be typed, all or of one word", "deal", (), ("topic",)),
        Verb(
            "today", ShowToday, "show what waits for you, or with @ for somebody else", "@jo", (OWNER, MY), ("owner",)
        ),
        Verb(
            "find",
            Find,
            "search everything by words",
            "acme contract type:deal",
            (
                Fact(
                    "kind",
                    keyed=fixed("a type", *((k, k) for k in ("lead", "contact", "company", "deal", "activity"))),
                    keys=("type", "kind"),
                ),
            ),
            ("words",),
            aliases=("search",),
        ),
        Verb("undo", Undo, "take back what you did last, or one entry", "", (), ("entry",)),
        Verb("web", OpenWeb, "open the web pages: your day, the board, reports and records in a browser"),
        Verb("triage", ListTriage, "list mail that waits for a person", "", (PAGE,)),
        Verb(
            "attach",
            AttachEmail,
            "put a mail with another record",
            "A-12 acme",
            (),
            ("email", "target"),
            first_word=True,
        ),
        REASSIGN,
    ),
    empty="help",
)
