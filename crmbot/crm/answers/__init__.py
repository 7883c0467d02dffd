"""What comes back from the door: frozen values that every surface renders in its own way."""

from crmbot.crm.answers.base import Answer
from crmbot.crm.answers.days import Board, BoardColumn, Home, LastEffect, Today
from crmbot.crm.answers.mails import EmailView, MailAnswer, Places, Reach, Triage
from crmbot.crm.answers.outcomes import Change, Outcome, told
from crmbot.crm.answers.records import ActivityView, CompanyView, ContactView, DealView, LeadView, Link, Person, Record
from crmbot.crm.answers.shown import (
    CardRecords,
    DraftKept,
    Found,
    Help,
    Hit,
    Listing,
    ReportAnswer,
    Shown,
    Table,
    TimelineEntry,
)

__all__ = [
    "ActivityView",
    "Answer",
    "Board",
    "BoardColumn",
    "CardRecords",
    "Change",
    "CompanyView",
    "ContactView",
    "DealView",
    "DraftKept",
    "EmailView",
    "Found",
    "Help",
    "Hit",
    "Home",
    "LastEffect",
    "LeadView",
    "Link",
    "Listing",
    "MailAnswer",
    "Outcome",
    "Person",
    "Places",
    "Reach",
    "Record",
    "ReportAnswer",
    "Shown",
    "Table",
    "TimelineEntry",
    "Today",
    "Triage",
    "told",
]
