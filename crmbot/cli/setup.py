"""`crmbot init`, `db` and `manifest`: before anything runs."""

import json
import os
from pathlib import Path

import click

from crmbot.bootstrap import open_crmbot
from crmbot.bootstrap.stores import prepare_store
from crmbot.cli.opening import settings_of
from crmbot.config import load
from crmbot.domain.nouns import counted
from crmbot.errors import Conflict
from crmbot.migrations import differences, pending, upgrade
from crmbot.paths import EXAMPLE_CONFIG

_NEXT = """{done}, workspace “{workspace}”.

Next:
  1. Add yourself:       crmbot user add you@example.com --role admin
  2. Try a command:      crmbot do --as you@example.com 'deal new "Acme renewal" $40k stage:negotiation'
  3. Connect Slack:      crmbot manifest > manifest.json, then docs/slack-setup.md
  4. Start everything:   crmbot run
Anything wrong?          crmbot doctor"""


@click.command("init")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where; here.")
def init_command(folder: Path) -> None:
    """Make config.toml from the example, and the store with its workspace.

    A config that is there already is kept; its store is brought to this version.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    known = path.exists()
    if not known:
        path.write_text(EXAMPLE_CONFIG.read_text("utf-8"), "utf-8")
    settings = load(path, os.environ)
    bot = open_crmbot(settings)
    try:
        had_store = bot.store.revision() is not None
        workspace = prepare_store(bot)
        shown = bot.store.engine.url.render_as_string(hide_password=True)
        click.echo(_NEXT.format(done=_done(path, shown, known, had_store), workspace=workspace.name))
    finally:
        bot.close()


def _done(config: Path, store: str, had_config: bool, had_store: bool) -> str:
    """Return what was made and what was there already."""
    if had_config and had_store:
        return f"Kept {config} and the store {store}, which are there already"
    if had_config:
        return f"Kept {config}, which is there already, and made the store {store}"
    return f"Made {config}; the store {store} is there already" if had_store else f"Made {config} and the store {store}"


@click.group("db")
def db_command() -> None:
    """Upgrade the store's tables, or check them."""


@db_command.command("upgrade")
@click.pass_context
def upgrade_tables(ctx: click.Context) -> None:
    """Run the migrations that the store lacks."""
    bot = open_crmbot(settings_of(ctx.find_root()))
    try:
        missing = pending(bot.store)
        upgrade(bot.store)
        click.echo(f"Ran {counted(len(missing), 'migrations')}." if missing else "The store is up to date.")
    finally:
        bot.close()


@db_command.command("check")
@click.pass_context
def check_tables(ctx: click.Context) -> None:
    """Say whether the store's tables are this version's."""
    bot = open_crmbot(settings_of(ctx.find_root()))
    try:
        missing = pending(bot.store)
        if missing:
            raise Conflict(f"{len(missing)} migrations are missing. Run them: crmbot db upgrade")
        unlike = differences(bot.store)
        if unlike:
            raise Conflict("The tables differ from this version's: " + "; ".join(unlike))
        click.echo("The store is up to date.")
    finally:
        bot.close()


@click.command("manifest")
@click.pass_context
def manifest_command(ctx: click.Context) -> None:
    """Print the Slack app manifest (JSON) for this config; paste it at api.slack.com/apps, “From a manifest”."""
    from crmbot.slack.manifest import manifest

    settings = settings_of(ctx.find_root())
    click.echo(json.dumps(manifest(settings), indent=2))
