"""`crmbot run`, `web`, `slack` and `worker`: the parts, together or each in a process of its own."""

import gc
import logging
from socket import socket

import click

from crmbot.cli.opening import crmbot
from crmbot.store.rota import Seat

_BIND = click.option("--bind", metavar="HOST:PORT", help="Where to listen; web.bind of the config when left out.")

_HEALTH = click.option("--bind", metavar="HOST:PORT", help="Where to tell health and metrics; nowhere when left out.")


@click.command("run")
@_BIND
@click.pass_context
def run_command(ctx: click.Context, bind: str | None) -> None:
    """Run all parts in one process until SIGTERM."""
    _serve(ctx, bind, web=True, slack=True, worker=True)


@click.command("web")
@_BIND
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes answer at the address; one for each core gets most done at once.",
)
@click.option(
    "--cpu-affinity/--no-cpu-affinity",
    default=False,
    show_default=True,
    help="Keep each process to a processor of its own: a third more commands, where nobody else keeps those busy.",
)
@click.pass_context
def web_command(ctx: click.Context, bind: str | None, processes: int, *, cpu_affinity: bool) -> None:
    """Run the web part: API, health, Slack over HTTP."""
    if processes > 1:
        _serve_side_by_side(ctx, bind, processes, cpu_affinity=cpu_affinity)
        return
    if cpu_affinity:
        _keep_to_one()
    _serve(ctx, bind, web=True)


@click.command("slack")
@_HEALTH
@click.pass_context
def slack_command(ctx: click.Context, bind: str | None) -> None:
    """Run the Slack part over Socket Mode."""
    _serve(ctx, bind, slack=True)


@click.command("worker")
@_HEALTH
@click.pass_context
def worker_command(ctx: click.Context, bind: str | None) -> None:
    """Run the worker: mail in, digests, messages out."""
    _serve(ctx, bind, worker=True)


def _serve_side_by_side(ctx: click.Context, bind: str | None, processes: int, *, cpu_affinity: bool) -> None:
    # Loaded here, the parts' code stands in memory once for all of them.
    from crmbot.bootstrap.parts import load_all, say_what_is_missing
    from crmbot.bootstrap.siblings import Siblings
    from crmbot.web.server import listen

    _set_up_logging()
    # What is wrong with the config or the store is told once, before there are several.
    with crmbot(ctx.find_root()) as bot:
        for sentence in say_what_is_missing(bot, slack=False, worker=False):
            click.echo(sentence, err=True)
        address = bind or bot.settings.web.bind
    listeners = listen(address, processes)
    load_all()
    gc.collect()
    gc.freeze()

    def serve(listener: socket, seat: Seat) -> None:
        if cpu_affinity:
            _keep_to_one(seat.number)
        _serve(ctx, address, web=True, listener=listener, seat=seat)

    Siblings(listeners, serve).run()


def _keep_to_one(number: int = 0) -> None:
    from crmbot.bootstrap.processors import keep_to_one

    try:
        keep_to_one(number)
    except OSError as error:
        raise click.ClickException(f"--cpu-affinity can't be had here: {error}.") from error


def _serve(
    ctx: click.Context,
    bind: str | None,
    *,
    web: bool = False,
    slack: bool = False,
    worker: bool = False,
    listener: socket | None = None,
    seat: Seat | None = None,
) -> None:
    from crmbot.bootstrap.parts import chosen_parts, say_what_is_missing
    from crmbot.jobs.worker import Worker

    _set_up_logging()
    with crmbot(ctx.find_root(), seat) as bot:
        for sentence in say_what_is_missing(bot, slack=slack, worker=worker) if listener is None else ():
            click.echo(sentence, err=True)
        parts = chosen_parts(bot, bind, web=web, slack=slack, worker=worker, listener=listener)
        # What is loaded now stays: the garbage collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        Worker(parts).run()


def _set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
