"""Where settings come from: the TOML file, CRMBOT_SECTION__KEY variables, secrets and secret files."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmbot.config.checks import EnvironmentText
from crmbot.config.mistakes import Mistakes
from crmbot.errors import ConfigError

PREFIX = "CRMBOT_"
STORE_URL = "CRMBOT_STORE_URL"
SECRETS = {
    "slack_bot_token": "SLACK_BOT_TOKEN",
    "slack_app_token": "SLACK_APP_TOKEN",
    "slack_signing_secret": "SLACK_SIGNING_SECRET",
    "slack_client_id": "SLACK_CLIENT_ID",
    "slack_client_secret": "SLACK_CLIENT_SECRET",
    "imap_password": "CRMBOT_IMAP_PASSWORD",
    "imap_refresh_token": "CRMBOT_IMAP_OAUTH_REFRESH_TOKEN",
    "imap_client_secret": "CRMBOT_IMAP_OAUTH_CLIENT_SECRET",
    "smtp_password": "CRMBOT_SMTP_PASSWORD",
    "smtp_refresh_token": "CRMBOT_SMTP_OAUTH_REFRESH_TOKEN",
    "smtp_client_secret": "CRMBOT_SMTP_OAUTH_CLIENT_SECRET",
    "secret_key": "CRMBOT_SECRET_KEY",
    "old_secret_key": "CRMBOT_OLD_SECRET_KEY",
}
"""Secret -> its variable; the variable's name with _FILE after it names a file that holds the secret."""
OF_MAILBOXES = tuple(SECRETS[name] for name in ("imap_password", "imap_refresh_token", "imap_client_secret"))
"""Variables that name a mailbox after two underscores, where there are several."""


def read_file(path: Path | None) -> dict[str, Any]:
    """Read the TOML file as nested tables; no path is an empty file.

    Raises:
        ConfigError: there is no such file, or it is not TOML.
    """
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no config at {path}; make one with: crmbot init") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def overlay(tree: dict[str, Any], environ: Mapping[str, str], mistakes: Mistakes) -> None:
    """Put the CRMBOT_SECTION__KEY variables over the file's tables."""
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or "__" not in variable or variable.startswith(OF_MAILBOXES):
            continue
        *sections, last = variable.removeprefix(PREFIX).lower().split("__")
        node: Any = tree
        for section in sections:
            node = node.setdefault(_same(node, section), {})
            if not isinstance(node, dict):
                mistakes.add(variable, f"{section} is no section")
                break
        else:
            node[_same(node, last)] = EnvironmentText.of(variable, text)


def read_secret(variable: str, environ: Mapping[str, str], mistakes: Mistakes) -> str:
    """Return the secret of a variable, or of the file that VARIABLE_FILE names; "" when neither is set."""
    given, file = environ.get(variable, ""), environ.get(f"{variable}_FILE", "")
    if given and file:
        mistakes.add(variable, f"is set, and {variable}_FILE too; keep one of them")
    if given or not file:
        return given.strip()
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.add(f"{variable}_FILE", f"{file} can't be read ({error.__class__.__name__})")
        return ""


def _same(node: Mapping[str, Any], word: str) -> str:
    """Return the name as the file writes it, since variables know no lower case."""
    return next((name for name in node if name.lower() == word), word)
