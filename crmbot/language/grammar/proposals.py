"""What can be said of proposals."""

import re
from dataclasses import replace

from crmbot.crm.offered import STATES
from crmbot.crm.requests import CreateProposal, ListProposals, SendProposal, SetProposal, ShowProposal, WithdrawProposal
from crmbot.language.choices import fixed
from crmbot.language.context import Context
from crmbot.language.grammar.facts import PAGE, TITLE
from crmbot.language.items import QUANTITY
from crmbot.language.reading import Found
from crmbot.language.readings import DAY, EMAIL, ITEMS, TEXT
from crmbot.language.verbs import Fact, Noun, Verb

_LINES = Fact("items", keyed=ITEMS, keys=("items", "lines"))
_UNTIL = re.compile(r"(?:until|till)\s+", re.IGNORECASE)


def _last_day(text: str, at: int, context: Context, asked: bool) -> Found | None:
    """Read a day, also as in “valid until 15 dec”."""
    until = _UNTIL.match(text, at)
    return DAY.read(text, until.end() if until else at, context, asked)


_VALID = Fact(
    "expires_on",
    keyed=replace(DAY, read=_last_day),
    keys=("valid", "until", "expires"),
    intros=("valid", "until"),
    echo="valid until {}",
)
_STATE = fixed("a state", *((state, state) for state in STATES))

PROPOSAL = Noun(
    "proposal",
    "what is offered to a customer",
    (
        Verb(
            "new",
            CreateProposal,
            "draft an offer from a deal: quantity x words @ price, -discount %, +tax %, with semicolons between lines",
            "D-17 40 x Seat, yearly @ $100 -10% +20%; Setup @ $2k",
            (_LINES, _VALID, TITLE),
            ("deal", "items"),
            begins=QUANTITY,
            aliases=("add", "create"),
            more=('acme title:"Acme 2028" valid:+30d items:Seats @ $4k',),
        ),
        Verb(
            "show", ShowProposal, "show an offer with its lines and sums", "P-3", (), ("proposal",), aliases=("view",)
        ),
        Verb(
            "list",
            ListProposals,
            "list offers, the latest first",
            "sent",
            (Fact("status", _STATE, keys=("status",)), PAGE),
            ("deal",),
            aliases=("ls",),
        ),
        Verb(
            "set",
            SetProposal,
            "change an offer; sent again, its customer sees the change at the same link",
            "P-3 valid:+30d",
            (_LINES, _VALID, TITLE),
            ("proposal", "items"),
            begins=QUANTITY,
            aliases=("edit", "update"),
            wants="What should change?",
        ),
        Verb(
            "send",
            SendProposal,
            "send an offer to the deal's contact, or take its link to send it yourself",
            'P-3 "Hi Jane, here is our offer."',
            (
                Fact("by_hand", fixed("link", ("link", True)), place="end"),
                Fact("to", EMAIL, keys=("to",)),
                Fact("text", keyed=TEXT, keys=("text",)),
            ),
            ("proposal", "text"),
            more=("P-3 link",),
        ),
        Verb(
            "withdraw",
            WithdrawProposal,
            "close the page of an offer that was sent",
            "P-3",
            (),
            ("proposal",),
            aliases=("recall",),
        ),
    ),
    shows="show",
    empty="list",
)
