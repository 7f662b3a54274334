"""When one is told of things, by REST: the same rules as on one's own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain.preferences import notice_preference
from accounts.models import Notice, NoticePreference
from tests.api.conftest import problem
from tests.factories import House

Clients = Callable[..., Any]
NOTHING = {
    "time_zone": "America/New_York",
    "quiet_from": None,
    "quiet_until": None,
    "quiet_days": [],
    "urgent_anyway": True,
    "digest_at": None,
    "chat_handle": "",
    "waiting": 0,
    "waiting_until": None,
}
CHOSEN = {
    "quiet_from": "20:00",
    "quiet_until": "08:00",
    "quiet_days": [5, 6],
    "urgent_anyway": False,
    "digest_at": "17:30",
    "chat_handle": "@alice",
}


def test_one_reads_and_chooses_when_one_is_told(house: House, api: Clients) -> None:
    alice = api(house.alice)
    assert alice.get("me/notices/").json() == NOTHING
    answer = alice.put("me/notices/", CHOSEN)
    assert (answer.status_code, answer.json()) == (200, NOTHING | CHOSEN)
    assert alice.get("me/notices/").json() == NOTHING | CHOSEN
    kept = notice_preference(house.alice)
    assert (kept.quiet_from, kept.digest_at) == (time(20), time(17, 30))
    assert not NoticePreference.objects.filter(user=house.bob).exists()
    assert alice.put("me/notices/", {}).json() == NOTHING


def test_it_says_what_waits(house: House, api: Clients) -> None:
    until = timezone.now().replace(microsecond=0) + timedelta(hours=2)
    Notice.objects.create(
        user=house.alice, channel="email", key="k", kind="t", title="t", created_at=until, not_before=until
    )
    told = api(house.alice).get("me/notices/").json()
    assert (told["waiting"], told["waiting_until"]) == (1, f"{until:%Y-%m-%dT%H:%M:%SZ}")


@pytest.mark.parametrize(
    ("given", "code", "status", "field"),
    [
        ({"quiet_from": "20:00"}, "invalid", 400, "quiet_until"),
        ({"quiet_from": "25:00", "quiet_until": "08:00"}, "invalid", 400, "quiet_from"),
        ({"quiet_from": "20:00:00", "quiet_until": "08:00"}, "invalid", 400, "quiet_from"),
        ({"quiet_days": [7]}, "invalid", 400, "quiet_days.0"),
        ({"quiet_days": ["monday"]}, "invalid", 400, "quiet_days.0"),
        ({"quiet_days": [0, 1, 2, 3, 4, 5, 6]}, "invalid", 400, "quiet_days"),
        ({"urgent_anyway": "yes"}, "invalid", 400, "urgent_anyway"),
        ({"chat_handle": "@everyone"}, "invalid", 400, "chat_handle"),
        ({"time_zone": "UTC"}, "invalid", 400, "time_zone"),
        ({**CHOSEN, "digest_at": "06:00"}, "digest_in_quiet_hours", 409, "digest_at"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    house: House, api: Clients, given: dict[str, Any], code: str, status: int, field: str
) -> None:
    problem(api(house.alice).put("me/notices/", given), code, status, field)
    assert not NoticePreference.objects.exists()


def test_a_program_is_not_told_of_things(house: House, api: Clients) -> None:
    crm = api(house.crm)
    problem(crm.get("me/notices/"), "person_needed", 403)
    problem(crm.put("me/notices/", {}), "person_needed", 403)


def test_reading_takes_no_more_than_the_scope_to_read(house: House, api: Clients) -> None:
    reader = api(house.alice, scopes=["read"])
    assert reader.get("me/notices/").status_code == 200
    assert reader.put("me/notices/", CHOSEN).status_code == 403
