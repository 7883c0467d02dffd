"""The forms of the workspace's own choices, and the list that shows what each of them changed."""

from collections.abc import Mapping
from dataclasses import replace

from crmbot.config.settings import DIGEST_REPORTS
from crmbot.crm.requests import ListDigests, ListLostReasons, ListStages, ListUsers, Request, ShowSettings
from crmbot.domain.permissions import Role
from crmbot.domain.stages import ForecastCategory
from crmbot.language.days import WEEKDAYS
from crmbot.slack.forms.fields import CHANCE, CHANNEL, HOUR, NUMBER, PERSON, STAGE, TEXT, YES_NO, ZONE, Field, choice_of
from crmbot.slack.forms.form import Form

_ORDERS = (("Day first: 3 April", "dmy"), ("Month first: March 4", "mdy"), ("Refuse it as unclear", "none"))
_ZONE = Field("timezone", "Time zone", ZONE, "Europe/Berlin")
_STALE = Field("stale_after_days", "Stale after how many days?", NUMBER, "30")
_LATE = Field("late", "Does it count as a late stage?", YES_NO)
_CATEGORY = Field(
    "forecast_category",
    "Forecast",
    choice_of(*((one.replace("_", " ").capitalize(), one.value) for one in ForecastCategory)),
)
_ROLES = choice_of(*((role.capitalize(), role.value) for role in Role))
_DAYS = choice_of(*((day, day.lower()) for day in WEEKDAYS), ("Every day", "daily"))
_WORK = choice_of(("Open deals", "deals"), ("Open leads", "leads"), ("Open tasks", "tasks"))
_REPORTS = choice_of(*((one.replace("-", " ").capitalize(), one) for one in DIGEST_REPORTS))

WORKSPACE_FORMS: Mapping[str, Form] = {
    "settings.set": Form(
        "Workspace",
        "Save",
        (
            Field("name", "Name", TEXT, optional=False),
            Field("timezone", "Time zone", ZONE, "Europe/Berlin", optional=False),
            Field("currency", "Currency of totals", TEXT, "EUR", optional=False),
            Field("date_order", "How is 03/04 read?", choice_of(*_ORDERS), optional=False),
        ),
    ),
    "stage.add": Form(
        "New stage",
        "Add",
        (
            Field("name", "What is it called?", TEXT, "Demo", optional=False),
            Field("probability", "How likely is a deal in it to be won?", CHANCE, "40 %", optional=False),
            Field("after", "After which stage?", STAGE),
            _STALE,
            _CATEGORY,
            _LATE,
        ),
    ),
    "stage.set": Form(
        "Edit stage",
        "Save",
        (
            Field("name", "Name", TEXT, optional=False),
            Field("probability", "Probability", CHANCE, "40 %", optional=False),
            _STALE,
            replace(_CATEGORY, optional=False),
            replace(_LATE, optional=False),
        ),
    ),
    "stage.remove": Form("Remove stage", "Remove", (Field("move_to", "Move its deals to", STAGE, optional=False),)),
    "reason.add": Form(
        "New reason", "Add", (Field("reason", "Why are deals lost?", TEXT, "Went silent", optional=False),)
    ),
    "user.reassign": Form(
        "Hand over",
        "Hand over",
        (
            Field("to", "Who should have it?", PERSON, optional=False),
            Field("only", "What?", _WORK),
        ),
    ),
    "user.add": Form(
        "New person",
        "Add",
        (
            Field("email", "E-mail", TEXT, "jo@acme.com", optional=False),
            Field("name", "Name", TEXT, "Jo Doe"),
            Field("role", "Role", _ROLES, optional=False),
            _ZONE,
        ),
    ),
    "digest.add": Form(
        "New digest",
        "Add",
        (
            Field("name", "What is it called?", TEXT, "weekly-forecast", optional=False),
            Field("report", "What does it tell?", _REPORTS, optional=False),
            Field("channel", "In which channel?", CHANNEL),
            Field("to_email", "Or to which address?", TEXT, "boss@acme.com"),
            Field("day", "Day", _DAYS, optional=False),
            Field("time", "Hour", HOUR, "08:00", optional=False),
            _ZONE,
        ),
    ),
}

SHOWN_IN: Mapping[str, Request] = {
    "settings.set": ShowSettings(),
    "stage.add": ListStages(),
    "stage.set": ListStages(),
    "stage.remove": ListStages(),
    "reason.add": ListLostReasons(),
    "user.add": ListUsers(),
    "digest.add": ListDigests(),
}
"""The look that takes the card's place once a form was sent."""
