"""Many promises of many reps, and the two workers and two clocks that see to them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from cases.models import Case, Obligation, Promise
from desk.queries import desk_page
from outreach.models import Rung
from tests.drills import promises
from tests.drills.promises import PER_CASE, Tally
from tests.drills.watch import Lateness, Watch, due_times, load, watching
from tests.factories import HOUR, House, again
from tests.harness.mail import MailSink
from tests.harness.processes import Celery, Child

Start = Callable[..., Celery]

# The ladder of a drill of minutes: the same four rungs, nearer together. The short form has what rings when it is due.
LONG_LADDER = {-60: -2, -10: -1, 0: 0, 15: 1}
SHORT_LADDER = {0: 0, 15: 0}
TICK_SECONDS = 1.0


@dataclass
class Crowd(Tally):
    """What came of many promises: how late each rung could be seen and each mail was accepted, in seconds."""

    workers: int = 2
    clocks: int = 2
    late_half: float = 0.0
    late_p95: float = 0.0
    late_worst: float = 0.0
    mail_late_half: float = 0.0
    mail_late_p95: float = 0.0
    mail_late_worst: float = 0.0
    load_before: float = 0.0
    load_after: float = 0.0
    outage_ended_after: float = 0.0


def set_ladder(offsets: dict[int, int]) -> None:
    """The rungs of a promise: each at another offset (minutes), those not named silent."""
    for rung in Rung.objects.filter(kind="promise"):
        rung.active = rung.offset_minutes in offsets
        rung.offset_minutes = offsets.get(rung.offset_minutes, rung.offset_minutes + 10_000)
        rung.save(update_fields=["active", "offset_minutes"])


def make_many(house: House, count: int, *, reps: int) -> list[int]:
    """``count`` promises of ``reps`` reps, made two hours ago for tomorrow; returns their ids.

    The first of each case is made by the domain and the others written after it, as it wrote the first. There is one
    supervisor, so that a rung is one row.
    """
    User.objects.filter(pk=house.sam.pk).update(is_active=False)
    house.now = timezone.now() - 2 * HOUR
    people = [house.alice, *(house.person(f"rep{number}") for number in range(1, reps))]
    made: list[int] = []
    for first in range(0, count, PER_CASE):
        rep = people[first // PER_CASE % reps]
        case = house.case(by=rep)
        promise = house.promise(case, by=rep, due_end=house.now + 24 * HOUR, what=f"Drill {first:05}")
        made += [promise.pk, *_copied(promise, range(first + 1, min(first + PER_CASE, count)))]
    return made


def _copied(promise: Promise, numbers: range) -> list[int]:
    owed = again(promise.obligation)
    rows = [Obligation(**_fields(owed) | {"what": f"Drill {number:05}"}) for number in numbers]
    Obligation.objects.bulk_create(rows)
    one = again(promise)
    Promise.objects.bulk_create(Promise(**_fields(one) | {"obligation_id": row.pk}) for row in rows)
    Case.objects.filter(pk=promise.case_id).update(open_obligations=F("open_obligations") + len(rows))
    return [row.pk for row in rows]


def _fields(row: Obligation | Promise) -> dict[str, object]:
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if each.name != "id"}


def fall_due(made: list[int], *, starting_in: float, over: float) -> float:
    """They fall due evenly ``over`` so many seconds, the first rung of the first one ``starting_in`` so many from now.

    Returns when that is, in seconds since the epoch.
    """
    rungs = promises.rungs()
    lead = timedelta(minutes=-min(rung.offset_minutes for rung in rungs))
    begin = timezone.now() + timedelta(seconds=starting_in)
    rows = list(Obligation.objects.filter(pk__in=made).order_by("id"))
    # In an order of its own, so that what falls due together is of different cases and reps.
    random.Random(7).shuffle(rows)
    for number, row in enumerate(rows):
        row.due_end = begin + lead + timedelta(seconds=over * number / len(rows))
        row.next_look_at = row.due_end - lead
    Obligation.objects.bulk_update(rows, ["due_end", "next_look_at"], batch_size=500)
    return begin.timestamp()


def all_done() -> bool:
    """Every rung has rung, and no mail waits."""
    if Obligation.objects.filter(what__startswith="Drill ", next_look_at__isnull=False, status="open").exists():
        return False
    return not Notice.objects.filter(status=DeliveryStatus.PENDING).exists()


@dataclass
class Fleet:
    """Two workers, each with its clock: one clock too many, as happens by mistake."""

    celery: list[Celery]

    @property
    def workers(self) -> list[Child]:
        return [each.worker for each in self.celery]

    def kill_in_turn(self, times: int, *, begin: float, over: float) -> int:
        """SIGKILL to one worker's group, then to the other's, at some moment of each stretch; returns how often."""
        rng = random.Random(11)
        for number in range(times):
            at = begin + over * (number + rng.random()) / times
            time.sleep(max(0.0, at - time.time()))
            victim = self.workers[number % len(self.workers)]
            victim.kill()
            victim.start()
        return times


@contextmanager
def fleet(start: Start, sink: MailSink, *, concurrency: int = 2, **env: str) -> Iterator[Fleet]:
    yield Fleet([start(concurrency=concurrency, EMAIL_URL=sink.url, **env) for _ in range(2)])


def count_up(crowd: Crowd, made: list[int], sink: MailSink, watch: Watch) -> None:
    """Compare rows, screens, mail and times with what should be."""
    promises.count_up(crowd, made, sink)
    due = due_times(made, promises.rungs())
    rows = Lateness.of(watch.seen[key] - at for key, at in due.items() if key in watch.seen)
    crowd.late_half, crowd.late_p95, crowd.late_worst = rows.half, rows.p95, rows.worst
    mails = Lateness.of(_mail_lateness(sink, due))
    crowd.mail_late_half, crowd.mail_late_p95, crowd.mail_late_worst = mails.half, mails.p95, mails.worst
    crowd.load_after = load()


def _mail_lateness(sink: MailSink, due: dict[tuple[int, int], float]) -> Iterator[float]:
    first: dict[str, float] = {}
    for mail in sink.accepted:
        first.setdefault(mail.message_id, mail.at)
    told = Notice.objects.filter(channel=NoticeChannel.EMAIL, key__startswith="rung:")
    for key, message_id in told.values_list("key", "message_id"):
        _, obligation, rung = key.split(":")
        if message_id in first:
            yield first[message_id] - due[int(obligation), int(rung)]


def read_every_desk(crowd: Crowd, *, before: int = 0) -> None:
    """What everybody's desk shows, page after page until it is empty, by the read that the page itself does.

    ``before`` is how many notices were read, and put away, on the page itself.
    """
    seen: Counter[int] = Counter()
    for person in User.objects.filter(is_service=False):
        while shown := desk_page.notices(person):
            seen.update(notice.pk for notice in shown if "Drill" in notice.title)
            Notice.objects.filter(pk__in=[notice.pk for notice in shown]).update(seen_at=timezone.now())
    crowd.shown, crowd.shown_twice = before + len(seen), crowd.shown_twice + seen.total() - len(seen)


def run(
    house: House, start: Start, sink: MailSink, *, count: int, kills: int, over: float, ladder: dict[int, int], reps: int,
    warm_up: float, patience: float, outage: Callable[[], None] | None = None, **env: str,
) -> Crowd:  # fmt: skip
    """The whole drill: promises fall due ``over`` so many seconds while two workers are killed in turn.

    ``outage`` is what happens to them besides, once the first rung has its time.
    """
    sink.seconds = 0.01
    set_ladder(ladder)
    made = make_many(house, count, reps=reps)
    crowd = Crowd(promises=count, kills=kills, load_before=load())
    with watching() as watch, fleet(start, sink, **env) as running:
        begin = fall_due(made, starting_in=warm_up, over=over)
        span = over + 60 * (max(ladder.values()) - min(ladder.values()))
        if outage is not None:
            time.sleep(max(0.0, begin - time.time()))
            outage()
            crowd.outage_ended_after = round(time.time() - begin, 1)
        crowd.kills = running.kill_in_turn(kills, begin=begin, over=span)
        time.sleep(max(0.0, begin + span - time.time()))
        promises.wait_until(all_done, patience, "it was not done in time")
        crowd.seconds = round(time.time() - begin, 1)
        time.sleep(2)  # ticks that find nothing to do must do nothing
    count_up(crowd, made, sink, watch)
    return crowd


def worst_allowed() -> float:
    """What a killed worker held is free after the lease, and somebody looks every tick."""
    lease: float = settings.RECOVERY["CLAIM_LEASE_SECONDS"]
    return lease + 2 * TICK_SECONDS


def assert_kept(crowd: Crowd) -> None:
    """Every rung once as a row and on screen, nothing lost, and as late as it may be and no later."""
    assert crowd.rungs_rung == crowd.rungs_expected == crowd.promises * len(promises.rungs())
    assert (crowd.rungs_twice, crowd.rows_lost, crowd.rows_twice, crowd.mails_lost) == (0, 0, 0, 0)
    desk = Notice.objects.filter(channel="desk", key__startswith="rung:").count()
    assert (crowd.shown, crowd.shown_twice) == (desk, 0)
    assert crowd.mail_repeats <= crowd.kills
    assert crowd.repeats_under_another_id == 0
    assert crowd.late_worst <= worst_allowed(), f"{connection.vendor}: {crowd}"
