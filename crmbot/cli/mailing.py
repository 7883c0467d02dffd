"""`crmbot mail`: understand, take in and fetch mail."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from crmbot.cli.triage import triage_command
from crmbot.errors import BadInput, Busy

_BRING_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: mail servers keep the mail and try later; they send it back for any other failure."""


@click.group("mail")
def mail_command() -> None:
    """Parse, take in or poll mail."""


@mail_command.command("parse")
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--json/--text", "as_json", default=None, help="One JSON line a mail, or words; words on a terminal, else JSON."
)
def parse_mail(*, files: tuple[str, ...], as_json: bool | None) -> None:
    """Print what is understood of each message; "-" is stdin. Stores nothing, needs no config."""
    from crmbot.cli.parsed import in_words
    from crmbot.mail.reading import read_mail

    as_json = not sys.stdout.isatty() if as_json is None else as_json
    for place, (name, raw) in enumerate(_messages(files)):
        parsed = {"file": name, **read_mail(raw).as_json()}
        between = "\n" if place and not as_json else ""
        click.echo(json.dumps(parsed, ensure_ascii=False) if as_json else between + in_words(parsed))


@mail_command.command("ingest")
@click.argument("files", nargs=-1, required=True)
@click.pass_context
def ingest_mail(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Take .eml files or stdin ("-") in through the real pipeline; one JSON line a mail. Usable as an MTA's pipe.

    Exit code 75 asks the MTA to bring the mail again: the store could not be reached, and nothing was taken in.
    """
    from crmbot.cli.opening import crmbot, workspace_of
    from crmbot.mail.guarded.reader import GuardedReader
    from crmbot.mail.pipeline import ingest

    root = ctx.find_root()
    try:
        with GuardedReader() as read, crmbot(root) as bot:
            workspace_id = workspace_of(root, bot)
            authserv_id = next((intake.authserv_id for intake in bot.settings.mail_intake if intake.authserv_id), None)
            for name, raw in _messages(files):
                taken = ingest(bot.service, workspace_id, raw, authserv_id=authserv_id, file=name, read=read)
                click.echo(json.dumps(taken, ensure_ascii=False))
    except Busy as error:
        click.echo(str(error), err=True)
        ctx.exit(_BRING_AGAIN)


@mail_command.command("poll")
@click.option("--once", is_flag=True, required=True, help="Read what is new and end; `crmbot worker` goes on reading.")
@click.pass_context
def poll_mail(ctx: click.Context, *, once: bool) -> None:
    """Read every mailbox of the config and take in what is new."""
    del once
    from crmbot.bootstrap.background import intakes
    from crmbot.cli.opening import crmbot
    from crmbot.mail.mailbox import MailboxFailed

    with crmbot(ctx.find_root()) as bot:
        found = intakes(bot)
        if not found:
            raise BadInput("There is no mailbox to read: set mail.intake.host in the config.")
        for name, intake in found.items():
            try:
                click.echo(json.dumps({"mailbox": name, **intake.poll_once()}))
            except MailboxFailed as failure:
                raise BadInput(f"{name}: {failure}") from failure


@mail_command.command("requeue")
@click.pass_context
def requeue_mail(ctx: click.Context) -> None:
    """Let mail that could not be read be tried again; it was kept raw."""
    from crmbot.cli.opening import crmbot, workspace_of
    from crmbot.crm.deliveries import requeue

    root = ctx.find_root()
    with crmbot(root) as bot:
        workspace_id = workspace_of(root, bot)
        with bot.store.writing(workspace_id) as session:
            count = requeue(session, workspace_id)
    waiting = f"{count} {'mail waits' if count == 1 else 'mails wait'} to be read again."
    click.echo(waiting if count else "No mail has failed.")


mail_command.add_command(triage_command)


def _messages(files: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for name in files:
        if name == "-":
            yield name, sys.stdin.buffer.read()
            continue
        try:
            yield name, Path(name).read_bytes()
        except OSError as error:
            raise BadInput(f"{name} can't be read: {error.strerror}.") from error
