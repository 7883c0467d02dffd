"""`crmbot demo`: everything on sample data, without Slack, a mail server or a database server."""

import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

import click


@click.command("demo")
@click.option("--once", is_flag=True, help="Do the whole main job, print it as a transcript, and end.")
@click.option("--port", type=int, default=8000, show_default=True, help="Where the playground listens.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the demo's config.toml and store here; a folder that is removed at the end when left out.",
)
@click.option(
    "--size",
    type=click.Choice(("small", "medium", "large")),
    default="small",
    show_default=True,
    help="How much the sample holds: 80, 10,000 or 1,000,000 leads.",
)
def demo_command(*, once: bool, port: int, folder: Path | None, size: str) -> None:
    """Try everything on a sample workspace.

    The bot talks to a stand-in for Slack on this machine. Open the printed address, type commands, press buttons.
    """
    from crmbot.bootstrap.demo import running_demo
    from crmbot.cli.transcript import print_transcript

    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crmbot-demo-")))
        place.mkdir(parents=True, exist_ok=True)
        if once:
            print_transcript(stack.enter_context(running_demo(place, size=size)), folder)
            return
        demo = stack.enter_context(running_demo(place, port=port, web_port=port + 1, size=size))
        click.echo(f"Playground:  {demo.playground_url}/")
        click.echo(f"API:         {demo.web_url}/api/v1/openapi.json")
        click.echo(f"Health:      {demo.web_url}/readyz")
        click.echo("Ctrl-C ends it.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("Ended.")
