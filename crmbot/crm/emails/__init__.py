"""Mail as the CRM keeps it: logged once, matched to records, or waiting for a person."""

from crmbot.crm.emails.log import log_email
from crmbot.crm.emails.obeying import obey_mail
from crmbot.crm.emails.triage import add_sender, attach_email, ignore_email, list_triage, show_mail_address

__all__ = ["add_sender", "attach_email", "ignore_email", "list_triage", "log_email", "obey_mail", "show_mail_address"]
