"""One bounded worker: questions are answered on a thread of their own, never on the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

RETRY_AFTER_S = 1  # a full queue of questions is answered within a second


class OverloadedError(RuntimeError):
    """As many questions wait as may wait."""


class Worker:
    """Runs one question at a time; refuses when too many wait."""

    def __init__(self, queue: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ask")
        self._most_waiting = queue
        self._waiting = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """What the work returns.

        Raises:
            OverloadedError: the queue is full.
        """
        if self._waiting >= self._most_waiting:
            raise OverloadedError(
                f"{self._waiting} questions wait, at most {self._most_waiting} may; ask again in {RETRY_AFTER_S} s"
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Ends the thread once what waits is done."""
        self._executor.shutdown(wait=True, cancel_futures=True)
