"""Rows of days, made fewer for people to read: quiet days in a row become one line, long periods go by weeks."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from crmbot.reports.rendering.sections import Row, Section

_MOST_DAYS = 31
"""Above this many days they are added up by weeks."""


def fold_days(section: Section) -> Section:
    """Return a section of days with fewer rows; any other section as it is. Nothing that was counted gets lost."""
    if not section.columns or section.columns[0] != "date" or not section.rows:
        return section
    spans = [(row[0], row[0], row[1:]) for row in section.rows]
    if len(spans) > _MOST_DAYS:
        spans = [_added(week) for _, week in groupby(spans, key=lambda span: span[0] - timedelta(span[0].weekday()))]
    rows = tuple((days_between(first, last), *figures) for first, last, figures in _without_quiet(spans))
    return Section(section.name, section.columns, rows)


_Span = tuple[date, date, Row]


def _without_quiet(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Yield spans, those in which nothing was counted joined with their neighbours of that kind."""
    for busy, same in groupby(spans, key=lambda span: any(span[2])):
        together = list(same)
        yield from together if busy else [_added(together)]


def _added(spans: Iterable[_Span]) -> _Span:
    together = list(spans)
    figures = tuple(sum(column) for column in zip(*(span[2] for span in together), strict=True))
    return together[0][0], together[-1][1], figures


def days_between(first: date, last: date) -> str:
    """Return days as people write them: Mon 3 Mar to Fri 7 Mar 2031."""
    if first == last:
        return day_words(first)
    begun = f"{first:%a %-d %b}" if first.year == last.year else day_words(first)
    return f"{begun} to {day_words(last)}"


def day_words(day: date) -> str:
    """Return a day as people write it: Mon 3 Mar 2031."""
    return f"{day:%a %-d %b %Y}"
