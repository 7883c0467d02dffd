from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.reports.charts.scale import Scale, round_ticks, share

AMOUNTS = st.integers(-(10**17), 10**17)


@given(AMOUNTS, AMOUNTS)
def test_ticks_are_round_evenly_spaced_and_hold_everything(one: int, other: int) -> None:
    low, high = sorted((one, other))
    ticks = round_ticks(low, high)
    (step,) = {after - before for before, after in pairwise(ticks)}
    assert str(step).rstrip("0") in {"1", "2", "25", "5"}
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 6
    assert all(tick % step == 0 for tick in ticks)


@given(st.floats(0, 400), st.lists(st.one_of(st.just(0), st.integers(1, 9), AMOUNTS.map(abs)), max_size=6))
def test_shares_fill_the_room_and_hide_nothing(room: float, sizes: list[int]) -> None:
    parts = share(room, sizes, 2.0)
    seen = [part for part, size in zip(parts, sizes, strict=True) if size]
    assert all(part >= 2.0 for part in seen)
    assert all(part == 0 for part, size in zip(parts, sizes, strict=True) if not size)
    assert sum(parts) == pytest.approx(max(room, 2.0 * len(seen)) if seen else 0)
    assert [part for _, part in sorted(zip(sizes, parts, strict=True))] == sorted(parts)


def test_ticks_of_usual_amounts() -> None:
    assert round_ticks(0, 340) == (0, 100, 200, 300, 400)
    assert round_ticks(0, 0) == (0, 1)
    assert round_ticks(-95, 5) == (-100, -75, -50, -25, 0, 25)


def test_a_scale_keeps_what_is_beyond_it_at_its_ends() -> None:
    scale = Scale(0, 200, 10.0, 30.0)
    assert [scale.place(amount) for amount in (-5, 0, 50, 200, 900)] == [10, 10, 15, 30, 30]
