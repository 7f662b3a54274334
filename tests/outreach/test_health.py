"""The path to the customer watches itself: what is unreminded, what is tried, who is told and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.authority import Refused
from accounts.enums import NoticeChannel
from accounts.models import Notice, User
from cases.domain import promises
from cases.models import Message, Obligation
from journal.models import Event
from outreach.domain import heartbeats, ladder
from outreach.domain.health import paths, probing, queues
from outreach.domain.health.paths import Closed, Path, error_of
from outreach.domain.health.standing import is_open, standing_of, standings
from outreach.models import Probe, Rung
from outreach.queries.health import is_anything_unreminded
from tests.factories import HOUR, MINUTE, NOW, House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P27")]
SECOND = timedelta(seconds=1)


class Fax:
    """A way to the customer that does as it is told."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.tries = 0
        self.set_up = True

    def check(self, now: datetime) -> paths.Found:
        self.tries += 1
        if self.problem is not None:
            raise self.problem
        return {"pages": 3}


@pytest.fixture
def fax(monkeypatch: pytest.MonkeyPatch) -> Fax:
    """The only way there is."""
    made = Fax()
    monkeypatch.setattr(paths, "_paths", {})
    paths.register(
        Path(
            "fax",
            "Fax",
            carries="Letters.",
            meanwhile="Letters go by post.",
            check=made.check,
            is_set_up=lambda: made.set_up,
            to_set_up="Buy one.",
        )
    )
    return made


def probe(at: datetime) -> Probe:
    """A round of probes at that time; returns the fax's."""
    probing.probe_due(clock=lambda: at)
    return Probe.objects.get(name="fax")


def told(kind: str, *, channel: str = NoticeChannel.DESK) -> dict[str, int]:
    """How often each was told."""
    rows = Notice.objects.filter(kind=kind, channel=channel).values_list("user__username", flat=True)
    return {name: list(rows).count(name) for name in rows}


def owed(house: House, **due: Any) -> Obligation:
    return house.promise(house.case(), due_end=NOW + timedelta(**due)).obligation


# Unreminded -----------------------------------------------------------------------------------------------------------


def test_a_reminder_two_minutes_late_is_seen_with_every_worker_down(house: House) -> None:
    owed(house, minutes=30)
    ladder.look(now=NOW)
    at = NOW + 20 * MINUTE  # its rung of ten minutes before
    assert not is_anything_unreminded(now=at + 2 * MINUTE - SECOND)
    assert is_anything_unreminded(now=at + 2 * MINUTE)
    ladder.look(now=at + 2 * MINUTE)
    assert not is_anything_unreminded(now=at + 2 * MINUTE)
    assert is_anything_unreminded(now=NOW + 32 * MINUTE), "and so with the next rung"


def test_what_cannot_be_looked_at_stays_late(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    owed(house, minutes=30)
    monkeypatch.setattr(ladder, "tell_all", None)
    for minute in range(20, 24):
        ladder.look(now=NOW + minute * MINUTE)
    assert is_anything_unreminded(now=NOW + 23 * MINUTE), "the ladder set it aside, and says that it looked"
    monkeypatch.undo()
    ladder.look(now=NOW + 26 * MINUTE)
    assert not is_anything_unreminded(now=NOW + 27 * MINUTE)


def test_what_there_is_nobody_to_tell_of_stays_late_until_there_is(house: House) -> None:
    owed(house, minutes=30)
    ladder.look(now=NOW)
    User.objects.filter(pk=house.alice.pk).update(working_state="left")
    User.objects.filter(pk__in=[house.sue.pk, house.sam.pk]).update(is_active=False)
    ladder.look(now=NOW + 20 * MINUTE)
    assert is_anything_unreminded(now=NOW + 22 * MINUTE), "all workers are well, and nobody knows"
    User.objects.filter(pk=house.sue.pk).update(is_active=True)
    ladder.look(now=NOW + 26 * MINUTE)
    assert not is_anything_unreminded(now=NOW + 27 * MINUTE)
    assert Notice.objects.filter(user=house.sue, key__startswith="rung:").exists()


def test_a_row_that_says_it_was_looked_at_and_told_to_nobody_is_seen(house: House) -> None:
    promise = owed(house, minutes=30)
    Obligation.objects.filter(pk=promise.pk).update(next_look_at=None)
    assert not is_anything_unreminded(now=NOW + 31 * MINUTE)
    assert is_anything_unreminded(now=NOW + 32 * MINUTE), "whatever the workers wrote down"
    Rung.objects.filter(kind=promise.kind).update(active=False)
    assert not is_anything_unreminded(now=NOW + 32 * MINUTE), "nobody wants to be reminded of those"


def test_nothing_owed_any_more_is_unreminded(house: House) -> None:
    promise = owed(house, minutes=30)
    promises.abandon(promise.promise, reason="They called us", by=house.sue, now=NOW)
    assert not is_anything_unreminded(now=NOW + HOUR)


def test_asking_is_one_statement_that_goes_by_small_indexes(house: House) -> None:
    for _ in range(3):
        owed(house, minutes=30)
    ladder.look(now=NOW)
    with CaptureQueriesContext(connection) as asked:
        is_anything_unreminded(now=NOW)
    (query,) = asked.captured_queries
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # three rows are read faster than an index
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{query['sql']}")
        plan = str(cursor.fetchall())
    assert "Seq Scan on cases_obligation" not in plan
    if connection.vendor == "sqlite":  # of three rows PostgreSQL takes whichever index it likes
        assert "obligations_to_look_at" in plan
        assert "owed_and_told_to_nobody" in plan


# Probes ---------------------------------------------------------------------------------------------------------------


def test_a_way_that_is_open_is_tried_on_its_schedule(house: House, fax: Fax) -> None:
    found = probe(NOW)
    assert (found.succeeded_at, found.failing_since, found.detail) == (NOW, None, {"pages": 3})
    assert found.took_ms is not None
    probe(NOW + 59 * SECOND)
    assert fax.tries == 1
    probe(NOW + 60 * SECOND)
    assert fax.tries == 2
    assert not Event.objects.filter(type__startswith="path.").exists()


def test_a_blip_is_nobodys_alarm(house: House, fax: Fax) -> None:
    fax.problem = Closed("HTTP 503")
    assert probe(NOW).failing_since is None
    fax.problem = None
    found = probe(NOW + probing.AGAIN_AFTER)
    assert (found.failing_since, found.failed_at, found.error) == (None, NOW, "HTTP 503")
    assert told("path_failed") == told("path_recovered") == {}


def test_failing_and_recovering_are_told_once_to_supervisors_and_administrators(house: House, fax: Fax) -> None:
    fax.problem = ConnectionError("refused, at fax.example.com, by Mr. Smith")
    for at in (NOW, NOW + 10 * SECOND, NOW + 70 * SECOND, NOW + 130 * SECOND):
        found = probe(at)
    assert (found.failing_since, found.failed_at, found.error) == (NOW, NOW + 130 * SECOND, "ConnectionError")
    assert told("path_failed") == dict.fromkeys(("sue", "sam", "ada"), 1)
    assert told("path_failed", channel=NoticeChannel.EMAIL) == told("path_failed")
    notice = Notice.objects.filter(kind="path_failed").latest("id")
    assert (notice.title, notice.body) == ("Fax: closed (ConnectionError)", "Letters go by post.")
    assert Event.objects.get(type="path.failed").data == {"path": "fax", "error": "ConnectionError"}
    fax.problem = None
    for at in (NOW + 190 * SECOND, NOW + 250 * SECOND):
        found = probe(at)
    assert (found.failing_since, found.error) == (None, "ConnectionError"), "the last error stays, with its time"
    assert told("path_recovered") == dict.fromkeys(("sue", "sam", "ada"), 1)
    assert Notice.objects.get(user=house.sue, kind="path_recovered", channel="desk").title == (
        "Fax: open again, after 3 min"
    )
    assert Event.objects.get(type="path.recovered").data == {"path": "fax", "seconds": 190}
    assert not Notice.objects.filter(kind="path_failed", channel="desk", seen_at=None).exists(), "it left the desks"


def test_a_second_failure_is_told_anew(house: House, fax: Fax) -> None:
    for start in (NOW, NOW + HOUR):
        fax.problem = Closed("HTTP 503")
        probe(start)
        probe(start + 10 * SECOND)
        fax.problem = None
        probe(start + 70 * SECOND)
    assert told("path_failed") == dict.fromkeys(("sue", "sam", "ada"), 2)


def test_who_is_killed_in_the_middle_leaves_a_probe_that_is_taken_again(house: House, fax: Fax) -> None:
    probe(NOW)
    held = probing.claim(["fax"], now=NOW + MINUTE)
    assert held is not None
    probe(NOW + 2 * MINUTE)
    assert fax.tries == 1, "it is somebody's"
    probe(NOW + MINUTE + probing.LEASE)
    assert fax.tries == 2
    late = probing.note(held, paths.watched()[-1], probing.Tried("HTTP 503", 5, {}), now=NOW + 4 * MINUTE)
    assert (late.failed_at, late.failing_since) == (None, None), "who comes back late changes nothing"


def test_what_is_not_set_up_is_neither_tried_nor_closed(house: House, fax: Fax) -> None:
    fax.set_up = False
    probing.probe_due(clock=lambda: NOW)
    assert not Probe.objects.filter(name="fax").exists()
    found = standing_of("fax", now=NOW)
    assert found is not None
    assert (found.state, found.is_closed) == ("not_set_up", False)
    with pytest.raises(Refused) as refused:
        probing.probe_now("fax", by=house.sue, clock=lambda: NOW)
    assert refused.value.code == "not_set_up"


def test_only_kind_and_code_of_an_error_are_kept() -> None:
    assert error_of(Closed("HTTP 503")) == "HTTP 503"
    assert error_of(ValueError("the password is sesame")) == "ValueError"


def test_a_supervisor_has_it_tried_without_any_worker(house: House, fax: Fax) -> None:
    found = probing.probe_now("fax", by=house.sue, clock=lambda: NOW)
    assert (found.succeeded_at, fax.tries) == (NOW, 1)
    for who, name, code in (
        (house.alice, "fax", "not_yours"),
        (house.crm, "fax", "not_yours"),
        (house.ada, "x", "out_of_reach"),
    ):
        with pytest.raises(Refused) as refused:
            probing.probe_now(name, by=who, clock=lambda: NOW)
        assert refused.value.code == code
    probing.claim(["fax"], now=NOW, due=False)
    with pytest.raises(Refused) as refused:
        probing.probe_now("fax", by=house.sue, clock=lambda: NOW)
    assert refused.value.code == "being_tried"


# How it stands --------------------------------------------------------------------------------------------------------


def test_what_was_not_tried_for_long_is_not_called_open(house: House, fax: Fax) -> None:
    assert standing_of("fax", now=NOW).state == "untried"  # type: ignore[union-attr]
    probe(NOW)
    assert standing_of("fax", now=NOW + 3 * MINUTE).state == "open"  # type: ignore[union-attr]
    late = standing_of("fax", now=NOW + 6 * MINUTE)
    assert late is not None
    assert (late.state, late.is_closed, late.succeeded_at) == ("silent", True, NOW)


def test_the_last_try_counts_at_once(house: House, fax: Fax) -> None:
    fax.problem = Closed("HTTP 503")
    probe(NOW)
    found = standing_of("fax", now=NOW)
    assert found is not None
    assert (found.state, found.failing_since, found.error) == ("failing", NOW, "HTTP 503")
    assert not is_open("fax", now=NOW)


def test_clock_and_workers_are_seen_by_their_rows_and_not_by_a_worker(house: House) -> None:
    by_name = {each.name: each for each in standings(now=NOW)}
    assert {by_name[name].error for name in ("beat", "worker")} == {"NeverSeen"}
    heartbeats.note("beat", "beat@here", now=NOW)
    heartbeats.note("worker", "worker@here", now=NOW - 5 * MINUTE)
    by_name = {each.name: each for each in standings(now=NOW)}
    assert (by_name["beat"].state, by_name["worker"].state) == ("open", "failing")
    assert (by_name["worker"].error, by_name["worker"].failing_since) == ("Silent", NOW - 5 * MINUTE)
    # One that takes nothing but reminders does not stand in for it, though they ring.
    heartbeats.note("worker", "reminders@here", now=NOW)
    assert {each.name: each.state for each in standings(now=NOW)}["worker"] == "failing"
    assert (heartbeats.is_alive("worker", now=NOW), heartbeats.can_ring(now=NOW)) == (False, True)
    assert by_name["broker"].state == "not_set_up"
    probing.probe_due(clock=lambda: NOW)
    assert not Probe.objects.filter(name__in=["beat", "worker", "broker"]).exists()


def test_late_reminders_fail_at_a_glance_since_they_were_due(house: House) -> None:
    owed(house, minutes=30)
    ladder.look(now=NOW)
    found = standing_of("reminders", now=NOW + 25 * MINUTE)
    assert found is not None
    assert (found.state, found.error, found.failing_since) == ("failing", "LateReminders", NOW + 20 * MINUTE)
    assert found.detail == {"late": 1, "told_to_nobody": 0}


def test_the_oldest_due_row_of_each_queue_is_found(house: House) -> None:
    house.case()
    message = Message.objects.get()
    (waiting,) = [each for each in queues.waiting(now=NOW + 3 * MINUTE) if each.name == "messages"]
    assert (waiting.since, waiting.seconds, waiting.old) == (message.created_at, 180, True)
    found = standing_of("work", now=NOW + 3 * MINUTE)
    assert found is not None
    assert (found.state, found.error) == ("failing", "OldWork")
    Message.objects.update(attempts=1, error="ConnectionError", leased_until=NOW + HOUR)
    assert not [each for each in queues.waiting(now=NOW + 3 * MINUTE) if each.name == "messages"], (
        "it waits for its try"
    )
