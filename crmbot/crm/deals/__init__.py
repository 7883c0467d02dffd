"""Deals: open, move, change, win, lose, reopen. Every change is kept with its time."""

from crmbot.crm.deals.closing import lose, reopen, win
from crmbot.crm.deals.editing import editable, enter_stage, first_stage
from crmbot.crm.deals.facts import apply_facts, doubts_of, refuse_probability, set_facts, usable_title
from crmbot.crm.deals.moving import assign, move
from crmbot.crm.deals.opening import create, open_deal

__all__ = [
    "apply_facts",
    "assign",
    "create",
    "doubts_of",
    "editable",
    "enter_stage",
    "first_stage",
    "lose",
    "move",
    "open_deal",
    "refuse_probability",
    "reopen",
    "set_facts",
    "usable_title",
    "win",
]
