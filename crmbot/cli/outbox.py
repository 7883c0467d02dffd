"""`crmbot outbox`: messages that nobody could deliver."""

import click

from crmbot.cli.opening import crmbot, workspace_of
from crmbot.crm.outbox import read_parked, requeue


@click.group("outbox")
def outbox_command() -> None:
    """List messages that could not be delivered, or send them again."""


@outbox_command.command("list")
@click.pass_context
def list_parked(ctx: click.Context) -> None:
    """List parked messages with the reason of each."""
    root = ctx.find_root()
    with crmbot(root) as bot:
        workspace_id = workspace_of(root, bot)
        with bot.store.reading(workspace_id) as session:
            parked = read_parked(session, workspace_id)
    for row in parked:
        click.echo(f"{row.id}  {row.created_at:%Y-%m-%d %H:%M}  {row.kind} to {row.destination}: {row.reason}")
    if not parked:
        click.echo("Every message was delivered or is on its way.")


@outbox_command.command("requeue")
@click.argument("message_id")
@click.pass_context
def requeue_parked(ctx: click.Context, message_id: str) -> None:
    """Send a parked message again, once what kept it is put right."""
    root = ctx.find_root()
    with crmbot(root) as bot:
        workspace_id = workspace_of(root, bot)
        with bot.store.writing(workspace_id) as session:
            requeue(session, workspace_id, message_id, bot.clock())
    click.echo("It is queued again; the worker sends it.")
