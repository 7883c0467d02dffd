"""The lines of what people chose: senders to be left aside, digests, and words for records."""

from collections.abc import Mapping

from crmbot.config.settings import DIGEST_REPORTS
from crmbot.crm.archive import values as read
from crmbot.crm.archive.forms.form import Form, record
from crmbot.domain.calendar import DAILY, WEEKDAYS
from crmbot.models import Alias, DigestSubscription, MailRule

CHOICES: Mapping[str, Form] = {
    "mail_rule": record(
        MailRule,
        {"created_by": "user"},
        {"kind": read.one_of(("sender", "domain", "never")), "value": read.short(320), "created_at": read.instant},
        "kind",
        "value",
    ),
    "digest": record(
        DigestSubscription,
        {"owner": "user", "only_of": "user"},
        {
            "name": read.short(64),
            "report": read.one_of(DIGEST_REPORTS),
            "channel": read.text,
            "to_email": read.email,
            "day": read.one_of((*WEEKDAYS, DAILY)),
            "time": read.clock,
            "timezone": read.timezone,
            "paused_at": read.instant,
            "created_at": read.instant,
            "from_config": read.flag,
        },
        "name",
        "report",
        "day",
        "time",
        "timezone",
    ),
    "alias": record(
        Alias,
        {"user": "user", **{kind: kind for kind in ("lead", "contact", "company", "deal")}},
        {"word": read.short(100)},
        "user",
        "word",
    ),
}
"""Every type of choice."""
