"""`crmbot do`: what chat can do, in a terminal."""

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.cli.text import as_text
from crmbot.errors import Ambiguous, BadInput, CrmError, NotFound
from crmbot.language.conversation import answer_line


@click.command("do")
@click.argument("line", nargs=-1, required=True)
@click.option("--as", "email", metavar="EMAIL", help="The user who says it; the workspace itself when left out.")
@click.option("--dry-run", is_flag=True, help="Show the exact changes and write nothing.")
@click.pass_context
def do_command(ctx: click.Context, line: tuple[str, ...], email: str | None, dry_run: bool) -> None:
    """Do one chat command, as: crmbot do 'deal new "Acme renewal" $40k'."""
    if not " ".join(line).strip():
        raise click.UsageError("Say what to do, as: crmbot do 'deal list'. All that can be said: crmbot do help")
    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, email)
        try:
            said = answer_line(bot.service, actor, " ".join(line), dry_run=dry_run)
        except CrmError as error:
            click.echo(explained(error), err=True)
            ctx.exit(1)
        click.echo(as_text(said.answer, actor.zone))
        if said.echoes:
            click.echo(f"  Read as: {'; '.join(said.echoes)}")


def explained(error: CrmError) -> str:
    """Return a refusal with what helps: an example, the records to choose from, the nearest ones."""
    lines = [str(error)]
    match error:
        case BadInput(example=str(example)):
            lines.append(f"  Try: {example}")
        case Ambiguous():
            lines += [f"  {one.reference}  {one.title}  {', '.join(one.facts)}".rstrip() for one in error.candidates]
        case NotFound():
            lines += [f"  {one.reference}  {one.title}  {', '.join(one.facts)}".rstrip() for one in error.nearest]
    return "\n".join(lines)
