"""Mails that pretend to be Jane's, in every way a stranger has: they write what they like, the server adds the truth.

The stranger owns evil.example, signs with it and passes SPF for it. Jane is jane@ours.example.
"""

from collections.abc import Iterator

from mails import ANNA, AUTHSERV, INTAKE

JANE = "jane@ours.example"
EVIL = "eve@evil.example"
# What the server found out: the stranger's own domain is in order, Jane's is not.
_OF_EVE = "spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example"
ABOUT_JANE = [
    f"{AUTHSERV}; {_OF_EVE}; dmarc=fail header.from=ours.example",
    f"{AUTHSERV}; {_OF_EVE}; dmarc=none header.from=ours.example",
    f"{AUTHSERV}; spf=softfail smtp.mailfrom=ours.example; dkim=none; dmarc=none header.from=ours.example",
    f"{AUTHSERV}; none",
]
ABOUT_EVE = f"{AUTHSERV}; {_OF_EVE}; dmarc=pass"
CLAIM = "dmarc=pass header.from=ours.example; dkim=pass header.d=ours.example; spf=pass smtp.mailfrom=ours.example"

# Two readers may take each of these for different senders; the server took it for Eve's.
SENDERS = [
    f"{JANE}, {EVIL}",
    f"{EVIL}, {JANE}",
    f"Jane Roe <{JANE}>, Eve <{EVIL}>",
    f"Eve <{EVIL}>, Jane Roe <{JANE}>",
    f"Jane Roe <{JANE}> <{EVIL}>",
    f"<{JANE}> <{EVIL}>",
    f"<{EVIL}> <{JANE}>",
    f"{JANE} <{EVIL}>",
    f'"{JANE}" <{EVIL}>',
    f'"Jane Roe <{JANE}>" <{EVIL}>',
    f"'{JANE}' <{EVIL}>",
    f"Jane Roe ({JANE}) <{EVIL}>",
    f"{JANE} ({EVIL})",
    f"({EVIL}) {JANE}",
    f"{JANE} (Jane) <{EVIL}>",
    f"Jane <{JANE}> (via {EVIL})",
    f"Team: {JANE};",
    f"Team: {JANE}, {EVIL};",
    f"Team:; {JANE}",
    f"undisclosed: ; <{JANE}>",
    f"<@evil.example:{JANE}>",
    f"<@evil.example,@x.example:{JANE}>",
    "jane@ours.example@evil.example",
    "eve@evil.example@ours.example",
    "<eve@evil.example@ours.example>",
    "<jane@ours.example@evil.example>",
    "eve@evil.example)jane@ours.example",
    "jane@ours.example)c@evil.example",
    "eve@evil.example(jane@ours.example",
    "a@b)c@ours.example",
    '"jane@ours.example"@evil.example',
    '"eve@evil.example"@ours.example',
    '"eve@evil.example> "@ours.example',
    '"jane"@ours.example',
    "jane @ours.example",
    "jane@ ours.example",
    "jane@ours.example.",
    "jane@ours.example\\@evil.example",
    "<jane@ours.example",
    "jane@ours.example>",
    f"{EVIL}\0{JANE}",
    f"{EVIL};{JANE}",
    f"{JANE};{EVIL}",
    f"{JANE} {EVIL}",
    f"=?utf-8?q?Jane_Roe_=3C{JANE.replace('@', '=40')}=3E?= <{EVIL}>",
    f"=?utf-8?q?{JANE.replace('@', '=40')}?= <{EVIL}>",
    f"=?utf-8?q?{JANE.replace('@', '=40')}=2C?= {EVIL}",
    f"=?utf-8?b?amFuZUBvdXJzLmV4YW1wbGU=?= <{EVIL}>",
    f"=?utf-8?q?=22?= {JANE} =?utf-8?q?=22?= <{EVIL}>",
    "=?utf-8?q?jane=40ours.example?=",
    "=?utf-8?q?jane?=@ours.example",
    "jane@=?utf-8?q?ours.example?=",
    f"Jane Roe\r\n <{JANE}>,\r\n <{EVIL}>",
    f"{JANE}\r\nFrom: {EVIL}",
    f"{EVIL}\r\nFrom: {JANE}",
    f"{EVIL}\r\nfrom : {JANE}",
    f"{EVIL}\r\nFROM:{JANE}",
    f"{EVIL}\r\nSender: {JANE}\r\nReply-To: {JANE}\r\nResent-From: {JANE}\r\nX-Original-From: {JANE}",
]

# Domains that look like ours; the stranger owns each, and the server found each of them in order.
ALIKE = [
    "0urs.example",
    "ours.examp1e",
    "ours-example.test",
    "ours.example.evil.example",
    "mail-ours.example.test",
    "ours.exarnple",
    "ourś.example",
    "\u043eurs.example",
    "o\u03c5rs.example",
    "our\u0455.example",
    "ours.\u0435xample",
    "o\u00adurs.example",
    "ours\u3002evil",
    "ours\uff0eexample.test",
    "\uff4f\uff55\uff52\uff53.test",
    "xn--urs-tdd.example",
    "xn--ors-tqc.example",
    "xn--ours-3ye.example",
    "xn--ours.example",
    "xn--.ours.example",
]

# The stranger's own header under the server's; and forms that hide in what the server repeats of the envelope.
FORGED = [
    f"{AUTHSERV}; {CLAIM}",
    f"{AUTHSERV.upper()}; {CLAIM}",
    f"{AUTHSERV} 1; {CLAIM}",
    f"(trust me) {AUTHSERV}; {CLAIM}",
    f"{AUTHSERV} (trust me); {CLAIM}",
    f'"{AUTHSERV}"; {CLAIM}',
    f"{AUTHSERV};\r\n\t{CLAIM.replace('; ', ';' + chr(13) + chr(10) + chr(9))}",
    f"\r\n {AUTHSERV};\r\n {CLAIM}",
    f"{AUTHSERV}.; {CLAIM}",
    f"{AUTHSERV}; {CLAIM}; dmarc=pass header.from=ours.example",
    f"=?utf-8?q?{AUTHSERV}?=; {CLAIM}",
    f"{AUTHSERV}\0; {CLAIM}",
]
OTHER_SERVERS = ["evil.example", f"{AUTHSERV}.evil.example", f"evil.{AUTHSERV}", "mx.ours.example2", "mx-ours.example"]
OTHER_SERVERS += ["mx.ours", f"evil ({AUTHSERV})", f"evil.example {AUTHSERV}", f'"{AUTHSERV} "', "mx.\u043eurs.example"]
ENVELOPES = [
    f'"; {CLAIM}; x=y a.b="@evil.example',
    f'"x\\"; {CLAIM}"@evil.example',
    "=?utf-8?q?=3B_dmarc=3Dpass_header.from=3Dours.example?=@evil.example",
    "=?utf-8?q?ours.example_x.y=3D?=@evil.example",
    "=?utf-8?b?b3Vycy5leGFtcGxlIHgueT0=?=@evil.example",
    '"jane@ours.example"@evil.example',
    "jane@ours.example@evil.example",
    "x smtp.mailfrom=ours.example @evil.example",
    "evil.example smtp.mailfrom=ours.example",
    "ours.example.evil.example",
    "jane=ours.example@evil.example",
    "evil.example; dmarc=fail header.from=ours.example; x=pass (; dmarc=pass header.from=ours.example)",
    "evil.example (; dkim=pass header.d=ours.example)",
    'evil.example reason="; dkim=pass header.d=ours.example"',
    "(ours.example) evil.example",
    "evil.example (\\); dkim=pass header.d=ours.example)",
]


def spoofs() -> Iterator[tuple[str, bytes]]:
    """Return each variant with its name."""
    for n, sender in enumerate(SENDERS):
        for m, found in enumerate((f"{ABOUT_EVE} header.from=evil.example", ABOUT_EVE, ABOUT_JANE[0])):
            yield f"sender {n}, server says {m}", _mail(sender, found)
    for n, domain in enumerate(ALIKE):
        yield f"alike {n}", _mail(f"Jane Roe <jane@{domain}>", f"{AUTHSERV}; dmarc=pass header.from={domain}")
        yield f"alike {n} without a word of whom", _mail(f"jane@{domain}", f"{AUTHSERV}; dmarc=pass")
    for n, forged in enumerate(FORGED):
        for m, found in enumerate(ABOUT_JANE):
            yield f"forged {n} below {m}", _mail(JANE, found, forged)
    for n, server in enumerate(OTHER_SERVERS):
        yield f"other server {n} below", _mail(JANE, ABOUT_JANE[0], f"{server}; {CLAIM}")
        yield f"other server {n} alone", _mail(JANE, f"{server}; {CLAIM}")
    for n, sent_from in enumerate(ENVELOPES):
        yield f"envelope {n}", _mail(JANE, f"{AUTHSERV}; spf=pass smtp.mailfrom={sent_from}")
        yield f"identity {n}", _mail(JANE, f"{AUTHSERV}; dmarc=none; dkim=pass header.i={sent_from}")


def _mail(sender: str, *results: str) -> bytes:
    lines = [f"Authentication-Results: {result}" for result in results]
    lines += [f"From: {sender}", f"To: {ANNA}", f"Cc: {INTAKE}", "Subject: pay this", "", "Please pay."]
    return "\r\n".join(lines).encode()
