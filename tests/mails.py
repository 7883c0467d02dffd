"""Raw mails for tests, as clients and servers make them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crmbot.crm.policy import Policy

INTAKE = "crm@ours.example"
AUTHSERV = "mx.ours.example"
SENT_AT = datetime(2031, 3, 5, 8, 0, tzinfo=UTC)
POLICY = Policy(
    own_domains=frozenset({"ours.example"}), intake_addresses=(INTAKE,), secret_key=b"a key for mail tests only"
)
JANE = "Jane Roe <jane@ours.example>"
SAM = "Sam Poe <sam@ours.example>"
ANNA = "Anna Lind <anna@acme.example>"


@dataclass(frozen=True)
class Raw:
    """One mail; `str` parts are header values as written. `proven` adds the own server's word for the sender."""

    sender: str = JANE
    to: str = ANNA
    cc: str = ""
    subject: str = "Offer for 40 seats"
    body: str = "Dear Anna, here is the offer we spoke about."
    message_id: str | None = "<offer-1@ours.example>"
    date: str | None = "Wed, 05 Mar 2031 08:00:00 +0000"
    references: str = ""
    delivered_to: str = ""
    proven: bool = True
    extra: str = ""

    def __bytes__(self) -> bytes:
        lines = []
        if self.delivered_to:
            lines.append(f"Delivered-To: {self.delivered_to}")
        if self.proven:
            domain = self.sender.rpartition("@")[2].strip("<> ")
            lines.append(f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}")
        lines += [f"From: {self.sender}", f"To: {self.to}"]
        optional = {
            "Cc": self.cc,
            "Message-ID": self.message_id,
            "Date": self.date,
            "In-Reply-To": self.references.split()[-1] if self.references else "",
            "References": self.references,
        }
        lines += [f"{name}: {value}" for name, value in optional.items() if value]
        lines += [f"Subject: {self.subject}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
        if self.extra:
            lines.append(self.extra)
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body.replace("\n", "\r\n") + "\r\n").encode()

    def but(self, **changes: object) -> "Raw":
        """Return the mail with other parts."""
        return replace(self, **changes)  # type: ignore[arg-type] # the parts are checked by the dataclass


def forward(
    original: Raw,
    *,
    by: str = JANE,
    to: str = INTAKE,
    words: str = "",
    date: str = "Wed, Mar 5, 2031 at 9:00 AM",
    message_id: str = "<forward-1@ours.example>",
    client: str = "gmail",
) -> Raw:
    """Return somebody's forward of a mail, inline, as a client writes it; the dates are Berlin's."""
    head = {
        "gmail": f"---------- Forwarded message ---------\nFrom: {original.sender}\nDate: {date}\n"
        f"Subject: {original.subject}\nTo: {original.to}\n\n\n",
        "outlook": f"________________________________\nVon: {original.sender}\nGesendet: {date}\n"
        f"An: {original.to}\nBetreff: {original.subject}\n\n",
    }[client]
    prefix = {"gmail": "Fwd: ", "outlook": "WG: "}[client]
    return Raw(
        sender=by,
        to=to,
        subject=prefix + original.subject,
        body=(words + "\n\n" if words else "") + head + original.body,
        message_id=message_id,
        date="Wed, 05 Mar 2031 09:10:00 +0000",
    )
