"""`crmbot backup` and `crmbot restore`: the whole store as one file."""

from pathlib import Path

import click

from crmbot.cli.archive import progress_bar
from crmbot.cli.opening import settings_of


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_context
def backup_command(ctx: click.Context, file: Path, *, force: bool) -> None:
    """Copy the store to FILE, whole and checked, while everything goes on working."""
    from crmbot.bootstrap.backups import back_up

    with progress_bar("Copying") as progress:
        back_up(settings_of(ctx.find_root()).store.url, file, force=force, progress=progress)
    click.echo(f"The store is in {file}, {file.stat().st_size:,} bytes, checked.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Put it in the place of a store that is there; what that one held is lost.")
@click.pass_context
def restore_command(ctx: click.Context, file: Path, *, force: bool) -> None:
    """Make FILE, a backup, the store of this config. Stop everything else of crmbot first."""
    from crmbot.bootstrap.backups import restore

    with progress_bar("Restoring") as progress:
        restore(settings_of(ctx.find_root()).store.url, file, force=force, progress=progress)
    click.echo(f"The store is as it was in {file}.")
