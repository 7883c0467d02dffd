"""Reports as hard on a layout as hypothesis can make them: nothing, one, a lot, cents beside billions, wild names."""

from itertools import accumulate

from hypothesis import strategies as st
from reports.charts import samples

from crmbot.reports.pipeline_changes import MOVEMENTS
from crmbot.reports.values import Report

COUNTS = st.one_of(st.just(0), st.integers(0, 50), st.integers(0, 10**9))
AMOUNTS = st.one_of(st.just(0), st.integers(0, 99), st.integers(0, 10**8), st.integers(0, 10**16))
SIGNED = st.one_of(AMOUNTS, AMOUNTS.map(lambda minor: -minor))
CURRENCIES = st.sampled_from(("USD", "EUR", "JPY", "KWD", "CHF"))
NAMES = st.one_of(
    st.sampled_from(
        ("Negotiation", "W" * 200, "名前" * 100, "😀" * 50, "<b>&\"'</b>]]>", "", "a\u0301" * 90, "ᾞ" * 200)
    ),
    st.text(max_size=200),
)
MANY = 25


@st.composite
def weighed(draw: st.DrawFn) -> tuple[int, int]:
    value = draw(AMOUNTS)
    return value, value * draw(st.integers(0, 100)) // 100


@st.composite
def conversion_funnels(draw: st.DrawFn) -> Report:
    return samples.conversion_funnel(
        draw(st.lists(st.tuples(COUNTS, AMOUNTS), min_size=5, max_size=5)), draw(CURRENCIES)
    )


@st.composite
def lead_conversions(draw: st.DrawFn) -> Report:
    return samples.lead_conversion(draw(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)), draw(COUNTS))


@st.composite
def pipelines(draw: st.DrawFn) -> Report:
    kinds = st.sampled_from(("open", "open", "open", "won", "lost"))
    stages = draw(st.lists(st.tuples(NAMES, kinds, COUNTS, weighed()), max_size=MANY))
    flat = [(name, kind, count, value, part) for name, kind, count, (value, part) in stages]
    return samples.pipeline(flat, draw(CURRENCIES), draw(st.integers(0, 2)))


@st.composite
def sales_pipelines(draw: st.DrawFn) -> Report:
    stages = draw(st.lists(st.tuples(NAMES, COUNTS, weighed()), max_size=MANY, unique_by=lambda stage: stage[0]))
    ages = draw(st.lists(st.tuples(COUNTS, AMOUNTS), min_size=4, max_size=4))
    flat = [(name, count, value, part) for name, count, (value, part) in stages]
    return samples.sales_pipeline(flat, ages, draw(CURRENCIES), draw(st.tuples(COUNTS, AMOUNTS)))


@st.composite
def sales_forecasts(draw: st.DrawFn) -> Report:
    steps = draw(st.lists(st.sampled_from((1, 1, 1, 1, 2, 12, 900)), max_size=60))
    numbers = accumulate(steps, initial=draw(st.integers(2028 * 12, 2033 * 12)))
    months = []
    for number in list(numbers)[: draw(st.integers(0, 60))]:
        value, part = draw(weighed())
        months.append((f"{number // 12:04d}-{number % 12 + 1:02d}", draw(COUNTS), value, part, draw(AMOUNTS)))
    rows = st.tuples(COUNTS, AMOUNTS, AMOUNTS)
    return samples.sales_forecast(months, draw(rows), draw(rows), draw(CURRENCIES))


@st.composite
def pipeline_changes(draw: st.DrawFn) -> Report:
    moves = draw(st.dictionaries(st.sampled_from(MOVEMENTS), st.tuples(COUNTS, SIGNED)))
    return samples.pipeline_changes(draw(AMOUNTS), moves, draw(CURRENCIES))


@st.composite
def activity_summaries(draw: st.DrawFn) -> Report:
    return samples.activity_summary(draw(st.lists(st.tuples(NAMES, COUNTS, COUNTS, COUNTS), max_size=MANY)))


@st.composite
def lost_reasons(draw: st.DrawFn) -> Report:
    names = st.one_of(NAMES, st.just("unspecified"))
    return samples.lost_reasons(draw(st.lists(st.tuples(names, COUNTS, AMOUNTS), max_size=MANY)), draw(CURRENCIES))


@st.composite
def customer_acquisitions(draw: st.DrawFn) -> Report:
    rows = st.lists(st.tuples(NAMES, COUNTS, AMOUNTS), max_size=MANY)
    return samples.customer_acquisition(draw(rows), draw(CURRENCIES))


REPORTS = {
    ("customer-acquisition", "channels"): customer_acquisitions(),
    ("conversion-funnel", "funnel"): conversion_funnels(),
    ("lead-conversion", "funnel"): lead_conversions(),
    ("pipeline", "stages"): pipelines(),
    ("sales-pipeline", "stages"): sales_pipelines(),
    ("sales-pipeline", "aging"): sales_pipelines(),
    ("sales-forecast", "months"): sales_forecasts(),
    ("pipeline-changes", "waterfall"): pipeline_changes(),
    ("activity-summary", "reps"): activity_summaries(),
    ("lost-reasons", "reasons"): lost_reasons(),
}
"""By the report's name and the chart's."""
