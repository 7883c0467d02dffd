"""The demo: a sample workspace, a stand-in for Slack, and the bot itself, which can't tell the difference."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crmbot.bootstrap import Crmbot, open_crmbot
from crmbot.bootstrap.background import digests, sender, sync
from crmbot.bootstrap.chat import dispatcher
from crmbot.bootstrap.health import Vitals
from crmbot.bootstrap.parts import load_all
from crmbot.bootstrap.stores import prepare_store
from crmbot.config import load
from crmbot.crm.answers import Table
from crmbot.crm.archive import import_archive
from crmbot.crm.requests import ListUsers, SendDigest, ShowMailAddress
from crmbot.crm.sample import make_sample
from crmbot.errors import ConfigError, Conflict, CrmError
from crmbot.jobs.intake import Intake
from crmbot.mail.pipeline import ingest
from crmbot.playground import Playground, StandIn
from crmbot.playground.dovecot import HOST, PASSWORD, DovecotServer
from crmbot.playground.samples import AUTHSERV_ID, EXAMPLES, INTAKE, SPEAKER, forwarded_mail
from crmbot.slack.commands import COMMANDS
from crmbot.slack.shortcuts import LOG_TO_CRM, NAME
from crmbot.web.app import build_web
from crmbot.web.server import WebServer

CHANNEL = "C0SALES"
_ACCOUNT = "crm"
DIGESTS = ("overdue", "aging", "forecast")

_CONFIG = """\
# The demo's workspace. Slack is the stand-in of `crmbot demo`; everything else is as in config.example.toml.
[workspace]
name = "Northwind Trading"
timezone = "Europe/Berlin"
currency = "USD"

[slack]
mode = "http"

[mail.intake]
address = "{intake}"
authserv_id = "{authserv}"
own_domains = ["demo.example"]
"""
_DIGEST = """
[digests.{report}]
report = "{report}"
channel = "{channel}"
day = "monday"
time = "08:00"
"""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: the bot, the stand-in it talks to, and where Slack's requests go."""

    bot: Crmbot
    standin: StandIn
    workspace_id: str
    deliver_url: str
    playground_url: str
    web_url: str

    def post_digests(self) -> list[str]:
        """Have the three digests made as of now and posted; return the texts of what arrived."""
        actor = self.bot.service.system(self.workspace_id)
        before = len(self.standin.messages(CHANNEL))
        for name in DIGESTS:
            try:
                self.bot.service.perform(actor, SendDigest(name, again=True))
            except Conflict:
                # It is on its way already; the run below sends it.
                continue
        digests(self.bot).run_once()
        sender(self.bot, paces={}).run_once()
        return [message.text for message in self.standin.messages(CHANNEL)[before:]]


@contextmanager
def running_demo(folder: Path, *, port: int = 0, web_port: int = 0, size: str = "small") -> Iterator[Demo]:
    """Run the demo in a folder that keeps its config and store; port 0 takes any free one.

    `size` is one of the sample's, for a store that has no sample yet. ConfigError when a port is taken.
    """
    _require_free(port, web_port)
    with ExitStack() as stack:
        standin = StandIn(port)
        playground = Playground(standin, commands=_hints(), examples=EXAMPLES, shortcuts={LOG_TO_CRM: NAME})
        stack.enter_context(standin)
        bot = _open(folder, standin)
        stack.callback(bot.close)
        workspace_id = _fill(bot, folder, size)
        _introduce(bot, standin, workspace_id)
        sync(bot)
        server = WebServer(_application(bot), f"127.0.0.1:{web_port}")
        server.start()
        stack.callback(server.stop, 5.0)
        web_url = f"http://127.0.0.1:{server.port}"
        bot.service.policy = replace(bot.service.policy, base_url=web_url)
        demo = Demo(bot, standin, workspace_id, f"{web_url}/slack/events", standin.base_url, web_url)
        playground.acts.deliver_url = demo.deliver_url
        playground.acts.on_digests = lambda: {"message": f"{len(demo.post_digests())} digests posted in #sales."}
        playground.acts.settle = lambda: sender(bot, paces={}).run_once()
        standin.unfurl_domains.add(urlsplit(bot.settings.web.base_url).netloc)
        playground.on_mail = lambda raw, speaker: take_in_mail(demo, raw, speaker)
        playground.sample = lambda: forwarded_mail(bot.clock())
        yield demo


def _require_free(port: int, web_port: int) -> None:
    """Refuse a port that something else listens on, before the sample is made."""
    for wanted in (port, web_port):
        try:
            socket.create_server((HOST, wanted)).close()
        except OSError as error:
            example = f"crmbot demo --port {port + 100}"
            raise ConfigError(f"Port {wanted} can't be used: {error.strerror}. Choose another: {example}") from error


def take_in_mail(demo: Demo, raw: bytes, speaker: str = "") -> dict[str, Any]:
    """Take a dropped mail through the real pipeline and send the receipt.

    With a `speaker`, somebody's id in Slack, it comes to that person's own address, so that it counts as theirs
    whoever wrote it.
    """
    try:
        taken = ingest(demo.bot.service, demo.workspace_id, _envelope(demo, speaker) + raw, authserv_id=AUTHSERV_ID)
    except CrmError as error:
        return {"problem": str(error)}
    sender(demo.bot, paces={}).run_once()
    return {"message": taken["said"], **taken}


def _envelope(demo: Demo, speaker: str) -> bytes:
    """Return the header by which a mail server tells to which address a mail came: the speaker's own."""
    service = demo.bot.service
    actor = service.actor_of_slack(demo.workspace_id, speaker) if speaker else None
    table = service.perform(actor, ShowMailAddress()) if actor else None
    return f"Delivered-To: {table.rows[0][1]}\r\n".encode() if isinstance(table, Table) else b""


def forward_by_imap(demo: Demo, program: Path, raw: bytes) -> str:
    """Put a mail into a real mailbox, fetch it from there as the worker does, and return what became of it."""
    server = DovecotServer(program)
    try:
        server.deliver(_ACCOUNT, raw)
        settings = replace(
            demo.bot.settings.mail_intake[0],
            host=HOST,
            port=server.port,
            tls="none",
            user=_ACCOUNT,
            password=PASSWORD,
        )
        counts = Intake(demo.bot.service, demo.workspace_id, settings).poll_once()
    finally:
        server.close()
    sender(demo.bot, paces={}).run_once()
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def _open(folder: Path, standin: StandIn) -> Crmbot:
    path = folder / "config.toml"
    text = _CONFIG.format(intake=INTAKE, authserv=AUTHSERV_ID)
    text += "".join(_DIGEST.format(report=report, channel=CHANNEL) for report in DIGESTS)
    path.write_text(text, "utf-8")
    secrets = {
        "SLACK_BOT_TOKEN": standin.bot_token,
        "SLACK_SIGNING_SECRET": standin.signing_secret,
        "CRMBOT_SLACK__API_URL": standin.api_url,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRMBOT_", "SLACK_"))}
    return open_crmbot(load(path, {**kept, **secrets}))


def _fill(bot: Crmbot, folder: Path, size: str) -> str:
    """Make the store with the sample in it, unless it is there from an earlier run."""
    known = (folder / "crmbot.db").is_file() and bot.store.revision() is not None
    workspace = prepare_store(bot)
    if not known:
        actor = bot.service.system(workspace.id, "demo")
        now = bot.clock()
        import_archive(bot.store, actor, make_sample(now=now, size=size), now=now)
    return workspace.id


def _introduce(bot: Crmbot, standin: StandIn, workspace_id: str) -> None:
    """Let the stand-in know the sample's people, with their addresses and zones."""
    actor = bot.service.system(workspace_id)
    rows = getattr(bot.service.perform(actor, ListUsers()), "rows", ())
    for row in sorted(rows, key=lambda row: row[1] != SPEAKER):
        name, email, _, zone, slack_id = row
        if slack_id:
            standin.add_user(slack_id, email.partition("@")[0], email, zone or "UTC", real_name=name)
    standin.add_channel(CHANNEL, "sales")


def _application(bot: Crmbot) -> Any:
    load_all()
    vitals = Vitals(bot, {})
    return build_web(bot.service, slack=dispatcher(bot), health=vitals.health, metrics=vitals.metrics)


def _hints() -> dict[str, str]:
    return {f"/{noun}": hint for noun, (_, hint) in COMMANDS.items()}
