"""Lines of chat with the request each makes, or the refusal; tables in lines/, one context after each @."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from language.rendering import told

from crmbot.crm.requests import decode, encode
from crmbot.errors import BadInput
from crmbot.language import Context, parse

TABLES = sorted((Path(__file__).parent / "lines").glob("*.txt"))


def _context(head: str) -> Context:
    when, zone, order, currency = head.removeprefix("@").split()
    return Context(
        datetime.fromisoformat(when),
        ZoneInfo(zone),
        date_order=None if order == "-" else order,
        currency=currency,
    )


def _cases() -> Iterator[object]:
    for table in TABLES:
        context, line = None, ""
        for number, row in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
            if row.startswith("@"):
                context = _context(row)
            elif row.startswith("/"):
                line = row
            elif row.startswith("    => "):
                yield pytest.param(context, line, row.removeprefix("    => "), id=f"{table.stem}:{number}")


CASES = list(_cases())


def _read(line: str, context: Context) -> str:
    command, _, text = line.removeprefix("/").partition(" ")
    try:
        parsed = parse(text, context, command=command)
    except BadInput as refusal:
        return f"! {refusal.code} {refusal}"
    echoes = f" [{'; '.join(parsed.echoes)}]" if parsed.echoes else ""
    return told(parsed.request, context.zone) + echoes + (" dry-run" if parsed.dry_run else "")


def test_the_tables_are_long_enough_to_be_the_grammar() -> None:
    assert len(CASES) >= 400


@pytest.mark.parametrize(("context", "line", "expected"), CASES)
def test_line_means(context: Context, line: str, expected: str) -> None:
    assert _read(line, context) == expected


@pytest.mark.parametrize(("context", "line", "expected"), [c for c in CASES if c.values[2].startswith("!")])  # type: ignore[attr-defined]  # pytest keeps the type of its cases to itself
def test_refusal_gives_an_example_that_works(context: Context, line: str, expected: str) -> None:
    command, _, text = line.removeprefix("/").partition(" ")
    with pytest.raises(BadInput) as refusal:
        parse(text, context, command=command)
    example = refusal.value.example
    assert example is not None
    assert example.startswith("/"), expected
    assert not _read(example, context).startswith("!")


@pytest.mark.parametrize(
    ("line", "example"),
    [
        ("/deal move acme negotation", "/deal move acme negotiation"),
        ("/deal mvoe acme negotiation", "/deal move acme negotiation"),
        ("/deal mvoe acme negotation", "/deal move acme negotiation"),
        ("/dael mvoe acme negotation", "/deal move acme negotiation"),
        ("/dael won acme $45k", "/deal won acme $45k"),
        ("/log acme wants a call back", "/log note acme wants a call back"),
        ("/deal acme", "/deal show acme"),
        ("/crm tsak list", "/task list"),
        ("/deal new Foo 31 feb 40k", "/deal new Foo 28 February 40k"),
        ("/deal set D-2 close:31 feb", '/deal set D-2 close:"28 February"'),
        ("/deal set acme vlaue:40k", "/deal set acme value:40k"),
        ("/deal new Acme $1.234", "/deal new Acme $1234"),
        ("/deal new Acme prob:140 @jo", "/deal new Acme prob:60% @jo"),
        ("/deal move acme", "/deal move acme negotiation"),
        ("/deal assign acme", "/deal assign acme @jo"),
        ("/lead score L-3 180", "/lead score L-3 80"),
        ("/report salespipeline 30", "/report sales-pipeline 30"),
        ("/report weekly", "/digest add weekly-pipeline pipeline #sales monday 08:00"),
        ("/report lost-reasons daily", "/digest add weekly-lost-reasons lost-reasons #sales monday 08:00"),
        ("/report forecast every fri", "/digest add weekly-sales-forecast sales-forecast #sales friday 08:00"),
        ("/log cal acme “hi there”", "/log call acme “hi there”"),
        ("/contact merge C-9", "/contact merge C-9 into C-7"),
    ],
)
def test_example_is_the_line_itself_put_right(line: str, example: str) -> None:
    command, _, text = line.removeprefix("/").partition(" ")
    berlin = Context(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    with pytest.raises(BadInput) as refusal:
        parse(text, berlin, command=command)
    assert refusal.value.example == example


@pytest.mark.parametrize(("context", "line", "expected"), [c for c in CASES if not c.values[2].startswith("!")])  # type: ignore[attr-defined]  # same
def test_request_survives_a_button(context: Context, line: str, expected: str) -> None:
    command, _, text = line.removeprefix("/").partition(" ")
    request = parse(text, context, command=command).request
    assert decode(encode(request)) == request, expected
