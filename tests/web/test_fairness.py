"""A team that floods waits for itself: the others are served in turn with it."""

import asyncio
from collections.abc import Callable, Iterable
from threading import Event, current_thread, stack_size
from time import sleep
from typing import Any

import pytest

from crmbot.web.fairness import Crowded, FairThreads
from crmbot.web.health import Health, build_health
from crmbot.web.slack import MOST_WAITING, PATH, THREADS, SlackFirst


def served(threads: int, teams: list[str], most_waiting: int = 1000) -> list[str]:
    """Return in which order teams are served that all wait while the first one's work is held."""
    order: list[str] = []
    held = Event()

    async def everything() -> None:
        fair = FairThreads(threads, most_waiting, "test")

        def work(team: str) -> Callable[[], None]:
            def run() -> None:
                held.wait(5)
                order.append(team)

            return run

        waiting = [asyncio.ensure_future(fair.run(team, work(team))) for team in teams]
        await asyncio.sleep(0.05)
        held.set()
        await asyncio.gather(*waiting)

    asyncio.run(everything())
    return order


def test_a_thousand_of_one_team_do_not_stand_before_another() -> None:
    order = served(1, ["flood"] * 1000 + ["quiet", "calm"])
    assert order.index("quiet") < 4
    assert order.index("calm") < 5
    assert order.count("flood") == 1000


def test_teams_take_turns() -> None:
    assert served(1, ["a", "a", "a", "b", "b", "c"]) == ["a", "a", "b", "c", "a", "b"]


def test_one_team_alone_uses_every_thread() -> None:
    assert served(4, ["a"] * 40) == ["a"] * 40


def test_a_thread_that_could_not_begin_leaves_its_place_to_the_next_piece_of_work() -> None:
    async def twice() -> str:
        fair = FairThreads(1, 5, "test")
        usual = stack_size(2**46)  # more than there is of addresses
        try:
            with pytest.raises(RuntimeError, match="thread"):
                await fair.run("a", lambda: "served")
        finally:
            stack_size(usual)
        return await asyncio.wait_for(fair.run("b", lambda: "served"), 5)

    assert asyncio.run(twice()) == "served"


def test_who_would_wait_too_long_is_told_at_once_and_the_others_are_not() -> None:
    async def crowd() -> tuple[int, str]:
        fair, held = FairThreads(1, 5, "test"), Event()
        waiting = [asyncio.ensure_future(fair.run("flood", lambda: held.wait(5))) for _ in range(20)]
        quiet = asyncio.ensure_future(fair.run("quiet", lambda: "served"))
        await asyncio.sleep(0.05)
        refused = sum(isinstance(one.exception(), Crowded) for one in waiting if one.done())
        held.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        return refused, await quiet

    assert asyncio.run(crowd()) == (14, "served")


def test_who_goes_away_leaves_the_turn_to_the_next() -> None:
    async def leave() -> str:
        fair, held = FairThreads(1, 5, "test"), Event()
        first = asyncio.ensure_future(fair.run("a", lambda: held.wait(5)))
        gone = asyncio.ensure_future(fair.run("a", lambda: "gone"))
        last = asyncio.ensure_future(fair.run("a", lambda: "served"))
        await asyncio.sleep(0.05)
        gone.cancel()
        held.set()
        await first
        answer = await last
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert await fair.run("a", lambda: "free again") == "free again"
        return answer

    assert asyncio.run(leave()) == "served"


def test_who_comes_alone_is_served_by_one_thread_and_told_what_went_wrong_in_it() -> None:
    async def come() -> set[str]:
        fair = FairThreads(4, 5, "test")
        with pytest.raises(ZeroDivisionError):
            await fair.run("a", lambda: 1 / 0)
        return {await fair.run(team, lambda: current_thread().name) for team in "abc"}

    assert asyncio.run(come()) == {"test-3"}


def test_who_left_while_being_served_holds_the_thread_until_it_is_free() -> None:
    async def leave() -> list[str]:
        fair, held, begun, order = FairThreads(1, 5, "test"), Event(), Event(), list[str]()

        def work() -> None:
            begun.set()
            held.wait(5)
            order.append("first")

        gone = asyncio.ensure_future(fair.run("a", work))
        await asyncio.sleep(0)
        following = asyncio.ensure_future(fair.run("b", lambda: order.append("second")))
        await asyncio.to_thread(begun.wait, 5)
        gone.cancel()
        await asyncio.sleep(0.05)
        assert not following.done()
        held.set()
        await following
        return order

    assert asyncio.run(leave()) == ["first", "second"]


class Held:
    """Stands for Slack's surface: it answers nothing until it is let go; a body begins with its team."""

    def __init__(self) -> None:
        self.go = Event()
        self.order: list[str] = []

    def receive(
        self, body: bytes, _: Iterable[tuple[bytes, bytes]], *, received: float
    ) -> tuple[str, Callable[[], tuple[int, dict[str, str], bytes]]]:
        assert received
        team = body.partition(b" ")[0].decode()
        return team, lambda: self._answer(team)

    def _answer(self, team: str) -> tuple[int, dict[str, str], bytes]:
        self.go.wait(10)
        self.order.append(team)
        sleep(0.001)  # As long as a command takes at least; else one thread does them all before the others wake.
        return 200, {}, b""


def test_commands_beyond_what_a_team_may_have_waiting_are_told_and_the_rest_is_left_to_slacks_repeat() -> None:
    slack, answers = Held(), list[tuple[int, bytes]]()
    first = SlackFirst(build_health(lambda: Health({}), lambda: b""), slack)

    async def post(body: bytes) -> None:
        parts: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            parts.append(message)

        await first({"type": "http", "method": "POST", "path": PATH, "headers": []}, receive, send)
        answers.append((parts[0]["status"], parts[1]["body"]))

    async def everybody() -> None:
        flood = [asyncio.ensure_future(post(b"flood command=1")) for _ in range(THREADS + MOST_WAITING + 40)]
        events = [asyncio.ensure_future(post(b"flood event")) for _ in range(5)]
        quiet = asyncio.ensure_future(post(b"quiet command=1"))
        await asyncio.sleep(0.1)
        assert [status for status, _ in answers] == [200] * 40 + [503] * 5
        assert all(b"try again in a moment" in body for status, body in answers if status == 200)
        slack.go.set()
        await asyncio.gather(*flood, *events, quiet)

    asyncio.run(everybody())
    assert slack.order.index("quiet") < 3 * THREADS
    assert slack.order.count("flood") == THREADS + MOST_WAITING
