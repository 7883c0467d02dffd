"""How many steps of Python's a command takes, which no neighbour on the machine changes; against Bolt's own no-op.

Run: python bench/chat_steps.py [--only WORD] [--where] [--keep DIR]. A step is one instruction of Python's bytecode, as
`sys.settrace` sees them; what the interpreter and the databases do in C isn't counted, nor uvicorn. Each command of
`chat_sizes` is dispatched 35 times on a store of 1,000 deals; what is told are the steps, calls and functions of
the middle one of the last five times. `--where` tells the files and functions that the steps are in.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from slack_bolt import BoltRequest

from bench.chat_sizes import COMMANDS, MEANT, REFUSALS, lines, provide, refuse_refusal
from bench.chatting.servers import no_op_app, our_dispatcher
from bench.chatting.wire import parted
from crmbot.slack.signature import Heads
from crmbot.store import open_store
from crmbot.store.alongside import Alongside, Work

_SIZE = 1000
_TIMES = 5
_BEFORE = 15
"""So many times it is done first, for what is made once."""
_MOST_TOLD = 25
_ROOT = str(Path(__file__).parents[1]) + "/"

Ask = Callable[[bytes, Any], bytes]


@dataclass
class Steps:
    """The instructions and calls of each piece of code."""

    instructions: Counter[CodeType] = field(default_factory=Counter)
    calls: Counter[CodeType] = field(default_factory=Counter)

    def count(self, ask: Callable[[], Any]) -> None:
        """Call it and count."""
        sys.settrace(self._called)
        try:
            ask()
        finally:
            sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _value: object) -> Callable[..., Any]:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        self.calls[frame.f_code] += 1
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, _value: object) -> Callable[..., Any]:
        if event == "opcode":
            self.instructions[frame.f_code] += 1
        return self._stepped


class _InLine(Alongside):
    """Does beside nothing, as only one thread's steps are counted."""

    def during(self, wait: Work, work: Work) -> None:
        """Call one after the other."""
        wait()
        work()


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="commands with this word in their name")
    parser.add_argument("--where", action="store_true", help="tell the files and functions as well")
    parser.add_argument("--keep", type=Path, help="where stores are kept and found")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        provide(file, _SIZE, given.keep)
        store = replace(open_store(f"sqlite:///{file}"), alongside=_InLine())
        ours, bolt = our_dispatcher(store), no_op_app(process_before_response=True)
        floor = count(lambda body, headers: _dispatched(bolt, body, headers), "crm help", REFUSALS, _in_text)
        print(f"{'a listener that does nothing':32} {told(floor)}")
        for name, line in COMMANDS.items():
            if given.only in name:
                found = count(lambda body, headers: ours(body, headers)[2], line, MEANT.get(name, ()))
                times = found.instructions.total() / floor.instructions.total()
                print(f"{name:32} {told(found)} {times:6.1f}x", flush=True)
                if given.where:
                    tell_where(found)
        store.close()


def _dispatched(bolt: Any, body: bytes, headers: dict[str, str | Sequence[str]]) -> bytes:
    answer = bolt.dispatch(BoltRequest(body=body.decode(), headers=headers))
    return b"" if answer.body == "ok" else str(answer.body).encode()


def _in_text(headers: Heads) -> dict[str, str | Sequence[str]]:
    return {name.decode(): value.decode() for name, value in headers}


def count(ask: Ask, line: str, meant: tuple[str, ...], headed: Callable[[Heads], Any] = list) -> Steps:
    """Return the steps of the middle one of five times: a statement that few records need may be made in another.

    `headed` makes a request's headers what `ask` takes; its steps aren't counted.
    """
    times, refusals = [], tuple(sign for sign in REFUSALS if sign not in meant)
    for place, request in enumerate(lines(line, _SIZE, _BEFORE + _TIMES)):
        body, heads = parted(request)
        headers = headed(heads)
        if place < _BEFORE:
            refuse_refusal(request, ask(body, headers), refusals)
        elif place < _BEFORE + _TIMES:
            steps = Steps()
            steps.count(lambda body=body, headers=headers: ask(body, headers))  # type: ignore[misc]
            times.append(steps)
    return sorted(times, key=lambda steps: steps.instructions.total())[_TIMES // 2]


def told(steps: Steps) -> str:
    """Return a line's figures."""
    return f"{steps.instructions.total():7,} steps {steps.calls.total():6,} calls {len(steps.calls):4} functions"


def tell_where(steps: Steps) -> None:
    """Print the files and functions with the most steps."""
    files: Counter[str] = Counter()
    for code, number in steps.instructions.items():
        files[_file(code)] += number
    for name, number in files.most_common(_MOST_TOLD):
        print(f"    {number:7,}  {name}")
    print()
    for code, number in steps.instructions.most_common(_MOST_TOLD):
        print(f"    {number:7,} in {steps.calls[code]:3}  {_file(code)}: {code.co_qualname}")


def _file(code: CodeType) -> str:
    return code.co_filename.removeprefix(_ROOT).rpartition("site-packages/")[2].rpartition("lib/python3")[2]


if __name__ == "__main__":
    main()
