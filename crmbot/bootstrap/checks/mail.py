"""Mail: every mailbox opens, and the server that mail leaves through takes the log-in."""

from crmbot.bootstrap.checks.finding import Finding, Subject
from crmbot.config.settings import IntakeSettings, SmtpSettings
from crmbot.errors import SendFailed
from crmbot.mail.mailbox import Mailbox, MailboxFailed
from crmbot.mail.submission import probe


def check_mailbox(subject: Subject, intake: IntakeSettings) -> Finding:
    """Log in, open the folder and read its UIDVALIDITY."""
    name = f"mailbox {intake.name}"
    if not intake.host:
        return Finding(name, "skipped", "mail.intake.host is empty: no mailbox is read.")
    try:
        with Mailbox(intake, timeout=subject.seconds) as mailbox:
            where = f"{intake.user} at {intake.host}:{intake.port}, {intake.mailbox}"
            return Finding(name, "ok", f"{where}, UIDVALIDITY {mailbox.uid_validity}.")
    except MailboxFailed as failure:
        return Finding(name, "failed", f"{failure}.", _what_to_do(intake, failure))
    except OSError as error:
        return Finding(
            name, "failed", f"ca_file {intake.ca_file} can't be used: {error}.", "Correct mail.intake.ca_file."
        )


def _what_to_do(intake: IntakeSettings, failure: MailboxFailed) -> str:
    if not failure.refused or "safely" in str(failure):
        return "Check host, port, tls, ca_file and mailbox below [mail.intake]."
    if intake.auth != "password":
        return "Check oauth_url, oauth_client_id and CRMBOT_IMAP_OAUTH_*; docs/mail.md tells how to get them."
    return "Check mail.intake.user and CRMBOT_IMAP_PASSWORD; many providers want an app password."


def check_smtp(subject: Subject) -> Finding:
    """Connect, log in and ask for a sign of life."""
    name, settings = "mail out", subject.settings
    smtp = settings.smtp
    waiting = [digest.name for digest in settings.digests if digest.to]
    if not smtp.host:
        if waiting:
            told = f"mail.smtp.host is empty, but digests go by mail: {', '.join(waiting)}."
            return Finding(name, "failed", told, "Fill in [mail.smtp], or give these digests a channel.")
        return Finding(name, "skipped", "mail.smtp.host is empty: no mail is sent.")
    if not (smtp.sender or any(intake.address for intake in settings.mail_intake)):
        return Finding(name, "failed", "There is no address to send from.", "Set mail.smtp.sender.")
    try:
        probe(smtp, timeout=subject.seconds)
    except SendFailed as failure:
        return Finding(name, "failed", f"{smtp.host}:{smtp.port}: {failure}", _how_to_send(smtp))
    return Finding(name, "ok", f"{smtp.host}:{smtp.port} answers{f' {smtp.user}' if smtp.user else ''}.")


def _how_to_send(smtp: SmtpSettings) -> str:
    if smtp.auth == "password":
        return "Check host, port, tls, user and auth below [mail.smtp], and CRMBOT_SMTP_PASSWORD."
    return (
        "Check host, port, tls, user, oauth_url and oauth_client_id below [mail.smtp], and CRMBOT_SMTP_OAUTH_*; "
        "docs/mail.md tells how to get them."
    )
