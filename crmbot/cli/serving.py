"""`crmbot run`, `web`, `slack` and `worker`: the parts, together or each in a process of its own."""

import gc
import logging

import click

from crmbot.cli.opening import crmbot

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
@click.pass_context
def web_command(ctx: click.Context, bind: str | None) -> None:
    """Run the web part: API, health, Slack over HTTP."""
    _serve(ctx, bind, web=True, slack=False, worker=False)


@click.command("slack")
@_HEALTH
@click.pass_context
def slack_command(ctx: click.Context, bind: str | None) -> None:
    """Run the Slack part over Socket Mode."""
    _serve(ctx, bind, web=False, slack=True, worker=False)


@click.command("worker")
@_HEALTH
@click.pass_context
def worker_command(ctx: click.Context, bind: str | None) -> None:
    """Run the worker: mail in, digests, messages out."""
    _serve(ctx, bind, web=False, slack=False, worker=True)


def _serve(ctx: click.Context, bind: str | None, *, web: bool, slack: bool, worker: bool) -> None:
    from crmbot.bootstrap.parts import chosen_parts, say_what_is_missing
    from crmbot.jobs.worker import Worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with crmbot(ctx.find_root()) as bot:
        for sentence in say_what_is_missing(bot, slack=slack, worker=worker):
            click.echo(sentence, err=True)
        parts = chosen_parts(bot, bind, web=web, slack=slack, worker=worker)
        # What is loaded now stays: the garbage collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        Worker(parts).run()
