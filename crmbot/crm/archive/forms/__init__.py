"""What each line of an archive may say: the format of an archive as one table."""

from collections.abc import Mapping

from crmbot.crm.archive.forms.choices import CHOICES
from crmbot.crm.archive.forms.form import Form
from crmbot.crm.archive.forms.mail import EMAIL_FILE, MAIL
from crmbot.crm.archive.forms.records import ACTIVITY_ENTRY, DEAL_ENTRY, LEAD_EARLIER, RECORDS
from crmbot.crm.archive.forms.settings import SETTINGS

FORMS: Mapping[str, Form] = {**SETTINGS, **RECORDS, **MAIL, **CHOICES}
"""Every type of line, in the order of an archive."""

NESTED = {
    "deal": ("history", DEAL_ENTRY.refs),
    "activity": ("history", ACTIVITY_ENTRY.refs),
    "lead": ("earlier", LEAD_EARLIER.refs),
    "email": ("files", EMAIL_FILE.refs),
}
"""The field that holds a type's entries, and what these point to."""

SET_UP = frozenset(SETTINGS) | frozenset(CHOICES)
"""The types that a store may have already: what the file says of them wins."""

WRITE_ORDER = tuple(
    "workspace stage user rate company contact deal lead customer activity note proposal file email meeting"
    " mail_rule digest alias".split()
)
"""The types in the order in which rows can be written: what is pointed to comes first. A file brings its pieces."""

__all__ = ["FORMS", "NESTED", "SET_UP", "WRITE_ORDER", "Form"]
