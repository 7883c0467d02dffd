"""What can be said of leads."""

import re
from dataclasses import replace

from crmbot.crm.requests import (
    AssignLead,
    ConvertLead,
    CreateLead,
    ListLeads,
    SetLead,
    SetLeadStatus,
    ShowLead,
)
from crmbot.domain.stages import LeadStatus
from crmbot.errors import BadInput
from crmbot.language.choices import fixed
from crmbot.language.context import Context
from crmbot.language.grammar.facts import (
    DEAL_FACTS,
    MY,
    NEW_OWNER,
    OWNED,
    OWNER,
    PAGE,
    REASON_WORDS,
    SOURCE_KEYS,
    TITLE,
    UNOWNED,
)
from crmbot.language.reading import Found
from crmbot.language.readings import EMAIL, PHONE, REASON, SOURCE, TEXT, WHOLE
from crmbot.language.verbs import Fact, Noun, Verb

_STATUS = fixed("a status", *((status.value, status.value) for status in LeadStatus), ("all", None))
_SOURCE = Fact("source", keyed=SOURCE, keys=SOURCE_KEYS, intros=("from",))
_MOST_SCORE = 100


def _score(text: str, at: int, context: Context, asked: bool) -> Found | None:
    found = WHOLE.read(text, at, context, asked)
    if found is not None and not 0 <= found.value <= _MOST_SCORE:
        raise BadInput(f"“{found.value}” is no score: it is a whole number from 0 to {_MOST_SCORE}.", example="80")
    return found


SCORE = replace(WHOLE, what="a score", read=_score)
_SCORE = Fact("score", keyed=SCORE, keys=("score",))


def _whole_or_auto(text: str, at: int, context: Context, asked: bool) -> Found | None:
    if re.match(r"auto(matic)?\b", text[at : at + 20], re.IGNORECASE):
        return Found({"automatic_score": True}, at + (len("automatic") if text[at + 4 : at + 5].isalpha() else 4))
    return SCORE.read(text, at, context, asked)


_WHOLE_OR_AUTO = replace(SCORE, read=_whole_or_auto, words=frozenset({"auto", "automatic"}))
_COMPANY = Fact("company", keyed=TEXT, keys=("company", "at"), intros=("at",), greedy=True)
_EMAIL = Fact("email", EMAIL, keys=("email", "mail"))
_NAME = Fact("name", keyed=TEXT, keys=("name",))


def _no_phone(text: str, at: int, context: Context, asked: bool) -> Found | None:
    number = None if asked else PHONE.read(text, at, context, asked)
    if number is not None:
        raise BadInput(
            f"A lead keeps no phone number, so “{number.value}” would be lost in its name. Leave it out and keep it "
            "as a note, or add a contact."
        )
    return None


_PHONE = Fact("name", replace(PHONE, read=_no_phone), TEXT)

LEAD = Noun(
    "lead",
    "somebody who may buy",
    (
        Verb(
            "new",
            CreateLead,
            "capture a lead",
            "Jane Doe jane@acme.com from referral company:Acme",
            (_EMAIL, _SOURCE, _COMPANY, OWNER, OWNED, _SCORE, _NAME, _PHONE),
            ("name",),
            aliases=("add", "create"),
            named=True,
        ),
        Verb("show", ShowLead, "show a lead with its timeline", "L-3", (), ("lead",), aliases=("view",)),
        Verb(
            "list",
            ListLeads,
            "list leads, newest first",
            "qualified @jo",
            (Fact("status", _STATUS, keys=("status",)), _SOURCE, OWNER, MY, UNOWNED, PAGE),
            ("words",),
            aliases=("ls",),
        ),
        Verb(
            "contacted",
            SetLeadStatus,
            "somebody has spoken with the lead",
            "L-3",
            (),
            ("lead",),
            {"status": LeadStatus.CONTACTED.value},
            aliases=("contact",),
        ),
        Verb(
            "qualify",
            SetLeadStatus,
            "the lead is worth a deal",
            "jane",
            (),
            ("lead",),
            {"status": LeadStatus.QUALIFIED.value},
            aliases=("qualified",),
        ),
        Verb(
            "convert",
            ConvertLead,
            "make contact, company and deal of a lead",
            "L-3 $40k stage:qualified",
            (*DEAL_FACTS, TITLE),
            ("lead", "title"),
        ),
        Verb(
            "disqualify",
            SetLeadStatus,
            "the lead will not buy",
            "L-3 because no budget",
            (REASON_WORDS, Fact("reason", REASON, place="end")),
            ("lead", "reason"),
            {"status": LeadStatus.DISQUALIFIED.value},
            aliases=("disqualified",),
        ),
        Verb(
            "assign", AssignLead, "give a lead to somebody", "L-3 @jo", NEW_OWNER, ("lead", "owner"), aliases=("give",)
        ),
        Verb(
            "score",
            SetLead,
            "score a lead by hand, or by the rules again",
            "L-3 80",
            (Fact("score", _WHOLE_OR_AUTO, keys=("score",)),),
            ("lead",),
            wants="Which score? A number, or auto for the rules'.",
            more=("L-3 auto",),
        ),
        Verb(
            "set",
            SetLead,
            "change facts of a lead",
            "L-3 company:Acme jane@acme.com",
            (_EMAIL, _SOURCE, _COMPANY, _SCORE, _NAME),
            ("lead",),
            aliases=("edit", "update"),
            wants="What should change?",
        ),
    ),
    shows="show",
)
