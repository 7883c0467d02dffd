"""What the doctor is called to in tests."""

from pathlib import Path

from crmbot.bootstrap.checks.finding import Finding
from crmbot.bootstrap.checkup import check_up
from crmbot.config import load
from crmbot.domain.clock import Clock, system_clock
from crmbot.playground import StandIn


class Place:
    """A folder with a config; `look` examines it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.environ: dict[str, str] = {}
        self.write("")

    def write(self, text: str) -> None:
        """Put this in the config."""
        self.config.write_text(text, "utf-8")

    def look(self, clock: Clock = system_clock, longest: float = 20.0) -> dict[str, Finding]:
        """Return what every check finds, by its name."""
        found = check_up(lambda: load(self.config, self.environ), clock, longest=longest)
        return {finding.name: finding for finding in found}

    def connect(self, slack: StandIn) -> None:
        """Set the tokens of a stand-in for Slack."""
        self.environ |= {"CRMBOT_SLACK__API_URL": slack.api_url}
        self.environ |= {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
