"""What another server sealed on the way lifts no doubt of the own one: no ARC chain is trusted, whoever made it."""

from itertools import product

import pytest
from mails import AUTHSERV, INTAKE, JANE, Raw
from posts import Post

SEALERS = ("google.com", "microsoft.com", "lists.example", AUTHSERV, "ours.example", "evil.example")
CLAIMS = ("dmarc=pass header.from=ours.example", "arc=pass; dkim=pass header.d=ours.example")
FOUND = (
    f"Authentication-Results: {AUTHSERV}; dmarc=fail header.from=ours.example; arc=pass",
    f"Authentication-Results: {AUTHSERV}; dmarc=none header.from=ours.example; arc=pass (i=1)",
    f"Authentication-Results: {AUTHSERV}; arc=pass smtp.remote-ip=192.0.2.1",
    f"Authentication-Results: {AUTHSERV}; none",
    "",
)
CHAINS = list(product(SEALERS, CLAIMS, FOUND))


def test_there_are_sixty_chains() -> None:
    assert len(CHAINS) == 60


@pytest.mark.parametrize("found", FOUND, ids=("fail", "none", "arc alone", "nothing", "no word"))
def test_seal_of_another_server_proves_nothing(any_post: Post, found: str) -> None:
    for n, (sealer, claim, _) in enumerate(chain for chain in CHAINS if chain[2] == found):
        seal = f"ARC-Seal: i=1; a=rsa-sha256; cv=none; d={sealer}; s=arc; t=1; b=AAAA\r\n"
        told = f"ARC-Authentication-Results: i=1; {sealer}; {claim}\r\nARC-Message-Signature: i=1; d={sealer}; b=AAAA"
        extra = "\r\n".join(filter(None, (found, seal + told)))
        raw = Raw(sender=JANE, delivered_to=INTAKE, proven=False, message_id=f"<{n}@x.example>", extra=extra)
        taken = any_post.take(raw.but(subject=f"Offer {n}"))
        assert (taken.state, taken.reason) == ("triage", "unproven_sender")
    assert (any_post.activities(), any_post.receipts()) == ([], [])
