"""`crmbot digest`: see, preview and send digests."""

import click

from crmbot.bootstrap import Crmbot
from crmbot.cli.opening import actor_of, crmbot
from crmbot.cli.text import as_text
from crmbot.crm.requests import ListDigests, PreviewDigest, SendDigest


@click.group("digest")
def digest_command() -> None:
    """List, preview or send digests."""


@digest_command.command("list")
@click.pass_context
def list_digests(ctx: click.Context) -> None:
    """List digests with their next moment."""
    root = ctx.find_root()
    with crmbot(root) as bot:
        _sync(bot)
        actor = actor_of(root, bot, None)
        click.echo(as_text(bot.service.perform(actor, ListDigests()), actor.zone))


@digest_command.command("preview")
@click.argument("name")
@click.pass_context
def preview_digest(ctx: click.Context, name: str) -> None:
    """Print what a digest would say now; nothing is written or sent."""
    root = ctx.find_root()
    with crmbot(root) as bot:
        _sync(bot)
        actor = actor_of(root, bot, None)
        click.echo(as_text(bot.service.perform(actor, PreviewDigest(name)), actor.zone))


@digest_command.command("send")
@click.argument("name")
@click.option(
    "--slot", metavar="SLOT", help="The local moment it is for, as 2026-11-23T08:00; the last one when left out."
)
@click.option("--again", is_flag=True, help="Send it although it was sent already.")
@click.pass_context
def send_digest(ctx: click.Context, *, name: str, slot: str | None, again: bool) -> None:
    """Send a digest now."""
    from crmbot.bootstrap.background import digests, sender

    root = ctx.find_root()
    with crmbot(root) as bot:
        _sync(bot)
        actor = actor_of(root, bot, None)
        click.echo(bot.service.perform(actor, SendDigest(name, slot=slot, again=again)).said)
        digests(bot).run_once()
        sent = sender(bot).run_once()
        click.echo("Sent." if sent else "It could not be sent now. Why: crmbot outbox list, or crmbot doctor")


def _sync(bot: Crmbot) -> None:
    """Take over what the config says about digests."""
    from crmbot.bootstrap.background import sync

    sync(bot)
