"""The grammar as data: every noun, verb and fact that chat knows."""

from crmbot.language.grammar.activities import LOG, TASK
from crmbot.language.grammar.deals import DEAL, PIPELINE
from crmbot.language.grammar.leads import LEAD
from crmbot.language.grammar.people import COMPANY, CONTACT
from crmbot.language.grammar.proposals import PROPOSAL
from crmbot.language.grammar.settings import ALIASES, REASON_NOUN, SETTINGS, STAGE_NOUN
from crmbot.language.grammar.workspace import CRM, DIGEST, MAIL, REPORT, USER
from crmbot.language.verbs import Noun, known_keys

NOUNS: dict[str, Noun] = {
    noun.name: noun
    for noun in (
        *(LEAD, DEAL, CONTACT, COMPANY, LOG, TASK, PROPOSAL, PIPELINE, REPORT, DIGEST),
        *(USER, SETTINGS, STAGE_NOUN, REASON_NOUN, ALIASES, MAIL, CRM),
    )
}
"""Every noun by its name."""

KEYS = known_keys(NOUNS.values())
"""Every key with the verbs that take it."""
