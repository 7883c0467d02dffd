"""The lines that a store may have already: the workspace, its stages, users and rates."""

from collections.abc import Mapping

from crmbot.crm.archive import values as read
from crmbot.crm.archive.forms.form import REF, Form
from crmbot.domain.permissions import Role
from crmbot.domain.stages import ForecastCategory, StageKind

SETTINGS: Mapping[str, Form] = {
    "workspace": Form(
        {
            "type": read.text,
            "name": read.name,
            "timezone": read.timezone,
            "currency": read.currency,
            "date_order": read.one_of(("dmy", "mdy")),
            "lost_reasons": read.listing(read.name),
            "holds": read.counts,
        },
        ("name", "timezone", "currency"),
    ),
    "stage": Form(
        {
            "type": read.text,
            "key": read.short(64),
            "name": read.name,
            "kind": read.one_of(StageKind),
            "probability": read.whole(0, 100),
            "late": read.flag,
            "position": read.whole(0, 10_000),
            "stale_after_days": read.whole(0, 100_000),
            "forecast_category": read.one_of(ForecastCategory),
            "removed_at": read.instant,
        },
        ("key", "name", "kind"),
    ),
    "user": Form(
        {
            "type": read.text,
            "ref": REF,
            "name": read.name,
            "email": read.email,
            "role": read.one_of(Role),
            "timezone": read.timezone,
            "slack_user_id": read.short(32),
            "receipts": read.one_of(("all", "problems", "none")),
            "receipts_by": read.one_of(("slack", "mail", "both")),
            "active": read.flag,
            "created_at": read.instant,
        },
        ("ref", "name", "email", "role"),
    ),
    "rate": Form(
        {"type": read.text, "ref": REF, "currency": read.currency, "on": read.day, "rate": read.rate},
        ("currency", "on", "rate"),
    ),
}
"""Every type of setting."""
