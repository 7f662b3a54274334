"""What the drills share: promises that fall due while workers are killed, and the count of what came of them."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import DeliveryStatus, NoticeChannel
from accounts.models import Notice, User
from cases.models import Obligation
from journal.enums import EventType
from journal.models import Event
from outreach.models import Rung
from tests.factories import HOUR, House
from tests.harness.mail import MailSink

PER_CASE = 20
LAST_RUNG = timedelta(minutes=15)


@dataclass
class Tally:
    """What a drill counted: expected, there, and what was too much or too little of it."""

    promises: int
    kills: int
    rungs_expected: int = 0
    rungs_rung: int = 0
    rungs_twice: int = 0
    rows_expected: int = 0
    rows: int = 0
    rows_lost: int = 0
    rows_twice: int = 0
    shown_twice: int = 0
    shown: int = 0
    mails_expected: int = 0
    mails_accepted: int = 0
    mails_lost: int = 0
    mail_repeats: int = 0
    repeats_under_another_id: int = 0
    seconds: float = 0.0
    web: dict[str, Any] = field(default_factory=dict)


def make_promises(house: House, count: int) -> list[int]:
    """``count`` promises for tomorrow, made two hours ago. Returns the ids of their obligations.

    One supervisor, so that a rung is one row.
    """
    User.objects.filter(pk=house.sam.pk).update(is_active=False)
    house.now = timezone.now() - 2 * HOUR
    obligations = []
    for number in range(count):
        if number % PER_CASE == 0:
            case = house.case()
        promise = house.promise(case, due_end=house.now + 24 * HOUR, what=f"Drill {number:04}")
        obligations.append(promise.pk)
    return obligations


def let_fall_due(obligations: list[int], *, over: float, starting_in: float = 1.0) -> None:
    """Set their times so that the last rung of each, the supervisors', comes evenly ``over`` some seconds.

    They were made two hours ago, so the three rungs before it come at once.
    """
    begin = timezone.now() - LAST_RUNG
    rows = list(Obligation.objects.filter(pk__in=obligations).order_by("id"))
    for number, row in enumerate(rows):
        row.due_end = begin + timedelta(seconds=starting_in + over * number / len(rows))
        row.next_look_at = begin
    Obligation.objects.bulk_update(rows, ["due_end", "next_look_at"], batch_size=100)


def wait_until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)


def rungs() -> list[Rung]:
    return list(Rung.objects.filter(kind="promise", active=True))


def expected_rows(obligations: list[int]) -> Counter[tuple[str, str]]:
    """Key and channel of every notice there should be, once each."""
    return Counter(
        (f"rung:{pk}:{rung.pk}", channel) for pk in obligations for rung in rungs() for channel in rung.channels
    )


def all_done(obligations: list[int]) -> bool:
    """Every rung has rung and every mail has been sent."""
    if Obligation.objects.filter(pk__in=obligations, next_look_at__isnull=False).exists():
        return False
    return not Notice.objects.filter(status=DeliveryStatus.PENDING).exists()


def count_up(tally: Tally, obligations: list[int], sink: MailSink) -> None:
    """Compare what is in the database, on the screens and in the mail server with what should be."""
    _count_rows(tally, obligations)
    _count_mail(tally, sink)


def _count_rows(tally: Tally, obligations: list[int]) -> None:
    expected = expected_rows(obligations)
    there = Counter(Notice.objects.filter(key__startswith="rung:").values_list("key", "channel"))
    tally.rows_expected, tally.rows = expected.total(), there.total()
    tally.rows_lost = (expected - there).total()
    tally.rows_twice = (there - expected).total()
    tally.rungs_expected = len(obligations) * len(rungs())
    rung = list(Event.objects.filter(type=EventType.REMINDER_RUNG).values_list("subject_id", "data__rung"))
    tally.rungs_rung = len(rung)
    tally.rungs_twice = tally.rungs_rung - len(set(rung))


def _count_mail(tally: Tally, sink: MailSink) -> None:
    wanted = set(
        Notice.objects.filter(channel=NoticeChannel.EMAIL, key__startswith="rung:").values_list("message_id", flat=True)
    )
    accepted = [mail for mail in sink.accepted if mail.message_id.startswith("<notice.rung-")]
    ids_of: dict[tuple[str, str], set[str]] = {}
    for mail in accepted:
        ids_of.setdefault((mail.to, mail.message_id), set()).add(mail.subject)
    tally.mails_expected, tally.mails_accepted = len(wanted), len(accepted)
    tally.mails_lost = len(wanted - {mail.message_id for mail in accepted})
    tally.mail_repeats = len(accepted) - len({mail.message_id for mail in accepted})
    tally.repeats_under_another_id = sum(1 for subjects in ids_of.values() if len(subjects) > 1) + len(
        {mail.message_id for mail in accepted} - wanted
    )


def read_the_screens(tally: Tally, *people: User) -> None:
    """Read every notice on the desk as its person does, newest first, putting away what was read."""
    seen: Counter[tuple[int, int]] = Counter()
    for person in people:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        while shown := _on_screen(client):
            for pk, _ in shown:
                seen[person.pk, pk] += 1
                client.post(f"/notices/{pk}/put-away")
    tally.shown = len(seen)
    tally.shown_twice = seen.total() - len(seen)


def _on_screen(client: Client) -> list[tuple[int, str]]:
    page = client.get("/notices").content.decode()
    found = re.findall(r'id="notice-(\d+)".*?<b>(.*?)</b>', page, re.DOTALL)
    return [(int(pk), unescape(title)) for pk, title in found if "Drill" in title]


def keep(name: str, tally: Tally) -> None:
    """Print the tally, and write it to var/drill.json beside those of other drills and databases."""
    figures = {key: value for key, value in vars(tally).items() if value != {}}
    width = max(map(len, figures))
    print(f"\n{name} on {connection.vendor}")
    for key, value in figures.items():
        print(f"  {key.replace('_', ' '):<{width}}  {value}")
    file = settings.BASE_DIR / "var" / "drill.json"
    file.parent.mkdir(exist_ok=True)
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept.setdefault(name, {})[connection.vendor] = figures
    file.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
