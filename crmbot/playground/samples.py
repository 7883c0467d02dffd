"""What the demo types and forwards."""

from datetime import datetime
from email.utils import format_datetime

TYPED = (
    '/deal new "Harbor Freight pilot" $18k close:+3w stage:qualified',
    '/log call acme renewal "wants 40 seats" 25m stage:negotiation next:"send contract" fri',
    "/task call Dana tomorrow 3pm re:globex",
    "/lead new Priya Raman priya@lumen.example company:Lumen from referral",
    "/lead convert priya $12k stage:qualified",
    "/deal move harbor freight proposal sent",
    "/deal lost harbor freight",
    "/crm undo",
    "/crm proposal new lumen 40 x Seat, yearly @ $300 -10% +20%; Setup @ $1,200",
    "/crm proposal send lumen link",
    "/crm find acme",
    "/crm today",
    "/pipeline @Jane",
    "/crm web",
)
"""Lines of a rep's day; the answer to the lost deal is a question with buttons."""

EXAMPLES = (TYPED[0], TYPED[1], "/deal lost harbor freight", "/crm today", "/pipeline", "/report sales-pipeline")
"""What the page offers to begin with."""

SPEAKER = "jane@demo.example"
"""Who speaks on the page unless somebody else is chosen."""

FORWARDER = "Jane Davis <jane@demo.example>"
INTAKE = "crm@demo.example"
AUTHSERV_ID = "mx.demo.example"

_FORWARDED = """\
Authentication-Results: {authserv}; dmarc=pass header.from=demo.example
Received: from mail.demo.example by {authserv}; {date}
From: {forwarder}
To: {intake}
Subject: Fwd: Rollout in March
Date: {date}
Message-ID: <demo-{stamp}@mail.demo.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Good news from Dana, see below.

---------- Forwarded message ---------
From: Dana Whitfield <dana@globex.example>
Date: {written}
Subject: Rollout in March
To: Jane Davis <jane@demo.example>


Hi Jane,

the board said yes to a rollout in March. Could you send the contract for
40 seats this week?

Best,
Dana
"""


def forwarded_mail(now: datetime) -> bytes:
    """Return a mail that a rep forwards to the CRM, passed by the receiving server's checks."""
    text = _FORWARDED.format(
        authserv=AUTHSERV_ID,
        forwarder=FORWARDER,
        intake=INTAKE,
        date=format_datetime(now),
        stamp=int(now.timestamp()),
        written=f"{now:%a, %b} {now.day}, {now.year} at {now:%I:%M %p}",
    )
    return text.replace("\n", "\r\n").encode()
