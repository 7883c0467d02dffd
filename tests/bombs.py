"""Mails made to take their reader's time or memory."""

HEAD = b"From: a@b.c\nSubject: Fwd: x\n"
MIXED = b"Content-Type: multipart/mixed; boundary=a\n\n"
HTML = b"Content-Type: text/html\n\n"
PLAIN = b"Content-Type: text/plain\n\n"
NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))

BOMBS = {
    "200,000 parts": HEAD + MIXED + b"--a\n\nx\n" * 200_000,
    "depth 2,000": HEAD + NESTED,
    "one boundary at every depth": HEAD + MIXED + (b"--a\n" + MIXED) * 100_000,
    "message in message": (HEAD + b"Content-Type: message/rfc822\n\n") * 20_000,
    "5 MB header": b"Subject: " + b"a" * 5_000_000 + b"\n\nx",
    "2,000,000 headers": b"a:\n" * 2_000_000 + b"\nx",
    "folded header": b"Subject: a" + b"\n a" * 1_500_000 + b"\n\nx",
    "16,000 recipients": HEAD + b"To: " + b", ".join(b"a%d@b.c" % n for n in range(16_000)) + b"\n\nx",
    "open brackets": b"From: " + b"(" * 100_000 + b"\nTo: " + b"<" * 100_000 + b"\n\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?=41?= " * 15_000 + b"\n\nx",
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a*1*=x" * 30_000 + b"\n\nx",
    "quoted parameter": HEAD + b'Content-Type: text/plain; a="' + b"\\" * 200_000 + b"\n\nx",
    "boundary look-alikes": HEAD + MIXED + b"--ab\n" * 1_000_000,
    "5 MB text": HEAD + PLAIN + b"lorem ipsum dolor sit amet\n" * 200_000,
    "lines with colons": HEAD + PLAIN + b"From:\n" * 200_000,
    "quoted headers": HEAD + PLAIN + b"To: b@c.d\nDate: x\n" * 100_000,
    "introductions": HEAD + PLAIN + b"On 1 On 1 On 1 schrieb schrieb On 1 On 1 On 1 On 1 wrot:\n" * 20_000,
    "glued headers": HEAD + PLAIN + b"----- Forwarded Message ----- " + b"From: a " * 100_000,
    "rules": HEAD + PLAIN + b"-------------------------\n" * 50_000,
    "quote marks": HEAD + PLAIN + b">" * 500_000 + b"\n" + b"> > > > >\n" * 40_000,
    "nested tags": HEAD + HTML + b"<div>" * 200_000 + b"x",
    "nested quotes": HEAD + HTML + b"<blockquote>x" * 60_000,
    "nested tables": HEAD + HTML + b"<table><tr><td>" * 60_000,
    "open tags": HEAD + HTML + b"<" * 1_000_000,
    "attributes": HEAD + HTML + b"<div " + b"a=b " * 250_000 + b">x",
    "punycode as character set": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 1_000_000,
    "flowed text": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 300_000,
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"A=A=" * 1_500_000,
    "comments in results": b"Authentication-Results: x " + b"(" * 200_000 + b"\n" + HEAD + b"\nx",
}
