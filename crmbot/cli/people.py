"""`crmbot user` and `crmbot token`: who may do what."""

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.cli.text import as_text
from crmbot.crm.answers import Outcome
from crmbot.crm.requests import AddUser, CreateToken, ListTokens, ListUsers, RevokeToken, SetUserRole


@click.group("user")
def user_command() -> None:
    """Add and list people, change their roles."""


@user_command.command("add")
@click.argument("email")
@click.option("--name", help="Their name; else made of the address.")
@click.option("--role", default="rep", show_default=True, help="viewer, rep, manager or admin.")
@click.option("--timezone", help="IANA name; else the workspace's.")
@click.option("--slack-id", help="Their Slack user id; else they are known by their address.")
@click.pass_context
def add_user(
    ctx: click.Context, email: str, name: str | None, role: str, timezone: str | None, slack_id: str | None
) -> None:
    """Add a person."""
    _perform(ctx, AddUser(email=email, name=name, role=role, timezone=timezone, slack_user_id=slack_id))


@user_command.command("list")
@click.pass_context
def list_users(ctx: click.Context) -> None:
    """List people with their roles."""
    _perform(ctx, ListUsers())


@user_command.command("role")
@click.argument("email")
@click.argument("role")
@click.pass_context
def set_role(ctx: click.Context, email: str, role: str) -> None:
    """Give a person another role; “none” takes every right away."""
    if role == "none":
        _perform(ctx, SetUserRole(user=email, active=False))
    else:
        _perform(ctx, SetUserRole(user=email, role=role, active=True))


@click.group("token")
def token_command() -> None:
    """Make, list and revoke API tokens."""


@token_command.command("create")
@click.option("--user", required=True, help="The e-mail address of the user that the token acts as.")
@click.option("--name", default="token", show_default=True, help="What it is for.")
@click.option("--expires", type=int, help="Days until it ends; never when left out.")
@click.pass_context
def create_token(ctx: click.Context, user: str, name: str, expires: int | None) -> None:
    """Make a token; it is printed once, alone on stdout."""
    with crmbot(ctx.find_root()) as bot:
        answer = bot.service.perform(
            actor_of(ctx.find_root(), bot, None), CreateToken(user=user, name=name, expires_days=expires)
        )
    click.echo(answer.said, err=True)
    if isinstance(answer, Outcome):
        click.echo(answer.secret)


@token_command.command("list")
@click.pass_context
def list_tokens(ctx: click.Context) -> None:
    """List tokens without their secrets."""
    _perform(ctx, ListTokens())


@token_command.command("revoke")
@click.argument("token_id")
@click.pass_context
def revoke_token(ctx: click.Context, token_id: str) -> None:
    """End a token at once."""
    _perform(ctx, RevokeToken(token=token_id))


def _perform(ctx: click.Context, request: AddUser | ListUsers | SetUserRole | ListTokens | RevokeToken) -> None:
    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, None)
        click.echo(as_text(bot.service.perform(actor, request), actor.zone))
