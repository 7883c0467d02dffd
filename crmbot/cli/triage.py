"""`crmbot mail triage`: mail that waits for a person, looked at and decided about in a terminal."""

from typing import TYPE_CHECKING, Any

import click

from crmbot.errors import CrmError

if TYPE_CHECKING:
    from crmbot.crm.answers import Answer, EmailView

_SHOWN_OF_ID = 8
_MOST_TEXT = 2_000


@click.group("triage")
@click.option("--as", "email", metavar="EMAIL", help="The user who decides; the workspace itself when left out.")
@click.pass_context
def triage_command(ctx: click.Context, email: str | None) -> None:
    """Decide about mail that waits: list, show, attach, add, ignore. A mail is named by the letters that list shows."""
    ctx.obj = (*ctx.obj, email)


@triage_command.command("list")
@click.option("--page", default=1, show_default=True)
@click.pass_context
def list_mails(ctx: click.Context, page: int) -> None:
    """List what waits, oldest first."""
    _ask(ctx, "email.triage", page=page)


@triage_command.command("show")
@click.argument("mail")
@click.pass_context
def show_mail(ctx: click.Context, mail: str) -> None:
    """Show a mail, and where it could go."""
    _ask(ctx, "email.show", email=mail)
    _ask(ctx, "email.places", email=mail)


@triage_command.command("attach")
@click.argument("mail")
@click.argument("record", nargs=-1, required=True)
@click.pass_context
def attach_mail(ctx: click.Context, mail: str, record: tuple[str, ...]) -> None:
    """Log a mail with a deal, contact, lead or company, as: attach 3k9x2mza D-17."""
    _ask(ctx, "email.attach", email=mail, target=" ".join(record))


@triage_command.command("add")
@click.argument("mail")
@click.pass_context
def add_sender(ctx: click.Context, mail: str) -> None:
    """Make a contact of the mail's sender, and log it there."""
    _ask(ctx, "email.add_sender", email=mail)


@triage_command.command("ignore")
@click.argument("mail")
@click.option("--sender", "scope", flag_value="sender", help="Later mail of this sender too.")
@click.option("--domain", "scope", flag_value="domain", help="Later mail of this domain too.")
@click.option("--never", "scope", flag_value="never", help="Keep nothing of any mail with this domain.")
@click.option("--forget", "scope", flag_value="forget", help="Remove this mail's words for good.")
@click.option("--sure", is_flag=True, help="Even if that hides mail of known contacts or of open deals.")
@click.pass_context
def ignore_mail(ctx: click.Context, mail: str, scope: str | None, *, sure: bool) -> None:
    """Leave a mail aside. What is ignored, and how to lift it: crmbot do 'mail rules'."""
    _ask(ctx, "email.ignore", email=mail, scope=scope or "mail", sure=sure)


def _ask(ctx: click.Context, name: str, **fields: Any) -> None:
    """Do the request of that name and print its answer."""
    from crmbot.cli.opening import actor_of, crmbot
    from crmbot.cli.talking import explained
    from crmbot.crm.requests.base import REQUESTS

    root = ctx.find_root()
    with crmbot(root) as bot:
        actor = actor_of(root, bot, ctx.obj[-1])
        try:
            answer = bot.service.perform(actor, REQUESTS[name](**fields))
        except CrmError as error:
            click.echo(explained(error), err=True)
            ctx.exit(1)
    for line in _lines(answer):
        click.echo(line)


def _lines(answer: "Answer") -> list[str]:
    from crmbot.crm.answers import MailAnswer, Places, Triage

    match answer:
        case Triage():
            return [answer.said, *(_line(email) for email in answer.emails)]
        case Places():
            return ["", *(f"  {place.reference:<6} {place.title}" for place in answer.places[:10])]
        case MailAnswer(email=email) if email.state == "triage":
            return [_line(email), "", email.text[:_MOST_TEXT]]
    return [answer.said]


def _line(email: "EmailView") -> str:
    who = email.from_name or email.from_address or "nobody"
    return f"  {email.id[-_SHOWN_OF_ID:]}  {email.sent_at:%Y-%m-%d}  {who[:30]:<30}  {email.subject or '(no subject)'}"
