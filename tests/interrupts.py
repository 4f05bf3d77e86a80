"""An interrupt at a chosen moment, as if a signal had come just then."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

__all__ = ["every_interrupt"]


def every_interrupt(
    *modules: ModuleType, between: str = "opcode"
) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Yield functions that call another and interrupt it, each at one moment later than the last.

    A moment lies before each instruction ("opcode") or line ("line") of the modules: there Python
    runs the handlers of signals. The functions return None where the KeyboardInterrupt comes out.
    They end with the first whose moment is not met.
    """
    files = {module.__file__ for module in modules}
    left = moment = 0

    def count(_frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        left -= event == between
        if left == 0 and event == between:
            raise KeyboardInterrupt
        return count

    def enter(frame: FrameType, _event: str, _: object) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        frame.f_trace_opcodes = between == "opcode"
        return count

    def interrupted(call: Callable[[], Any]) -> Any:
        nonlocal left, moment
        moment += 1
        left, before = moment, sys.gettrace()
        sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for one when tracing begins
        sys.settrace(enter)
        try:
            return call()
        except KeyboardInterrupt:
            return None
        finally:
            sys.settrace(before)

    while left <= 0:
        yield interrupted
