"""Work on a second connection, in a thread of its own, step by step or all at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from django.db import connections, transaction

Result = TypeVar("Result")


class Beside:
    """A connection beside the test's own, with a transaction that is begun and committed when the test says so."""

    def __enter__(self) -> Beside:
        self.orders: queue.Queue[Callable[[], Any] | None] = queue.Queue()
        self.answers: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.orders.put(None)
        self.thread.join(10)

    def do(self, work: Callable[[], Result]) -> Result:
        self.orders.put(work)
        answer, wrong = self.answers.get(timeout=20)
        if wrong is not None:
            raise wrong
        return answer  # type: ignore[no-any-return]

    def begin(self, work: Callable[[], Result]) -> Result:
        """Begin a transaction and do ``work`` in it."""

        def both() -> Result:
            transaction.set_autocommit(False)
            connection = connections["default"]
            connection.in_atomic_block = True
            return work()

        return self.do(both)

    def commit(self) -> None:
        def end() -> None:
            connection = connections["default"]
            connection.in_atomic_block = False
            transaction.commit()
            transaction.set_autocommit(True)

        self.do(end)

    def _run(self) -> None:
        while (work := self.orders.get()) is not None:
            try:
                self.answers.put((work(), None))
            except BaseException as wrong:  # noqa: BLE001 - raised again in the test
                self.answers.put((None, wrong))
        connections.close_all()


def beside(work: Callable[[], object]) -> Callable[[], None]:
    """Start ``work`` on a connection of its own; the returned function waits for it and raises what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as wrong:  # noqa: BLE001 - raised again where it is waited for
            raised.append(wrong)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def wait() -> None:
        thread.join(30)
        assert not thread.is_alive(), "it never came to an end"
        if raised:
            raise raised[0]

    return wait


def all_at_once(works: list[Callable[[], Result]]) -> list[Result | BaseException]:
    """Do all of it at the same moment, each on a connection of its own; what each returned or raised, in order."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        try:
            gate.wait(20)
            results[place] = works[place]()
        except BaseException as wrong:  # noqa: BLE001 - handed to the test
            results[place] = wrong
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def until_somebody_waits_for_a_lock() -> None:
    for _ in range(1000):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")
