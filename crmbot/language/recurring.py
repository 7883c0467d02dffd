"""What is said of times where none can be: reports and tasks that come again and again, lists of days to come."""

import re
from dataclasses import replace

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


def _digest_again(text: str, at: int, _: Context, __: bool) -> Found | None:
    again = _AGAIN.match(text, at)
    if again is None:
        return None
    raise BadInput(f"A digest is told every week or every day; “{again.group()}” can't be.", example="monday")


DIGEST_AGAIN = Reading("a weekday", "monday", _digest_again, words=frozenset({"monthly", "quarterly"}))
_LISTS = {"overdue": "/task list overdue team", "aging": "/deal list stale"}


def _digest_only(text: str, at: int, _: Context, __: bool) -> Found | None:
    word = next((word for word in _LISTS if re.match(rf"{word}(?!\w)", text[at:], re.IGNORECASE)), None)
    if word is None:
        return None
    raise BadInput(f"“{word}” is told by digests, and is no report; a list has it now.", example=_LISTS[word])


DIGEST_ONLY = Reading("a report", "pipeline", _digest_only, words=frozenset(_LISTS))


def _task_again(text: str, at: int, _: Context, __: bool) -> Found | None:
    again = _AGAIN.match(text, at)
    if again is None:
        return None
    raise BadInput(
        f"A task is due once: “{again.group()}” can't be read as one day.", example=again["day"] or "tomorrow"
    )


TASK_AGAIN = Reading("a date", "tomorrow", _task_again, words=frozenset({"every", "each"}))


_DAYS = re.compile(rf"(?:(?:this|next|coming)\s+)?(?:tomorrow|week|month|{'|'.join(WEEKDAY)})(?!\w)", re.IGNORECASE)


def _days_of_a_list(text: str, at: int, _: Context, __: bool) -> Found | None:
    days = _DAYS.match(text, at)
    if days is None:
        return None
    raise BadInput(
        f"“{days.group()}” is no list: all that is to come stands in one, in its order.", example="/task list"
    )


TO_COME = Reading(
    "a state", "overdue", _days_of_a_list, words=frozenset({"this", "next", "coming", "tomorrow", *WEEKDAY})
)


_LED = re.compile(r"\b(?:re|about|for|on)\s+#?$", re.IGNORECASE)


def about_itself(record: Reading) -> Reading:
    """Return a reading of records that refuses a task's own number, where a line can only mean that task."""

    def read(text: str, at: int, context: Context, asked: bool) -> Found | None:
        found = record.read(text, at, context, asked)
        if found is None or not str(found.value).startswith("A-"):
            return found
        if _LED.search(text[: found.end - len(found.value)]):
            # “ask about A-12” is what is to be done.
            return None
        if len(text[:at].split()) > 1 and text[found.end :].strip():
            return None
        raise BadInput(
            f"“{found.value}” is a task itself: done, snooze and assign change it.",
            example=f"/task snooze {found.value} tomorrow",
        )

    return replace(record, read=read)
