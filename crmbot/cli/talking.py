"""`crmbot do` and `crmbot report`: what chat can do, in a terminal."""

import json
import shutil

import click

from crmbot.cli.opening import actor_of, crmbot
from crmbot.cli.text import as_text
from crmbot.errors import Ambiguous, BadInput, CrmError, NotFound
from crmbot.language.conversation import answer_line
from crmbot.reports.rendering import as_csv, as_envelope, as_table
from crmbot.reports.values import ReportRequest


@click.command("do")
@click.argument("line", nargs=-1, required=True)
    if not " ".join(line).strip():
        raise click.UsageError("Say what to do, as: crmbot do 'deal list'. All that can be said: crmbot do help")
@click.option("--as", "email", metavar="EMAIL", help="The user who says it; the workspace itself when left out.")
@click.option("--dry-run", is_flag=True, help="Show the exact changes and write nothing.")
@click.pass_context
def do_command(ctx: click.Context, line: tuple[str, ...], email: str | None, dry_run: bool) -> None:
    """Do one chat command, as: crmbot do 'deal new "Acme renewal" $40k'."""
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


@click.command("report")
@click.argument("name")
@click.option("--period", help="7, 30 or 90 days, today included.")
@click.option("--from", "date_from", metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "date_to", metavar="DATE", help="Last day, YYYY-MM-DD.")
@click.option("--owner", metavar="WHO", help="Only this user's records.")
@click.option("--as", "email", metavar="EMAIL", help="The user who asks; the whole workspace when left out.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.pass_context
def report_command(
    ctx: click.Context,
    name: str,
    period: str | None,
    date_from: str | None,
    date_to: str | None,
    owner: str | None,
    email: str | None,
    form: str,
) -> None:
    """Print a report."""
    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, email)
        report = bot.service.report(actor, ReportRequest(name, period, date_from, date_to, owner))
    match form:
        case "json":
            click.echo(json.dumps(as_envelope(report), ensure_ascii=False, indent=2))
        case "csv":
            click.echo(as_csv(report), nl=False)
        case _:
            click.echo(as_table(report, shutil.get_terminal_size((100, 24)).columns))


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
