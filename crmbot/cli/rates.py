"""`crmbot rate`: what other currencies are worth."""

from datetime import datetime

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.cli.text import as_text
from crmbot.crm.requests import ListRates, SetRate


@click.group("rate")
def rate_command() -> None:
    """Set and list currency rates."""


@rate_command.command("set")
@click.argument("currency")
@click.argument("rate")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="From which day on, YYYY-MM-DD; today when left out.")
@click.pass_context
def set_rate(ctx: click.Context, currency: str, rate: str, on: datetime | None) -> None:
    """Say how much of the workspace's currency one CURRENCY is: crmbot rate set EUR 1.08."""
    _perform(ctx, SetRate(currency=currency, rate=rate, on=on.date() if on else None))


@rate_command.command("list")
@click.pass_context
def list_rates(ctx: click.Context) -> None:
    """List the rates."""
    _perform(ctx, ListRates())


def _perform(ctx: click.Context, request: SetRate | ListRates) -> None:
    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, None)
        click.echo(as_text(bot.service.perform(actor, request), actor.zone))
