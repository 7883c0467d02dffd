"""Tokens as the store keeps them: encrypted, and bound to the team they belong to."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crmbot.slack.installations import Unreadable
from crmbot.slack.rotation import Grant

_PURPOSE = b"crmbot slack tokens 1"


class Sealer:
    """Seals with the first key and opens with any; keys are derived from the secret, so that it serves nothing else."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._fernets = [Fernet(_derived(secret)) for secret in secrets if secret]

    def seal(self, grant: Grant, team_id: str) -> dict[str, Any]:
        """Return a token, and what renews it, as the store keeps them."""
        said = {"token": grant.token, "team": team_id, "refresh": grant.refresh, "until": grant.until}
        content = json.dumps(said).encode()
        return {"v": 1, "token": self._fernets[0].encrypt(content).decode()}

    def open(self, sealed: dict[str, Any], team_id: str) -> tuple[Grant, bool]:
        """Return the grant, and whether it was sealed with the present key.

        Raises:
            Unreadable: no key opens it, or it is another team's.
        """
        for place, fernet in enumerate(self._fernets):
            try:
                content = json.loads(fernet.decrypt(str(sealed.get("token", "")).encode()))
            except (InvalidToken, ValueError):
                continue
            if content["team"] != team_id:
                raise Unreadable
            grant = Grant(str(content["token"]), str(content.get("refresh", "")), int(content.get("until", 0)))
            return grant, place == 0
        raise Unreadable


def _derived(secret: bytes) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
    return base64.urlsafe_b64encode(key)
