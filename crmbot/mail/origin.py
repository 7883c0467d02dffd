"""From whom a raw mail says to be, before anybody reads it: enough to tell one sender's flood from other mail."""

import re

_LOOKED_AT = 32 * 1024
_FROM = re.compile(rb"^from:([^\r\n]{0,1000})", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
_LONGEST = 255


def sender_of(raw: bytes) -> str:
    """Return the address in the From header, or what stands there; nobody is trusted by it."""
    found = _FROM.search(raw, 0, _LOOKED_AT)
    if found is None:
        return ""
    words = found[1].decode("ascii", "replace").lower()
    address = _ADDRESS.search(words)
    return (address[0] if address else words.strip())[:_LONGEST]
