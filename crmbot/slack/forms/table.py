"""Every form, by the name of the request it makes: its title, its button, and its fields in order."""

from crmbot.domain.stages import DEFAULT_LOST_REASONS
from crmbot.slack.forms.fields import (
    CHANCE,
    DAY,
    LINES,
    MINUTES,
    MONEY,
    OFFERED,
    PERSON,
    POINTS,
    RECORD,
    SEVERAL,
    STAGE,
    TEXT,
    WHEN_DONE,
    WHEN_DUE,
    Field,
    choice_of,
)
from crmbot.slack.forms.form import Form
from crmbot.slack.forms.workspace import WORKSPACE_FORMS

_HAPPENED = (("Call", "call"), ("Meeting", "meeting"), ("E-mail", "email"))
_VALUE = Field("value", "Value", MONEY, "40k USD")
_CLOSE = Field("expected_close", "Expected close", DAY)
_CHANCE = Field("probability", "Probability", CHANCE, "60 %")
_STAGE = Field("stage", "Stage", STAGE)
_OWNER = Field("owner", "Owner", PERSON)
_COMPANY = Field("company", "Company", TEXT, "Acme")
_TARGET = Field("target", "About", RECORD, optional=False)
_NAME = Field("name", "Name", TEXT)
_EMAIL = Field("email", "E-mail", TEXT, "jane@acme.com")
_NEW_OWNER = Field("owner", "Who should have it?", PERSON, optional=False)
_DEAL = Field("deal", "Deal", RECORD, optional=False)
_LEAD = Field("lead", "Lead", RECORD, optional=False)
_OFFERED = (
    Field("items", "What is offered?", OFFERED, optional=False),
    Field("title", "Title", TEXT, "Acme renewal"),
    Field("expires_on", "Valid until", DAY),
)

FORMS: dict[str, Form] = {
    "deal.new": Form(
        "New deal",
        "Open it",
        (
            Field("title", "What is the deal called?", TEXT, "Acme renewal", optional=False),
            _VALUE,
            _STAGE,
            _CLOSE,
            _CHANCE,
            _COMPANY,
            _OWNER,
        ),
    ),
    "deal.set": Form("Edit deal", "Save", (_VALUE, _STAGE, _CHANCE, _CLOSE, _OWNER)),
    "deal.move": Form("Move deal", "Move", (_DEAL, Field("stage", "To which stage?", STAGE, optional=False))),
    "deal.won": Form("Deal won", "Won", (_DEAL, _VALUE)),
    "deal.lost": Form(
        "Deal lost",
        "Lost",
        (_DEAL, Field("reason", "Why was it lost?", TEXT, DEFAULT_LOST_REASONS[0], optional=False)),
    ),
    "lead.status": Form(
        "Disqualify lead",
        "Disqualify",
        (_LEAD, Field("reason", "Why will it not buy?", TEXT, DEFAULT_LOST_REASONS[0], optional=False)),
    ),
    "deal.assign": Form("Assign deal", "Assign", (_DEAL, _NEW_OWNER)),
    "lead.new": Form(
        "New lead",
        "Capture",
        (
            Field("name", "What is the name?", TEXT, "Jane Doe", optional=False),
            _EMAIL,
            _COMPANY,
            Field("source", "Source", TEXT, "Referral"),
            Field("score", "Score", POINTS, "80"),
        ),
    ),
    "lead.set": Form(
        "Edit lead",
        "Save",
        (
            Field("name", "Name", TEXT),
            _EMAIL,
            _COMPANY,
            Field("source", "Source", TEXT),
            Field("score", "Score", POINTS),
        ),
    ),
    "lead.convert": Form(
        "Convert lead",
        "Convert",
        (_LEAD, Field("title", "Deal", TEXT, "As the lead's company is called"), _VALUE, _STAGE, _CLOSE),
    ),
    "lead.assign": Form("Assign lead", "Assign", (_LEAD, _NEW_OWNER)),
    "contact.new": Form(
        "New contact",
        "Add",
        (
            Field("name", "What is the name?", TEXT, "Jane Doe", optional=False),
            Field("emails", "E-mail", SEVERAL, "jane@acme.com"),
            Field("phone", "Phone", TEXT, "+49 30 901820"),
            Field("role", "Role", TEXT, "Head of purchasing"),
            _COMPANY,
        ),
    ),
    "contact.set": Form(
        "Edit contact",
        "Save",
        (_NAME, Field("phone", "Phone", TEXT), Field("role", "Role", TEXT), _COMPANY),
    ),
    "company.set": Form(
        "Edit company",
        "Save",
        (
            _NAME,
            Field("domain", "Domain", TEXT),
            Field("industry", "Industry", TEXT),
            Field("size", "Size", TEXT),
        ),
    ),
    "company.new": Form(
        "New company",
        "Add",
        (
            Field("name", "What is it called?", TEXT, "Acme", optional=False),
            Field("domain", "Domain", TEXT, "acme.com"),
            Field("industry", "Industry", TEXT, "Manufacturing"),
            Field("size", "Size", TEXT, "50-200"),
        ),
    ),
    "task.new": Form(
        "New task",
        "Plan it",
        (
            Field("text", "What is to be done?", TEXT, "Send the contract", optional=False),
            Field("due", "Due", WHEN_DUE),
            Field("target", "About", RECORD),
            _OWNER,
        ),
    ),
    "activity.log": Form(
        "Log",
        "Log it",
        (
            Field(
                "kind",
                "What was it?",
                choice_of(*_HAPPENED),
                optional=False,
            ),
            _TARGET,
            Field("text", "What was said?", LINES),
            Field("at", "Day", WHEN_DONE),
            Field("duration_minutes", "How long?", MINUTES, "25m"),
            Field("next_text", "Next task", TEXT, "Send the contract"),
            Field("next_due", "Next task due", WHEN_DUE, hour="Time of the next task"),
        ),
    ),
    "message.log": Form(
        "Log to CRM",
        "Log it",
        (
            Field(
                "kind",
                "As what?",
                choice_of(
                    ("Note", "note"), ("Call", "call"), ("Meeting", "meeting"), ("E-mail", "email"), ("Task", "task")
                ),
                optional=False,
            ),
            _TARGET,
            Field("text", "What should it say?", LINES, optional=False),
            Field("at", "Day (of a task: when it is due)", WHEN_DUE),
        ),
    ),
    "email.write": Form(
        "Write a mail",
        "Send it",
        (
            Field("target", "To the contact of", RECORD, optional=False),
            Field("subject", "Subject", TEXT, "Acme renewal"),
            Field("text", "What should it say?", LINES, optional=False),
        ),
    ),
    "proposal.new": Form("New proposal", "Draft it", (_DEAL, *_OFFERED)),
    "proposal.set": Form("Edit proposal", "Save", _OFFERED),
    "proposal.send": Form(
        "Send proposal",
        "Send it",
        (
            Field("text", "A few words above it", LINES),
            Field("to", "To, unless the deal's contact", TEXT, "jane@acme.com"),
        ),
    ),
    "note.new": Form("Note", "Keep it", (_TARGET, Field("text", "What should it say?", LINES, optional=False))),
    **WORKSPACE_FORMS,
}

SEARCHED = {"deal": "deal", "lead": "lead"}
"""The kind of record that a field looks through, by its name; all kinds unless said."""
