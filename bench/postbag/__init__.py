"""A postbag for the benches: mails of many kinds in turn, and a workspace whose customers they are from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from crmbot.crm.actors import Actor
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddUser, CreateContact, CreateDeal
from crmbot.crm.setup import create_workspace
from crmbot.service import CrmService
from crmbot.store import EVERY_WORKSPACE, Store

SIZE = 6_000
PEOPLE = 200
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
FILLER = "We spoke about the offer, the number of seats and the date: the 3rd suits us well.\r\n"
TRANSPORT = "".join(
    f"Received: from mx{n}.example.com (mx{n}.example.com [192.0.2.{n}])\r\n\tby mx.ours.example with ESMTPS id {n}\r\n"
    for n in range(4)
)
PROOF = "Authentication-Results: mx.ours.example; dmarc=pass header.from=ours.example\r\n"
LOGGED = ("forward", "forward", "blind copy", "answer")
MIXED = ("forward", "HTML forward", "blind copy", "answer", "newsletter", "absence", "stranger", "blind copy")
OTHERS = {
    "newsletter": "News <news@letters{n}.example>",
    "absence": "{customer}",
    "stranger": "Somebody <somebody@unknown{n}.example>",
}
HTML = "Content-Type: text/html; charset=utf-8\r\n"


def make_mails(count: int, kinds: tuple[str, ...] = LOGGED) -> Iterator[bytes]:
    """Return mails of the kinds in turn."""
    for n in range(count):
        kind = kinds[n % len(kinds)]
        who = (n - 1 if kind == "answer" else n) % PEOPLE
        customer = f"person{who}@company{who}.example"
        sender = OTHERS.get(kind, "Jane Roe <jane@ours.example>").format(customer=customer, n=n)
        head = TRANSPORT + PROOF + f"From: {sender}\r\nMessage-ID: <m{n}@ours.example>\r\n"
        head += "Date: Fri, 20 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        body = FILLER * ((SIZE - 900) // len(FILLER)) + f"marker {n}\r\n"
        if kind == "HTML forward":
            opening = f"To: crm@ours.example\r\nSubject: Fwd: Offer {n}\r\n\r\n"
            yield (head + HTML + opening + _as_html(n, customer, body)).encode()
        else:
            yield (head + "Content-Type: text/plain; charset=utf-8\r\n" + _rest(kind, n, customer) + body).encode()


def _as_html(n: int, customer: str, body: str) -> str:
    """Return the text of a forward as its client's HTML."""
    lines = "".join(f"<div>{line}</div>\r\n" for line in body.split("\r\n"))
    head = f"---------- Forwarded message ---------<br>From: <b>Person {n}</b> &lt;{customer}&gt;<br>"
    head += f"Date: Fri, Nov 20, 2026 at 7:{n % 60:02} AM<br>Subject: Offer {n}<br>"
    head += "To: Jane Roe &lt;jane@ours.example&gt;<br>"
    return f"<div>please log</div><div>{head}</div><br>{lines}"


def _rest(kind: str, n: int, customer: str) -> str:
    """Return the headers that make the kind, and what stands before the text."""
    if kind == "forward":
        quoted = f"---------- Forwarded message ---------\r\nFrom: Person {n} <{customer}>\r\n"
        quoted += f"Date: Fri, Nov 20, 2026 at 7:{n % 60:02} AM\r\nSubject: Offer {n}\r\n"
        quoted += "To: Jane Roe <jane@ours.example>\r\n\r\n\r\n"
        return f"To: crm@ours.example\r\nSubject: Fwd: Offer {n}\r\n\r\nplease log\r\n\r\n{quoted}"
    if kind == "newsletter":
        return f"To: crm@ours.example\r\nList-Id: <letters.example>\r\nSubject: News {n}\r\n\r\n"
    if kind == "absence":
        return f"To: crm@ours.example\r\nAuto-Submitted: auto-replied\r\nSubject: Away {n}\r\n\r\n"
    if kind == "stranger":
        return f"To: crm@ours.example\r\nSubject: Question {n}\r\n\r\n"
    if kind == "blind copy":
        return f"To: {customer}\r\nDelivered-To: crm@ours.example\r\nSubject: Offer {n}\r\n\r\n"
    answered = f"<m{n - 1}@ours.example>"
    head = f"In-Reply-To: {answered}\r\nReferences: {answered}\r\nTo: {customer}\r\n"
    return f"{head}Cc: crm@ours.example\r\nSubject: Re: Offer {n}\r\n\r\n"


def prepare(store: Store) -> tuple[CrmService, str]:
    """Fill a store with a rep and the customers that the mails are from."""
    policy = Policy(
        own_domains=frozenset({"ours.example"}), intake_addresses=("crm@ours.example",), secret_key=b"a key of a bench"
    )
    service = CrmService(store, lambda: NOW + timedelta(hours=1), policy)
    with store.writing(EVERY_WORKSPACE) as session:
        workspace = create_workspace(session, name="Bench", now=NOW)
    system: Actor = service.system(workspace.id)
    service.perform(system, AddUser("jane@ours.example", name="Jane Roe", role="rep"))
    for n in range(PEOPLE):
        made = service.perform(system, CreateContact(f"Person {n}", emails=(f"person{n}@company{n}.example",)))
        service.perform(system, CreateDeal(f"Deal {n}", contact=made.record.reference))  # type: ignore[attr-defined] # an Outcome
    return service, workspace.id
