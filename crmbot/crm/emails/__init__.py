"""Mail as the CRM keeps it: logged once, matched to records, waiting for a person, or written here."""

from crmbot.crm.emails.log import log_email
from crmbot.crm.emails.obeying import obey_mail
from crmbot.crm.emails.own import show_mail_address
from crmbot.crm.emails.places import choose_place
from crmbot.crm.emails.rules import allow_mail, list_mail_rules
from crmbot.crm.emails.triage import add_sender, attach_email, ignore_email, list_triage, show_email
from crmbot.crm.emails.writing import write_email

__all__ = [
    "add_sender",
    "allow_mail",
    "attach_email",
    "choose_place",
    "ignore_email",
    "list_mail_rules",
    "list_triage",
    "log_email",
    "obey_mail",
    "show_email",
    "show_mail_address",
    "write_email",
]
