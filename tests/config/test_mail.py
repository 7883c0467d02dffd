"""The settings of mail out that log in with access tokens: where they come from, and mistakes in them."""

from pathlib import Path

import pytest

from crmbot.config import Settings, load
from crmbot.errors import ConfigError

TOKENS = """
[mail.smtp]
host = "smtp.example.com"
user = "crm@example.com"
auth = "xoauth2"
oauth_url = "google"
oauth_client_id = "app"
"""


def read(tmp_path: Path, toml: str, **environ: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(toml, "utf-8")
    return load(path, environ)


def test_secrets_of_mail_out_come_from_variables_and_files_and_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("refresh-canary\n", "utf-8")
    settings = read(
        tmp_path,
        TOKENS,
        CRMBOT_SMTP_OAUTH_REFRESH_TOKEN_FILE=str(file),
        CRMBOT_SMTP_OAUTH_CLIENT_SECRET="client-canary",
        CRMBOT_IMAP_OAUTH_REFRESH_TOKEN="another",
    )
    assert (settings.smtp.refresh_token, settings.smtp.client_secret) == ("refresh-canary", "client-canary")
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("user", 'mail.smtp.user: is missing; auth = "xoauth2" needs it'),
        ("oauth_url", 'mail.smtp.oauth_url: is missing; auth = "xoauth2" needs it'),
        ("oauth_client_id", 'mail.smtp.oauth_client_id: is missing; auth = "xoauth2" needs it'),
    ],
)
def test_what_a_log_in_with_tokens_needs_is_named(tmp_path: Path, left_out: str, sentence: str) -> None:
    toml = "\n".join(line for line in TOKENS.splitlines() if not line.startswith(f"{left_out} "))
    with pytest.raises(ConfigError) as refusal:
        read(tmp_path, toml)
    assert sentence in str(refusal.value)


def test_password_beside_tokens_is_refused_without_telling_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(tmp_path, TOKENS, CRMBOT_SMTP_PASSWORD="canary")
    told = 'CRMBOT_SMTP_PASSWORD: is set, but mail.smtp.auth = "xoauth2" logs in with access tokens; keep one of them'
    assert told in str(refusal.value)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize("name", ["oauth_url", "oauth_client_id"])
def test_keys_of_tokens_beside_a_password_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(tmp_path, TOKENS.replace('auth = "xoauth2"\n', ""), CRMBOT_SMTP_PASSWORD="x")
    told = f'mail.smtp.{name}: is for access tokens; write mail.smtp.auth = "xoauth2" to log in with them, or remove it'
    assert told in str(refusal.value)


def test_secret_in_the_file_and_an_unknown_way_to_log_in_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(tmp_path, TOKENS.replace("xoauth2", "oauth") + 'client_secret = "x"\n')
    told = str(refusal.value)
    assert "mail.smtp.auth: “oauth” is not one of password, xoauth2, oauthbearer" in told
    assert "mail.smtp.client_secret: is a secret; give it in the environment" in told


def test_nothing_is_asked_of_a_section_without_a_server(tmp_path: Path) -> None:
    settings = read(tmp_path, '[mail.smtp]\nauth = "xoauth2"\n', CRMBOT_SMTP_PASSWORD="x")
    assert settings.smtp.auth == "xoauth2"
