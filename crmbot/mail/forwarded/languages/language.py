"""What one row of the language tables holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """The words mail clients write in one interface language; several are separated by `|`.

    Attributes:
        code: ISO 639-1, for people.
        sender, to, cc, date, subject: names of quoted headers.
        other: names of quoted headers that are passed over.
        forwarded: what stands above a forwarded message.
        original: what stands above a quoted message in replies and forwards alike.
        forward_prefix, reply_prefix: what the client puts before the subject, without the colon.
        wrote: what introduces a reply's quote, without the colon; … stands for date and name.
        mobile: signatures apps add; … stands for a device or an app.
        closing: how a letter ends.
        behalf: “A on behalf of B”.
        automatic: how the subject of an automatic reply begins.
    """

    code: str
    sender: str = ""
    to: str = ""
    cc: str = ""
    date: str = ""
    subject: str = ""
    other: str = ""
    forwarded: str = ""
    original: str = ""
    forward_prefix: str = ""
    reply_prefix: str = ""
    wrote: str = ""
    mobile: str = ""
    closing: str = ""
    behalf: str = ""
    automatic: str = ""
