"""`crmbot import` and `crmbot export`: whole workspaces as .jsonl, records of one kind as .csv."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.domain.nouns import counted
from crmbot.errors import BadInput

_STEPS = 1_000


_KINDS = ("leads", "contacts", "companies", "deals")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check the whole file and write nothing.")
@click.option("--kind", type=click.Choice(_KINDS), help="What a .csv holds, when its columns don't tell.")
@click.option("--as", "email", metavar="EMAIL", help="The user who imports; the workspace itself when left out.")
@click.pass_context
def import_command(ctx: click.Context, file: Path, email: str | None, kind: str | None, *, dry_run: bool) -> None:
    """Bring in a .jsonl archive or a .csv table.

    An archive comes in whole, or not at all and every mistake is named. Of a table each row stands alone: duplicates
    by e-mail and domain are skipped, and rows not taken are written to FILE.refused.csv with the reason.
    """
    from crmbot.crm.archive import import_archive
    from crmbot.crm.spreadsheets import import_csv

    root = ctx.find_root()
    summary: object
    with crmbot(root) as bot, progress_bar("Importing") as progress:
        store, actor, now = bot.store, actor_of(root, bot, email), bot.clock()
        if _is_table(file):
            summary = import_csv(
                store, actor, bot.service.policy, file, now=now, kind=kind, dry_run=dry_run, progress=progress
            )
        else:
            summary = import_archive(store, actor, file, now=now, dry_run=dry_run, progress=progress)
    click.echo(str(summary))


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=click.Choice(_KINDS), help="What to write to a .csv.")
@click.option("--as", "email", metavar="EMAIL", help="The user who exports; the workspace itself when left out.")
@click.pass_context
def export_command(ctx: click.Context, file: Path, email: str | None, kind: str | None) -> None:
    """Write the whole workspace to a .jsonl archive, or records of one kind to a .csv table."""
    from crmbot.crm.archive import export_archive
    from crmbot.crm.spreadsheets import export_csv

    root = ctx.find_root()
    with crmbot(root) as bot, progress_bar("Exporting") as progress:
        actor = actor_of(root, bot, email)
        if _is_table(file):
            kind = kind or next((word for word in _KINDS if word in file.name.casefold()), None)
            if kind is None:
                raise BadInput(f"What should be in {file.name}? Say --kind with one of {', '.join(_KINDS)}.")
            many = export_csv(bot.store, actor, file, kind, progress=progress)
            said = f"Exported {counted(many, kind)}."
        else:
            said = str(export_archive(bot.store, actor, file, progress=progress))
    click.echo(said)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal, nothing elsewhere; call it with the share that is done."""
    stream = sys.stderr
    with click.progressbar(length=_STEPS, label=label, file=stream, hidden=not stream.isatty()) as bar:
        yield lambda share: bar.update(max(0, int(share * _STEPS) - bar.pos))


def _is_table(file: Path) -> bool:
    """Tell a table from an archive by the file's name."""
    if file.suffix.lower() not in {".jsonl", ".csv"}:
        raise BadInput(f"{file.name} is neither an archive (.jsonl) nor a table (.csv), by its name.")
    return file.suffix.lower() == ".csv"
