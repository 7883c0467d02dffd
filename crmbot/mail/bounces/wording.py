"""How mail servers that send no report say whom they could not reach: one row a program."""

import re

ADDRESS = r"[^\s<>()\[\],;:\"']{1,64}@[A-Za-z0-9._-]{1,253}"
_FOUND = rf"<?(?P<recipient>{ADDRESS})>?"
_REASON = r"(?P<reason>(?:[^\n]*\S[^\n]*\n?){1,12})"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE | re.IGNORECASE)


WORDINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("exchange", _words(rf"^Delivery has failed to these[^\n]*\n+[^\n@]{{0,200}}{_FOUND}[^\n]*\n+{_REASON}")),
    ("exchange 2003", _words(rf"recipient\(s\) (?:cannot|could not) be reached:\s+'?{_FOUND}'?[^\n]*\n\s*{_REASON}")),
    ("gmail", _words(rf"(?:delivered to|delivering your message to) \**{_FOUND}\**\s*(?P<reason>because [^\n]+)")),
    ("gmail, older", _words(rf"Delivery to the following recipient failed permanently:\s+{_FOUND}\s+{_REASON}")),
    ("lotus", _words(rf"was not delivered to:\s+{_FOUND}\s+because:\s+{_REASON}")),
    ("amazon ses", _words(rf"trying to deliver the mail to the following recipients:\s+{_FOUND}\s*{_REASON}?")),
    ("exim", _words(rf"following address(?:\(es\)|es)? failed:\s+{_FOUND}[^\n]*\n\s*{_REASON}")),
    ("sendmail", _words(rf"following addresses had permanent fatal errors -----\s+{_FOUND}\s+{_REASON}")),
    ("sun", _words(rf"^[ \t]*Recipient address:\s*{_FOUND}\s+(?:Original address:[^\n]*\n\s*)?Reason:\s*{_REASON}")),
    ("communigate", _words(rf"^[ \t]*Failed (?:recipient|to deliver to)[: ]\s*'?{_FOUND}'?\s*{_REASON}?")),
    ("postfix", _words(rf"^<(?P<recipient>{ADDRESS})>:[ \t]+{_REASON}")),
    ("qmail, yahoo", _words(rf"^<(?P<recipient>{ADDRESS})>:[ \t]*\n{_REASON}")),
)  # fmt: skip
"""Program -> where the recipient and the reason stand. A reason may be missing."""
