"""The demo's transcript: typed commands, a forwarded mail and three digests, as a terminal shows them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from crmbot.bootstrap.demo import CHANNEL, Demo, forward_by_imap, take_in_mail
from crmbot.domain.clock import system_clock
from crmbot.playground.dovecot import find_dovecot
from crmbot.playground.samples import TYPED, forwarded_mail
from crmbot.playground.transcript import lines_of

_JANE = "U0JANE"


def print_transcript(demo: Demo, kept: Path | None) -> None:
    """Do the whole main job and print what people would see; `kept` is the folder that stays."""
    _title("Typed in Slack, by Jane")
    for line in TYPED:
        _type(demo, line)
    _title("A forwarded mail")
    _forward(demo)
    _title(f"The digests in #sales ({CHANNEL})")
    before = len(demo.standin.messages(CHANNEL))
    demo.post_digests()
    for message in demo.standin.messages(CHANNEL)[before:]:
        _show(message.text, message.blocks)
        click.echo()
    if demo.standin.violations:
        raise click.ClickException(f"Slack would have refused: {demo.standin.violations}")
    _title("What `crmbot demo` without --once serves")
    click.echo("  http://127.0.0.1:8000/                      the playground: type, press, drop a mail")
    click.echo("  http://127.0.0.1:8001/                      the web pages; type /crm web for a link that signs in")
    click.echo("  http://127.0.0.1:8001/api/v1/openapi.json   the API")
    click.echo("  http://127.0.0.1:8001/readyz                health, with reasons")
    if kept is not None:
        click.echo(f"\nThe store stays in {kept}: crmbot --config {kept / 'config.toml'} report sales-pipeline")


def _type(demo: Demo, line: str) -> None:
    command, _, text = line.partition(" ")
    click.secho(f"> {line}", bold=True)
    answer = demo.standin.command(demo.deliver_url, command, text, _JANE, channel=CHANNEL)
    _show(answer.text, answer.blocks)
    reasons = _buttons(answer.blocks) if line.startswith("/deal lost") else []
    if reasons and answer.message is not None:
        click.secho(f"> presses [{reasons[0]['text']['text']}]", bold=True)
        pressed = demo.standin.click(demo.deliver_url, answer.message, str(reasons[0]["value"]), _JANE)
        shown = pressed.message or answer.message
        _show(shown.text, shown.blocks)
    click.echo()


def _forward(demo: Demo) -> None:
    raw = forwarded_mail(system_clock())
    program = find_dovecot()
    if program is None:
        click.echo("No Dovecot on this machine, so the mail goes in through the pipe, as an MTA would hand it over.")
        click.echo(f"  {take_in_mail(demo, raw)['message']}")
    else:
        click.echo("Jane forwards Dana's mail to crm@demo.example; it is fetched from a real IMAP server (Dovecot).")
        click.echo(f"  {forward_by_imap(demo, program, raw)}")
    jane = demo.standin.direct_channel(_JANE)
    for message in demo.standin.messages(jane.id)[-1:]:
        click.echo("The receipt that Jane gets:")
        _show(message.text, message.blocks)


def _show(text: str, blocks: Sequence[Mapping[str, Any]]) -> None:
    for line in lines_of(text, blocks):
        click.echo(f"    {line}".rstrip())


def _buttons(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [element for block in blocks for element in block.get("elements", ()) if element.get("type") == "button"]


def _title(text: str) -> None:
    click.echo()
    click.secho(text, fg="cyan", bold=True)
    click.secho("─" * len(text), fg="cyan")
