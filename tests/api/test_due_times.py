"""Due times as people say them, by REST: promised, read, refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from cases.models import Promise
from journal.models import Event
from tests.api.conftest import Api
from tests.factories import DAY, House

pytestmark = pytest.mark.practice("P7")
DENVER = ZoneInfo("America/Denver")


@pytest.fixture
def api(house: House) -> Api:
    return Api(house.alice)


def test_a_promise_is_made_in_words_on_the_customers_clock(house: House, api: Api) -> None:
    case = house.case()
    answer = api.post(f"cases/{case.reference}/promises/", {"due": "next Wednesday 9-11", "what": "Ring"})
    assert answer.status_code == 201
    made = answer.json()
    starts, ends = (datetime.fromisoformat(made[name]).astimezone(DENVER) for name in ("due_start", "due_end"))
    assert (starts.weekday(), starts.hour, ends.hour, made["zone"]) == (2, 9, 11, "America/Denver")
    assert made["cautions"] == []


def test_my_time_is_the_callers(house: House, api: Api) -> None:
    case = house.case()
    answer = api.post(f"cases/{case.reference}/promises/", {"due": "next Wednesday 9:00 my time"})
    due = datetime.fromisoformat(answer.json()["due_end"]).astimezone(house.alice.zone)
    assert (due.hour, due.weekday()) == (9, 2)


def test_closed_hours_and_holidays_are_warned_of_and_refuse_nothing(house: House, api: Api) -> None:
    house.unit.holiday_region = "US"
    house.unit.save()
    case = house.case(house.customer(jurisdiction="US-CO"))
    answer = api.post(f"cases/{case.reference}/promises/", {"due": "25 Dec 23:00"})
    assert answer.status_code == 201
    codes = [caution["code"] for caution in answer.json()["cautions"]]
    assert codes == ["closed_then", "holiday_there", "not_decent"]  # it is December 26 where we are


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"due": "whenever"}, "unclear_time"),
        ({"due": "3/4"}, "unclear_time"),
        ({"due": ""}, "invalid"),
        ({"due": "x" * 81}, "invalid"),
        ({"due": 7}, "invalid"),
        ({}, "invalid"),
        ({"due": "tomorrow", "due_end": "2100-01-01T00:00:00Z"}, "invalid"),
        ({"due": "tomorrow", "due_start": "2100-01-01T00:00:00Z"}, "invalid"),
        ({"due": "tomorrow", "zone": "Mars/Olympus"}, "unknown_zone"),
        ({"due": "2020-01-01 10:00"}, "due_in_past"),
        ({"due": "2029-01-01 10:00"}, "due_too_far"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_and_nothing_is_written(
    house: House, api: Api, given: dict[str, object], code: str
) -> None:
    case = house.case()
    events = Event.objects.count()
    answer = api.post(f"cases/{case.reference}/promises/", given)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (Event.objects.count(), Promise.objects.count()) == (events, 0)


def test_a_time_that_the_clocks_skip_is_refused(house: House, api: Api) -> None:
    case = house.case()
    begins = next(day for day in _days() if day.astimezone(DENVER).dst() and not (day - DAY).astimezone(DENVER).dst())
    said = f"{begins.astimezone(DENVER):%Y-%m-%d} 02:30"
    answer = api.post(f"cases/{case.reference}/promises/", {"due": said})
    assert (answer.status_code, answer.json()["code"]) == (400, "skipped_time")
    assert "03:30" in answer.json()["detail"]


def _days() -> list[datetime]:
    """The next year at noon in Denver, day by day."""
    noon = timezone.now().replace(hour=19, minute=0)
    return [noon + timedelta(days=ahead) for ahead in range(1, 364)]


def test_moving_and_still_working_on_it_take_words_too(house: House, api: Api) -> None:
    promise = house.promise(house.case(), due_end=timezone.now() + DAY, now=timezone.now())
    moved = api.post(f"promises/{promise.pk}/move/", {"due": "in 3 days", "agreed": True})
    assert moved.status_code == 201
    following = api.post(f"promises/{moved.json()['id']}/interim/", {"due": "in 4 days"})
    assert following.status_code == 201
    assert following.json()["follows"] == moved.json()["id"]
    assert "cautions" in following.json()


def test_a_time_is_read_on_both_clocks_before_it_is_promised(house: House, api: Api) -> None:
    case = house.case()
    answer = api.post(f"cases/{case.reference}/due-times/", {"due": "next Wednesday 9-11"})
    assert answer.status_code == 200
    read = answer.json()
    assert (read["said"], read["zone"]) == ("next Wednesday 9-11", "America/Denver")
    assert "between 09:00 and 11:00" in read["there"]
    assert (read["here"] == read["there"]) is (house.alice.time_zone == "America/Denver")
    assert not Promise.objects.exists()


def test_times_are_suggested_with_what_to_know_of_them(house: House, api: Api) -> None:
    answer = api.get(f"cases/{house.case().reference}/due-times/")
    assert answer.status_code == 200
    said = [each["said"] for each in answer.json()["results"]]
    assert said[:2] == ["in 20 min", "in 1 hour"]


def test_a_strangers_case_is_not_there(house: House) -> None:
    case, api = house.case(), Api(house.charlie)
    assert api.get(f"cases/{case.reference}/due-times/").status_code == 404
    assert api.post(f"cases/{case.reference}/due-times/", {"due": "tomorrow"}).status_code == 404
