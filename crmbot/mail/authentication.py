"""Whether the mailbox in From really sent the mail, by what the own mail server wrote into it (RFC 8601)."""

import re
import unicodedata
from dataclasses import dataclass
from email.utils import parseaddr

from crmbot.domain.identity import normalise_email
from crmbot.mail.message.decoding import decode_header
from crmbot.mail.results import Result, read_results, server_of
from crmbot.mail.values import Mail

_ADDRESS = r"[^<>@\s,;:()\"\\]+@[A-Za-z0-9.-]+(?<!\.)"
_MAILBOX = re.compile(
    r"(?:(?P<quoted>\"(?:[^\"\\]|\\.)*\")|(?P<words>[^\"<>@,;:()\[\]\\]*))\s*"
    rf"(?:<(?P<inside>{_ADDRESS})>)"
)
_BARE = re.compile(_ADDRESS)
# Gmail names a signature's identity alone, which is always its domain or one below.
_VOUCHING = (("dkim", ("header.d", "header.i")), ("spf", ("smtp.mailfrom", "smtp.mail")))
_ADDRESS_IN_NAME = re.compile(r"[^\s<>\"']+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Authentication:
    """`passed` when the sender's domain vouches for the mail; `reason` says why or why not, for people."""

    passed: bool
    reason: str
    domain: str | None = None


def authenticate(mail: Mail, *, authserv_id: str | None) -> Authentication:
    """Judge the mail's From by the top-most Authentication-Results header of the configured server alone.

    A pass is DMARC's, or a DKIM or SPF pass for the domain of From or for one above it. Every From that two readers
    could take for different mailboxes fails.
    """
    if not authserv_id:
        return Authentication(passed=False, reason="no mail server is configured whose word counts")
    values = mail.header_values("from")
    if len(values) != 1:
        return Authentication(passed=False, reason=f"{len(values) or 'no'} From headers")
    email = _only_mailbox(values[0])
    if email is None or mail.sender is None or mail.sender.email != email:
        return Authentication(passed=False, reason="From is not exactly one plain mailbox")
    domain = email.rpartition("@")[2]
    if _looks_alike(domain):
        return Authentication(passed=False, reason="the domain of From is written in mixed or foreign letters")
    results = _own_results(mail, authserv_id)
    if results is None:
        return Authentication(passed=False, reason=f"no readable result of {authserv_id}", domain=domain)
    return _judge(results, domain)


def _judge(results: tuple[Result, ...], domain: str) -> Authentication:
    policies = [result for result in results if result.method == "dmarc"]
    if any(result.result == "fail" for result in policies) or len(policies) > 1:
        return Authentication(passed=False, reason="DMARC failed", domain=domain)
    for result in policies:
        if result.result == "pass" and _property(result, "header.from") == domain:
            return Authentication(passed=True, reason="DMARC pass", domain=domain)
    for method, places in _VOUCHING:
        for result in results:
            if result.method != method or result.result != "pass":
                continue
            signed = next((found for place in places if (found := _property(result, place))), "")
            if _is_aligned(signed.rpartition("@")[2], domain):
                return Authentication(passed=True, reason=f"{method.upper()} pass of {signed}", domain=domain)
    return Authentication(passed=False, reason="nothing vouches for the domain of From", domain=domain)


def _own_results(mail: Mail, authserv_id: str) -> tuple[Result, ...] | None:
    own = authserv_id.lower()
    for value in mail.header_values("authentication-results"):
        # The first one of this name is the server's; those below came with the mail, so they are never looked at.
        if server_of(value) == own:
            return read_results(value)
    return None


def _property(result: Result, name: str) -> str:
    return result.properties.get(name, "").lower().rstrip(".")


def _is_aligned(signed: str, domain: str) -> bool:
    # A domain speaks for those below it. The other way round needs the list of public suffixes: DMARC's own business.
    return "." in signed and (signed == domain or domain.endswith("." + signed))


def _only_mailbox(value: str) -> str | None:
    """Return the address when every reader sees the same single mailbox in the header as it stands; else None."""
    value = value.strip()
    match = _MAILBOX.fullmatch(value)
    address = match["inside"] if match else value
    if not match and not _BARE.fullmatch(value):
        return None
    try:
        email = normalise_email(address)
        if normalise_email(parseaddr(value)[1]) != email:
            return None
    except ValueError:
        return None
    name = decode_header((match["quoted"] or match["words"] or "").encode()) if match else ""
    shown = _ADDRESS_IN_NAME.search(name)
    if shown and shown[0].strip("\\").lower() != email:
        return None
    return email


def _looks_alike(domain: str) -> bool:
    """Say whether a label was written in letters that can pass for others under a Latin top-level domain."""
    labels = domain.split(".")
    if not domain.isascii():
        return True
    if "xn--" not in domain or labels[-1].startswith("xn--"):
        return False
    for label in labels:
        if label.startswith("xn--"):
            try:
                letters = label.encode("ascii").decode("idna")
            except UnicodeError:
                return True
            if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN SMALL LETTER") for c in letters):
                return True
    return False
