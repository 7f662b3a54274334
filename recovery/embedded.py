"""The whole program in one process: web, worker and beat as threads, the broker in memory.

The broker forgets everything when the process ends, however it ends. That is allowed because the database is the
queue: what is owed stands in rows, and the first ticks after a restart find it. So `kill -9` loses nothing.
"""

import logging
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from celery.beat import Service
from celery.worker import WorkController
from waitress.server import create_server

from recovery.celery import app
from recovery.heartbeats import Clock
from recovery.wsgi import application

logger = logging.getLogger(__name__)

WEB_THREADS = 8
# More than one, so that neither a slow mail server nor a telephone that rings holds up the reminders; few, since SQLite
# has one writer.
WORKER_THREADS = 4
# Running tasks may finish for this long after the program was told to stop.
STOP_SECONDS = 15.0


class Embedded:
    """Starts the three parts, watches them, and stops them in the order that loses no work in hand."""

    def __init__(self, host: str, port: int) -> None:
        """Takes the port at once. OSError: somebody else has it."""
        self.web = create_server(application, host=host, port=port, threads=WEB_THREADS, ident="Recovery")
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self.web.effective_port}"
        self.worker = WorkController(
            app=app, pool_cls="threads", concurrency=WORKER_THREADS, without_gossip=True, without_mingle=True
        )
        self.beat = Service(app, scheduler_cls=Clock)
        self.stop_asked = threading.Event()
        self.closing = False
        self.parts = {
            name: threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("web", self._serve), ("worker", self.worker.start), ("beat", self.beat.start))
        }

    def run(self, announce: Callable[[str], None]) -> int:
        """Serve until told to stop by SIGINT or SIGTERM; `announce` is called once the address answers.

        Returns the exit code: 0 after a stop that was asked for, 1 when a part failed by itself.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        for thread in self.parts.values():
            thread.start()
        announced = False
        failed: list[str] = []
        while not self.stop_asked.wait(0.2) and not failed:
            if not announced and self._answers():
                announce(self.address)
                announced = True
            failed = [name for name, thread in self.parts.items() if not thread.is_alive()]
        for name in failed:
            logger.critical("The %s stopped by itself, so everything stops.", name)
        self._stop()
        return 1 if failed else 0

    def _serve(self) -> None:
        try:
            self.web.run()
        except OSError:
            # Its loop may be waiting on the very socket that is closed to stop it.
            if not self.closing:
                raise

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stop_asked.set()
        # Whoever asks a second time does not want to wait.
        signal.signal(number, signal.SIG_DFL)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as reply:  # noqa: S310  our own address
                return bool(reply.status == 200)
        except (urllib.error.URLError, TimeoutError):
            return False

    def _stop(self) -> None:
        """No new ticks, then no new requests, then the tasks in hand."""
        self.beat.stop()
        self.closing = True
        self.web.close()
        stopping = threading.Thread(target=self.worker.stop, daemon=True)
        stopping.start()
        until = time.monotonic() + STOP_SECONDS
        for thread in (stopping, self.parts["worker"], self.parts["beat"]):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                logger.warning(
                    "A part did not stop in time; what it had in hand will be found again by the next start."
                )
