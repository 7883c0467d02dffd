"""What most commands begin with: the config read, the store opened, the workspace and the actor found."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crmbot.bootstrap import Crmbot, open_crmbot
from crmbot.config import Settings, load
from crmbot.crm.actors import Actor
from crmbot.errors import BadInput, ConfigError
from crmbot.store.rota import Seat


def settings_of(ctx: click.Context) -> Settings:
    """Return the settings of --config, CRMBOT_CONFIG or ./config.toml; the defaults when there is no file."""
    path: Path | None = ctx.obj[0]
    if path is not None and not path.is_file():
        raise ConfigError(f"There is no config file {path}. Make one: crmbot init --dir {path.parent}")
    if path is None and Path("config.toml").is_file():
        path = Path("config.toml")
    return load(path, os.environ)


@contextmanager
def crmbot(ctx: click.Context, seat: Seat | None = None) -> Iterator[Crmbot]:
    """Open the store of the settings, with its tables checked, and close it at the end."""
    bot = open_crmbot(settings_of(ctx), seat=seat)
    try:
        bot.refuse_old_tables()
        yield bot
    finally:
        bot.close()


def workspace_of(ctx: click.Context, bot: Crmbot) -> str:
    """Return the id of the workspace meant: the one named, else the store's only one."""
    wanted: str | None = ctx.obj[1]
    workspaces = bot.service.workspaces()
    if not workspaces:
        raise BadInput("The store has no workspace yet. Make one: crmbot init")
    found = [one for one in workspaces if wanted is None or wanted in (one.id, one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for one in workspaces)
        raise BadInput(f"Which workspace? Give --workspace with one of: {names}")
    return found[0].id


def actor_of(ctx: click.Context, bot: Crmbot, email: str | None) -> Actor:
    """Return the user of --as, or the workspace itself."""
    workspace_id = workspace_of(ctx, bot)
    if email:
        return bot.service.actor_of_user(workspace_id, email, "cli")
    return bot.service.system(workspace_id, "cli")
