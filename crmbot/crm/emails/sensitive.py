"""Mail that nobody but its reader should see: sign-ups, passwords and codes that programs send (E08)."""

import re

_SUBJECT = re.compile(
    r"""
    \b(?:verif(?:y|ication|izier)|confirm\w*\ (?:your|you|e-?mail|account|address|registration|subscription)
    |activat\w*|reset\w*|forgot\w*|one[- ]time|passcode|password|passwort|mot\ de\ passe|contrase(?:ñ|n)a|wachtwoord
    |senha|kennwort|sign[- ]?(?:in|up)\b|log[- ]?in\b|anmeld\w*|registrier\w*|best(?:ä|ae)tig\w*|v(?:é|e)rifi\w+
    |confirmez|confirma\ (?:tu|su)|conferma\w*|bevestig\w*|(?:security|verification|access|login)\ code
    |sicherheitscode|zugangscode|code\ de\ (?:s(?:é|e)curit(?:é|e)|v(?:é|e)rification)|2fa|two[- ]factor
    |new\ device|neues\ ger(?:ä|ae)t|magic\ link|invitation\ to\ join|forwarding\ confirmation
    |weiterleitungsbest(?:ä|ae)tigung)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CODE = re.compile(r"\b(?:code|pin|otp|passcode|tan|kode|codice|código)\b[^\n]{0,40}?\b\d{4,8}\b", re.IGNORECASE)
_LINK = re.compile(
    r"https?://\S{0,300}(?:token|verify|confirm|activate|reset|password|signup|otp|magic)", re.IGNORECASE
)
_SENDERS = re.compile(r"\b(?:no-?reply|do-?not-?reply|security|account\w*|verify|password)\b", re.IGNORECASE)
_READ = 4_000


def is_sensitive(subject: str, text: str, from_address: str | None) -> bool:
    """Say whether a mail may give its reader a way into an account; rather one too many than one too few."""
    start = text[:_READ]
    if _SUBJECT.search(subject[:500]) or _CODE.search(start):
        return True
    machine = bool(_SENDERS.search((from_address or "").partition("@")[0]))
    return bool(_LINK.search(start)) and machine
