"""Which record a word means: exactly one, a choice, or nothing with the nearest names. Never a guess."""

from crmbot.crm.lookup.activities import find_activity
from crmbot.crm.lookup.candidates import candidate
from crmbot.crm.lookup.likeness import nearest_to
from crmbot.crm.lookup.naming import NAMED
from crmbot.crm.lookup.people import already_theirs, find_user
from crmbot.crm.lookup.records import exactly_named, find_deal, find_record, find_target
from crmbot.crm.lookup.sisters import NEW, refuse_sisters
from crmbot.crm.lookup.stages import find_stage

__all__ = [
    "NAMED",
    "NEW",
    "already_theirs",
    "candidate",
    "exactly_named",
    "find_activity",
    "find_deal",
    "find_record",
    "find_stage",
    "find_target",
    "find_user",
    "nearest_to",
    "refuse_sisters",
]
