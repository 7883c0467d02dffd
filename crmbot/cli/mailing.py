"""`crmbot mail`: understand, take in and fetch mail."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from crmbot.errors import BadInput


@click.group("mail")
def mail_command() -> None:
    """Parse, take in or poll mail."""


@mail_command.command("parse")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "_as_json", is_flag=True, help="One JSON line a mail; the only form there is.")
def parse_mail(files: tuple[str, ...], _as_json: bool) -> None:
    """Print what is understood of each message, one JSON line a mail; "-" is stdin. Stores nothing, needs no config."""
    from crmbot.mail.reading import read_mail

    for name, raw in _messages(files):
        click.echo(json.dumps({"file": name, **read_mail(raw).as_json()}, ensure_ascii=False))


def _messages(files: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for name in files:
        if name == "-":
            yield name, click.get_binary_stream("stdin").read()
            continue
        try:
            yield name, Path(name).read_bytes()
        except OSError as error:
            raise BadInput(f"{name} can't be read: {error.strerror}.") from error
