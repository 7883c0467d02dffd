"""How many lines a second the grammar reads, against cutting the same lines with shlex."""

import shlex
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crmbot.language import Context, parse

LINES = (
    ("deal", "new Acme renewal $40k close:15 dec stage:negotiation"),
    ("log", 'call acme "wants 40 seats" 25m stage:negotiation close:+2w next:"send contract" fri'),
    ("task", "call Jane tomorrow 3pm"),
    ("deal", "lost acme because too expensive"),
    ("deal", 'move "Acme renewal" proposal sent'),
    ("deal", "won D-17 $45k"),
    ("lead", "new May Wong may@example.com from web form company:Globex"),
    ("contact", "new Jane Doe jane@example.com role:CTO company:Acme"),
    ("task", "done A-12"),
    ("report", "sales-pipeline 30"),
    ("pipeline", "@jo"),
    ("crm", "deal list negotiation @jo"),
    ("deal", "show Acme renewal"),
    ("deal", "list"),
    ("task", "list overdue"),
    ("task", "snooze A-12 mon"),
    ("task", "send the offer to Jane fri"),
    ("crm", "today"),
    ("crm", "find acme"),
    ("crm", "undo"),
)
ROUNDS, BEST_OF = 400, 7
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def lines_a_second(read: Callable[[str, str], object]) -> float:
    """Return the best of several runs, which is the one that was disturbed least."""
    speeds = []
    for _ in range(BEST_OF):
        started = time.process_time()
        for _ in range(ROUNDS):
            for command, line in LINES:
                read(command, line)
        speeds.append(ROUNDS * len(LINES) / (time.process_time() - started))
    print(f"    runs: {', '.join(f'{speed:,.0f}' for speed in speeds)}; median {statistics.median(speeds):,.0f}")
    return max(speeds)


def main() -> None:
    """Print the speeds and their ratio."""
    print("grammar, a new context for every line:")
    grammar = lines_a_second(lambda command, line: parse(line, Context(NOW, ZONE), command=command))
    print("shlex.split of the same lines:")
    floor = lines_a_second(lambda _, line: shlex.split(line))
    print(f"grammar {grammar:,.0f} lines a second, shlex {floor:,.0f}, ratio {grammar / floor:.2f}")


if __name__ == "__main__":
    main()
