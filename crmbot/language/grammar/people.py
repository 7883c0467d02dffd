"""What can be said of contacts and companies."""

from dataclasses import replace

from crmbot.crm.requests import (
    CreateCompany,
    CreateContact,
    ListCompanies,
    ListContacts,
    MergeCompanies,
    MergeContacts,
    SetCompany,
    SetContact,
    ShowCompany,
    ShowContact,
    WriteEmail,
)
from crmbot.language.context import Context
from crmbot.language.grammar.facts import PAGE
from crmbot.language.reading import Found
from crmbot.language.readings import AMOUNT, DOMAIN, EMAIL, PHONE, SIZE, TEXT
from crmbot.language.verbs import Fact, Noun, Verb

_EMAIL_KEYS = ("email", "mail", "emails")
_PHONE = Fact("phone", PHONE, replace(PHONE, text=True), keys=("phone", "tel", "mobile"))
_ROLE = Fact("role", keyed=TEXT, keys=("role", "position"))
_COMPANY = Fact("company", keyed=TEXT, keys=("company", "at"), intros=("at",), greedy=True)
_NAME = Fact("name", keyed=TEXT, keys=("name",))
_INTO = Fact("into", keyed=TEXT, keys=("into",), intros=("into",), greedy=True)


def _amount_or_auto(text: str, at: int, context: Context, asked: bool) -> Found | None:
    if text[at : at + len("auto")].lower() == "auto":
        return Found({"automatic_lifetime_value": True}, at + len("auto"))
    return AMOUNT.read(text, at, context, asked)


_WORTH = Fact(
    "lifetime_value", keyed=replace(AMOUNT, read=_amount_or_auto), keys=("ltv", "clv", "lifetime", "lifetime_value")
)
"""What a customer is worth by hand; “auto” lets its deals tell again."""
_COMPANY_FACTS = (
    Fact("domain", DOMAIN, TEXT, keys=("domain", "web", "website")),
    Fact("industry", keyed=TEXT, keys=("industry",)),
    Fact("size", SIZE, TEXT, keys=("size",)),
    _NAME,
)

CONTACT = Noun(
    "contact",
    "a person",
    (
        Verb(
            "new",
            CreateContact,
            "add a person",
            "Jane Doe jane@acme.com +1 555 010 9999 role:CTO company:Acme",
            (Fact("emails", EMAIL, keys=_EMAIL_KEYS, many=True), _PHONE, _ROLE, _COMPANY, _NAME),
            ("name",),
            aliases=("add", "create"),
            named=True,
        ),
        Verb("show", ShowContact, "show a person with their timeline", "jane", (), ("contact",), aliases=("view",)),
        Verb(
            "list", ListContacts, "list people by name", "company:Acme", (_COMPANY, PAGE), ("words",), aliases=("ls",)
        ),
        Verb(
            "set",
            SetContact,
            "change facts of a person",
            "jane role:CFO company:Acme",
            (Fact("add_emails", EMAIL, keys=_EMAIL_KEYS, many=True), _PHONE, _ROLE, _COMPANY, _NAME, _WORTH),
            ("contact",),
            aliases=("edit", "update"),
            wants="What should change?",
        ),
        Verb(
            "mail",
            WriteEmail,
            "write a short mail to a person; it is logged with them",
            'jane "Could we talk on Monday?" subject:Renewal',
            (Fact("subject", keyed=TEXT, keys=("subject",)), Fact("text", keyed=TEXT, keys=("text",))),
            ("target", "text"),
            aliases=("write",),
        ),
        Verb(
            "merge",
            MergeContacts,
            "fold a duplicate into the one that stays",
            "C-9 into C-7",
            (_INTO,),
            ("contact", "into"),
        ),
    ),
    shows="show",
)

COMPANY = Noun(
    "company",
    "an organisation",
    (
        Verb(
            "new",
            CreateCompany,
            "add an organisation",
            "Acme Corp domain:acme.com industry:retail size:50-200",
            _COMPANY_FACTS,
            ("name",),
            aliases=("add", "create"),
            named=True,
        ),
        Verb(
            "show",
            ShowCompany,
            "show an organisation with its people and deals",
            "acme",
            (),
            ("company",),
            aliases=("view",),
        ),
        Verb("list", ListCompanies, "list organisations by name", "acme", (PAGE,), ("words",), aliases=("ls",)),
        Verb(
            "set",
            SetCompany,
            "change facts of an organisation",
            "acme industry:retail ltv:150000",
            (*_COMPANY_FACTS, _WORTH),
            ("company",),
            aliases=("edit", "update"),
            wants="What should change?",
        ),
        Verb(
            "merge",
            MergeCompanies,
            "fold a duplicate into the one that stays",
            "Acme Ltd into Acme Corp",
            (_INTO,),
            ("company", "into"),
        ),
    ),
    shows="show",
)
