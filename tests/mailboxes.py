"""What tests of the intake share: the settings for a test's Dovecot account, and mails with a marker."""

import dataclasses

from mails import AUTHSERV, INTAKE, Raw
from servers.dovecot import Dovecot
from servers.tokens import CREDENTIALS, REFRESH_TOKEN, TokenServer

from crmbot.config.settings import IntakeSettings

TIMEOUT_S = 2.0
"""How long a test waits for a server that hangs."""


def settings_of(dovecot: Dovecot, **changes: object) -> IntakeSettings:
    """Return the settings of a mailbox called box."""
    chosen = IntakeSettings(
        name="box",
        host=dovecot.host,
        port=dovecot.port,
        tls="none",
        user=dovecot.user,
        password=dovecot.password,
        address=INTAKE,
        authserv_id=AUTHSERV,
    )
    return dataclasses.replace(chosen, **changes)  # type: ignore[arg-type] # names of the settings' own fields


def oauth_settings(dovecot: Dovecot, server: TokenServer, **changes: object) -> IntakeSettings:
    """Return the settings of that mailbox when it is opened with tokens of a provider."""
    chosen = {
        "auth": "xoauth2",
        "oauth_url": f"{server.url}/token",
        "oauth_client_id": CREDENTIALS["client_id"],
        "client_secret": CREDENTIALS["client_secret"],
        "refresh_token": REFRESH_TOKEN,
        "password": "",
    }
    return settings_of(dovecot, **{**chosen, **changes})


def mail(marker: object) -> bytes:
    """Return a mail that Jane wrote to Anna with the intake in BCC; its marker is in the subject."""
    return bytes(Raw(delivered_to=INTAKE, subject=f"mail {marker}", message_id=f"<{marker}@ours.example>"))


def command_mail(marker: object) -> bytes:
    """Return such a mail that asks for a task too, with the same marker."""
    raw = Raw(delivered_to=INTAKE, subject=f"mail {marker}", body=f"/task do {marker}\nplease")
    return bytes(raw.but(message_id=f"<{marker}@ours.example>"))
