"""The command `crmbot`: names and one line of help here, the commands themselves loaded when they are called."""

import gc
import importlib
from pathlib import Path

import click

from crmbot.errors import CrmError

_COMMANDS = {
    "init": ("setup", "Make config.toml and the store here, and say what comes next."),
    "run": ("serving", "Run all parts in one process."),
    "web": ("serving", "Run the web part: API, pages, Slack over HTTP."),
    "slack": ("serving", "Run the Slack part over Socket Mode."),
    "worker": ("serving", "Run the worker: mail, digests, messages out."),
    "demo": ("demo", "Try everything on sample data, without Slack or a mail server."),
    "doctor": ("doctor", "Check config, store, Slack, mail and clock, and say what to do."),
    "manifest": ("setup", "Print the Slack app manifest for this config."),
    "db": ("setup", "Upgrade the store's tables, or check them."),
    "do": ("talking", "Do one chat command: crmbot do 'deal new Acme $40k'."),
    "mail": ("mailing", "Parse, take in or poll mail."),
    "report": ("reporting", "Print a report as a table, JSON or CSV, or draw its chart."),
    "digest": ("digests", "List, preview or send digests."),
    "outbox": ("outbox", "List messages that could not be delivered, or send them again."),
    "token": ("people", "Make, list and revoke API tokens."),
    "user": ("people", "Add and list people, change their roles."),
    "rate": ("rates", "Set and list currency rates."),
    "import": ("archive", "Bring in a workspace (.jsonl) or records of one kind (.csv)."),
    "export": ("archive", "Write the workspace (.jsonl) or records of one kind (.csv)."),
    "backup": ("backup", "Copy the store to a file, while it is in use."),
    "restore": ("backup", "Put a backup in the store's place."),
}


class _Commands(click.Group):
    """Finds a command's module by its name, so that `--help` loads none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, in the order of a first day."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        # Nothing that loading makes is garbage: looking for it costs a tenth of a command.
        gc.disable()
        module = importlib.import_module(f"crmbot.cli.{_COMMANDS[cmd_name][0]}")
        gc.freeze()
        gc.enable()
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a refusal is one sentence on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except CrmError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="CRMBOT_CONFIG",
    help="The config file; ./config.toml when there is one.",
)
@click.option("--workspace", help="Name or id of the workspace, when the store has several.")
@click.version_option(package_name="crmbot", prog_name="crmbot")
@click.pass_context
def main(ctx: click.Context, config: Path | None, workspace: str | None) -> None:
    """A CRM that lives in chat and e-mail.

    Exit codes: 0 done, 1 refused (one sentence on stderr says why), 2 wrong usage.
    """
    ctx.obj = (config, workspace)
