"""Which tick a free hand takes first: whoever is to be reminded does not wait behind what is to be sent."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery

from recovery.celery import EVERY, app


def test_reminders_have_a_queue_of_their_own_and_every_worker_looks_into_it_first() -> None:
    assert list(app.amqp.queues.consume_from) == ["reminders", "celery"]
    routes = {name: app.amqp.router.route({}, name)["queue"].name for name in EVERY}
    assert [name for name, queue in routes.items() if queue == "reminders"] == ["outreach.tick_ladder"]
    assert set(routes.values()) == {"reminders", "celery"}


@pytest.mark.practice("P7")
def test_a_reminder_that_comes_last_is_taken_first(redis_url: str) -> None:
    there: Any = Celery("there", broker=redis_url)
    there.conf.update({name: app.conf[name] for name in ("task_queues", "task_routes")})
    there.conf.broker_transport = "recovery.broker:Transport"
    there.conf.broker_transport_options = {"queue_order_strategy": "priority"}
    with there.connection_for_write() as line:
        for _ in range(20):
            there.send_task("outreach.deliver_notices", connection=line)
        there.send_task("outreach.tick_ladder", connection=line)
        taken: list[str] = []
        with there.amqp.TaskConsumer(line.channel(), queues=list(there.amqp.queues.consume_from.values())) as consumer:
            consumer.register_callback(lambda _, message: (taken.append(message.headers["task"]), message.ack()))
            for _ in range(3):
                line.drain_events(timeout=5)
    assert taken[0] == "outreach.tick_ladder"
