"""One bounded worker: one question at a time, off the event loop, and a clear refusal when too many wait."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from service.worker import RETRY_AFTER_S, OverloadedError, Worker


def test_work_runs_on_a_thread_of_its_own_and_gives_its_result() -> None:
    worker = Worker(1)

    def name_of_thread() -> str:
        return threading.current_thread().name

    try:
        name = asyncio.run(worker.run(name_of_thread))
        assert name.startswith("ask")
        assert name != threading.current_thread().name
    finally:
        worker.close()


def test_one_piece_of_work_runs_at_a_time_in_the_order_asked() -> None:
    worker, order, running = Worker(8), list[int](), threading.Lock()

    def note(number: int) -> Callable[[], None]:
        def work() -> None:
            assert running.acquire(blocking=False), "two pieces of work ran at once"
            order.append(number)
            running.release()

        return work

    async def ask_all() -> None:
        await asyncio.gather(*(worker.run(note(number)) for number in range(8)))

    try:
        asyncio.run(ask_all())
    finally:
        worker.close()
    assert order == list(range(8))


def test_one_more_than_may_wait_is_refused_and_the_others_are_answered() -> None:
    worker, release = Worker(2), threading.Event()

    def hold() -> bool:
        return release.wait(timeout=5)  # a worker that takes too many shall fail the test, not hang it

    async def overload() -> list[bool]:
        waiting = [asyncio.create_task(worker.run(hold)) for _ in range(2)]
        await asyncio.sleep(0)  # both have asked
        with pytest.raises(OverloadedError, match=f"2 questions wait, at most 2 may; ask again in {RETRY_AFTER_S} s"):
            await worker.run(hold)
        release.set()
        return await asyncio.gather(*waiting)

    try:
        assert asyncio.run(overload()) == [True, True]
        assert asyncio.run(worker.run(lambda: "room again")) == "room again"
    finally:
        release.set()
        worker.close()


def test_the_event_loop_goes_on_while_work_is_done() -> None:
    worker, release = Worker(1), threading.Event()

    async def look_while_busy() -> bool:
        busy = asyncio.create_task(worker.run(lambda: release.wait(timeout=5)))
        await asyncio.sleep(0)
        still_busy = not busy.done()
        release.set()  # only the loop can do this, and only while the work leaves it free
        await busy
        return still_busy

    try:
        assert asyncio.run(look_while_busy())
    finally:
        release.set()
        worker.close()


def test_failed_work_raises_its_own_error_and_leaves_its_place() -> None:
    worker = Worker(1)

    def fail() -> None:
        raise LookupError("the work's own")

    try:
        for _ in range(3):  # a place kept would make the second refuse
            with pytest.raises(LookupError, match="the work's own"):
                asyncio.run(worker.run(fail))
    finally:
        worker.close()
