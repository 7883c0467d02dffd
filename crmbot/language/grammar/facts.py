"""Facts that several verbs take."""

from dataclasses import replace

from crmbot.crm.requests.base import EVERYBODY, NOBODY
from crmbot.domain.stages import ForecastCategory
from crmbot.language.choices import choice, fixed, indexed, named
from crmbot.language.context import Context
from crmbot.language.reading import Found
from crmbot.language.readings import (
    AMOUNT,
    DAY,
    DUE,
    DURATION,
    EMAIL,
    PERCENT,
    SOURCE,
    STAGE,
    TEXT,
    USER,
    WHOLE,
    user_or_me,
)
from crmbot.language.verbs import Fact

_ME = indexed((word, "me") for word in ("me", "mine", "my", "myself", "my deals", "my leads", "my pipeline"))
ME = choice("a user", "me", lambda _: _ME)

_NEARLY = ("about", "around", "roughly", "approx", "ca", "circa")
VALUE = Fact("value", AMOUNT, keys=("value", "amount"), intros=("for", "worth", "at", *_NEARLY), echo="{}")
PROBABILITY = Fact("probability", PERCENT, keys=("prob", "probability"), intros=("at",))
_CLOSES = ("close", "closes", "closing")
CLOSE = Fact("expected_close", DAY, keys=_CLOSES, intros=_CLOSES, echo="closes {}")
STAGE_FACT = Fact("stage", STAGE, keys=("stage",), intros=("stage", "in"))


def _percent_or_auto(text: str, at: int, context: Context, asked: bool) -> Found | None:
    if asked and text[at : at + len("auto")].lower() == "auto":
        return Found({"automatic_probability": True}, at + len("auto"))
    return PERCENT.read(text, at, context, asked)


MANUAL_OR_AUTOMATIC = replace(PROBABILITY, bare=replace(PERCENT, read=_percent_or_auto))
TITLE = Fact("title", keyed=TEXT, keys=("title", "name"))
DEAL_FACTS = (VALUE, PROBABILITY, CLOSE, STAGE_FACT)

_SOMEBODY = replace(USER, text=False, read=user_or_me)
OWNER = Fact("owner", USER, TEXT, keys=("owner",))
OWNED = Fact("owner", keyed=_SOMEBODY, intros=("owner", "owned", "by", "assigned", "to"))
"""“owner @tom”, “by me”: plain words behind these are part of a name."""
MY = Fact("owner", ME)
_TEAM = ("team", "the team", "whole team", "the whole team", "everybody", "everyone")
TEAM = Fact("owner", fixed("the team", *((words, None) for words in _TEAM)))
WHOLE_TEAM = Fact("owner", fixed("the team", *((words, EVERYBODY) for words in _TEAM)))
"""The team of a report, which not everybody may ask about."""
_NOBODYS = ("unassigned", "unowned", "nobody", "nobody's", "no owner")
UNOWNED = Fact("owner", fixed("nobody", *((words, NOBODY) for words in _NOBODYS)))
NEW_OWNER = (
    Fact("owner", USER, TEXT, keys=("owner", "to"), intros=("to",)),
    Fact("owner", EMAIL),
    Fact("owner", fixed("a user", ("me", "me"), ("myself", "me")), place="end"),
)
CONTACT = Fact("contact", EMAIL, TEXT, keys=("contact", "with"))
CONTACT_LED = Fact("contact", keyed=EMAIL, intros=("with", "for"))
PARTIES = Fact("parties", keyed=TEXT, keys=("for",), intros=("with", "for", "at"), many=True, led=True)
COMPANY = Fact("company", keyed=TEXT, keys=("company", "at"))
CATEGORY = Fact(
    "forecast_category",
    keyed=fixed(
        "a forecast category",
        *((form, c.value) for c in ForecastCategory for form in (c.value, c.value.replace("_", " "))),
    ),
    keys=("category", "forecast"),
)
REASON_WORDS = Fact("reason", keyed=TEXT, keys=("reason", "because"), intros=("because",), rest=True)
PAGE = Fact("page", keyed=WHOLE, keys=("page",), intros=("page",))
DUE_FACT = Fact("due", DUE, keys=("due", "by", "on"), echo="due {}")
LENGTH = Fact("duration_minutes", keyed=DURATION, keys=("dur", "duration"), echo="{} min")
PEOPLE = Fact("attendees", keyed=TEXT, keys=("attendees", "with"), many=True)
SOURCE_KEYS = ("source", "from")
_USUAL_SOURCES = ("Partner", "Event", "Webinar", "LinkedIn", "Website", "Newsletter", "Trade fair")
DEAL_SOURCE = (
    Fact("source", keyed=SOURCE, keys=("source",)),
    Fact(
        "source", keyed=choice("a source", "referral", lambda c: named((*c.sources, *_USUAL_SOURCES))), intros=("from",)
    ),
)
"""Where a deal comes from: with its key any words, behind “from” only words that say so for sure."""
