"""What is said of things that are to come again and again: a report does by a digest, a task doesn't."""

import re

from crmbot.errors import BadInput
from crmbot.language.context import Context
from crmbot.language.days import WEEKDAY, WEEKDAYS
from crmbot.language.reading import Found, Reading

_USUAL_DAY = "monday"
_AGAIN = re.compile(
    rf"(?:daily|weekly|monthly|quarterly|(?:every|each)\s+(?:(?P<day>{'|'.join(WEEKDAY)})s?|day|week|month|quarter))(?!\w)",
    re.IGNORECASE,
)
_STARTS = frozenset("daily weekly monthly quarterly every each".split())


def report_again(report: Reading, usual: str) -> Reading:
    """Make a reading that refuses a report which is to come by itself, and tells of the digest that does."""

    def read(text: str, at: int, context: Context, _: bool) -> Found | None:
        again = _AGAIN.match(text, at)
        if again is None:
            return None
        begun = (report.read(text, word.start(), context, False) for word in re.finditer(r"\S+", text))  # noqa: FBT003 - as `Read` has it
        name = next((found.value for found in begun if found), usual)
        day = WEEKDAYS[WEEKDAY[again["day"].lower()]].lower() if again["day"] else _USUAL_DAY
        raise BadInput(
            f"“{again.group()}” is no period: a report that comes every week is a digest, which a manager adds.",
            example=f"/digest add weekly-{name} {name} #sales {day} 08:00",
        )

    return Reading("a period", "30", read, words=_STARTS)


def _task_again(text: str, at: int, _: Context, __: bool) -> Found | None:
    again = _AGAIN.match(text, at)
    if again is None:
        return None
    raise BadInput(
        f"A task is due once: “{again.group()}” can't be read as one day.", example=again["day"] or "tomorrow"
    )


TASK_AGAIN = Reading("a date", "tomorrow", _task_again, words=frozenset({"every", "each"}))
