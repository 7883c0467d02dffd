"""`crmbot doctor`: what is in order, what is not, and what to do about it."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click

from crmbot.bootstrap.checks.finding import Finding
from crmbot.bootstrap.checkup import check_up
from crmbot.cli.opening import settings_of

_COLOURS = {"ok": "green", "failed": "red", "skipped": "yellow"}
_STATE = max(map(len, _COLOURS))
_GAP = "  "


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="A list of objects: name, state, detail, todo.")
@click.pass_context
def doctor_command(ctx: click.Context, *, as_json: bool) -> None:
    """Check config, store, Slack, mail and clock, and say what to do.

    Exit code 0 when nothing failed, 1 otherwise. Nothing is changed, made or sent.
    """
    root = ctx.find_root()
    findings = check_up(lambda: settings_of(root))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for line in as_lines(findings):
            click.echo(line)
    if any(finding.state == "failed" for finding in findings):
        ctx.exit(1)


def as_lines(findings: Sequence[Finding], width: int = 100) -> Iterable[str]:
    """Yield findings aligned for a terminal: state, name, what was found, and below it what to do."""
    longest = max(len(finding.name) for finding in findings)
    margin = " " * (_STATE + longest + 2 * len(_GAP))
    for finding in findings:
        state = click.style(finding.state.ljust(_STATE), fg=_COLOURS[finding.state], bold=finding.state == "failed")
        said = _wrap(finding.detail, width - len(margin))
        yield f"{state}{_GAP}{finding.name.ljust(longest)}{_GAP}{said[0]}"
        yield from (f"{margin}{line}" for line in said[1:])
        if finding.todo:
            first, *others = _wrap(finding.todo, width - len(margin) - 2)
            yield f"{margin}→ {first}"
            yield from (f"{margin}  {line}" for line in others)
    failed = sum(finding.state == "failed" for finding in findings)
    yield ""
    yield f"{failed} of {len(findings)} checks failed." if failed else "Nothing is wrong."


def _wrap(text: str, width: int) -> list[str]:
    lines = (textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in text.splitlines())
    return [line for wrapped in lines for line in wrapped] or [""]
