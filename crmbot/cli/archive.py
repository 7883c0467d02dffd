"""`crmbot import` and `crmbot export`: whole workspaces as .jsonl, records of one kind as .csv."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.errors import BadInput

_STEPS = 1_000


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check the whole file and write nothing.")
@click.option("--as", "email", metavar="EMAIL", help="The user who imports; the workspace itself when left out.")
@click.pass_context
def import_command(ctx: click.Context, file: Path, email: str | None, *, dry_run: bool) -> None:
    """Bring in a .jsonl archive: all of it, or nothing and every mistake named."""
    from crmbot.crm.archive import import_archive

    _refuse_other(file)
    root = ctx.find_root()
    with crmbot(root) as bot, progress_bar("Importing") as progress:
        summary = import_archive(
            bot.store, actor_of(root, bot, email), file, now=bot.clock(), dry_run=dry_run, progress=progress
        )
    click.echo(str(summary))


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "email", metavar="EMAIL", help="The user who exports; the workspace itself when left out.")
@click.pass_context
def export_command(ctx: click.Context, file: Path, email: str | None) -> None:
    """Write the whole workspace to a .jsonl archive."""
    from crmbot.crm.archive import export_archive

    _refuse_other(file)
    root = ctx.find_root()
    with crmbot(root) as bot, progress_bar("Exporting") as progress:
        summary = export_archive(bot.store, actor_of(root, bot, email), file, progress=progress)
    click.echo(str(summary))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal, nothing elsewhere; call it with the share that is done."""
    stream = sys.stderr
    with click.progressbar(length=_STEPS, label=label, file=stream, hidden=not stream.isatty()) as bar:
        yield lambda share: bar.update(max(0, int(share * _STEPS) - bar.pos))


def _refuse_other(file: Path) -> None:
    if file.suffix.lower() != ".jsonl":
        raise BadInput(f"{file.name} is no archive: its name has to end in .jsonl.")
