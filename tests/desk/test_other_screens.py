"""The desk, customers, the list of cases, the palette, notices and a person's own switches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.domain.notices import tell
from accounts.models import Notice, User
from cases.domain.clock import phase
from cases.models import Case, Obligation
from desk.queries import desk_page
from tests.desk.test_case_screen import as_
from tests.factories import HOUR, MINUTE, House, again

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now, tick=False):
        yield


def test_an_empty_desk_teaches_what_comes_next(house: House) -> None:
    page = as_(house.alice).get(reverse("desk")).content.decode()
    assert "You owe nobody anything" in page
    assert "Log a mistake" in page


@pytest.mark.practice("P16")
def test_the_desk_shows_what_is_left_in_every_currency_that_one_may_spend(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    house.team.units.add(house.other_unit)
    nothing = desk_page.left_to_give(house.alice, now=house.now)
    assert [(gauge.axis, gauge.currency, gauge.cap) for gauge in nothing] == [("day", "USD", 0), ("month", "USD", 0)]
    house.caps(currency="EUR", day=3000, month=9000)
    assert {gauge.currency for gauge in desk_page.left_to_give(house.alice, now=house.now)} == {"EUR"}
    house.caps(day=2000, month=5000)
    with django_assert_num_queries(3):
        left = desk_page.left_to_give(house.alice, now=house.now)
    assert [(gauge.currency, gauge.left) for gauge in left] == [
        ("USD", 2000), ("USD", 5000), ("EUR", 3000), ("EUR", 9000),
    ]  # fmt: skip
    page = as_(house.alice).get(reverse("desk")).content.decode()
    assert "€30" in page
    assert "$20" in page


def test_what_waits_without_an_owner_is_for_the_supervisors_of_its_unit(house: House) -> None:
    boss = house.person("boss", team=house.other_team, role="supervisor")
    both = house.customer(units=[house.unit, house.other_unit])
    house.usual_caps()
    asked = house.asked(house.heard_case(both, unit=house.unit))
    promise = house.promise(asked.award.case)
    assert [item.obligation for item in desk_page.owed_by(house.sue, now=house.now)] == [asked.obligation]
    assert desk_page.owed_by(boss, now=house.now) == []
    assert [item.obligation for item in desk_page.owed_by(house.alice, now=house.now)] == [promise.obligation]


@pytest.mark.practice("P7")
def test_the_desk_shows_what_is_owed_soonest_first_with_its_phase(house: House) -> None:
    case = house.heard_case()
    house.promise(case, due_end=house.now + 3 * HOUR, what="Later")
    house.promise(case, due_end=house.now + 20 * MINUTE, what="Sooner")
    page = as_(house.alice).get(reverse("desk")).content.decode()
    assert page.index("Sooner") < page.index("Later")
    assert 'data-status="soon"' in page
    assert "in 20 min" in page
    assert "Keep the promise" in page or "Put it right" in page


@pytest.mark.practice("P1", "P2")
def test_a_decision_and_a_call_lead_from_the_desk_to_their_pages(house: House) -> None:
    undecided, honored = house.favorable(), house.favorable()
    house.decided(honored)
    for page in ("desk", "customer"):
        at = reverse(page) if page == "desk" else reverse(page, args=[honored.customer_id])
        shown = as_(house.alice).get(at).content.decode()
        assert f'href="/honored/{honored.pk}/call"' in shown
        assert (f'href="/honored/{undecided.pk}"' in shown) is (page == "desk")


@pytest.mark.practice("P2")
def test_whoever_changes_teams_keeps_the_call_on_their_desk(house: House) -> None:
    error = house.favorable()
    house.decided(error)
    User.objects.filter(pk=house.alice.pk).update(team=house.other_team)
    page = as_(again(house.alice)).get(reverse("desk")).content.decode()
    assert f'href="/honored/{error.pk}/call"' in page


def test_the_desk_shows_only_ones_own(house: House) -> None:
    case = house.heard_case()
    house.promise(case, what="Alices promise")
    assert "Alices promise" not in as_(house.bob).get(reverse("desk")).content.decode()


def test_the_desk_costs_the_same_number_of_queries_however_much_is_owed(
    house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        house.promise(house.heard_case())
    client = as_(house.alice)
    with django_assert_max_num_queries(14):
        client.get(reverse("desk"))


def test_the_live_desk_is_not_sent_again_while_nothing_changes(house: House) -> None:
    client, case = as_(house.alice), house.heard_case()
    first = client.get(reverse("desk-live"))
    assert client.get(reverse("desk-live"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    house.promise(case)
    assert client.get(reverse("desk-live"), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_notice_is_shown_until_it_is_put_away(house: House) -> None:
    tell([house.alice], key="k", kind="promise_due", title="Due now: call Dana", path="/cases", now=house.now)
    client, notice = as_(house.alice), Notice.objects.get()
    assert b"Due now: call Dana" in client.get(reverse("notices")).content
    assert as_(house.bob).post(reverse("notice-put-away", args=[notice.pk])).status_code == 404
    assert client.post(reverse("notice-put-away", args=[notice.pk]), {"go": "1"})["Location"] == "/cases"
    assert again(notice).seen_at == house.now
    assert b"Due now" not in client.get(reverse("notices")).content


def test_cases_are_paged_by_keyset_forth_and_back(house: House) -> None:
    customer = house.customer()
    made = [house.case(customer, now=house.now + number * MINUTE).reference for number in range(60)]
    client, seen, address = as_(house.alice), [], reverse("cases")
    while address:
        page = client.get(address).context["page"]
        seen += [item.case.reference for item in page.cases]
        last, address = page, f"{reverse('cases')}?before={page.older}" if page.older else ""
    assert seen == made[::-1]
    newer = client.get(reverse("cases"), {"after": last.newer}).context["page"]
    assert [item.case.reference for item in newer.cases] == made[::-1][25:50]


@pytest.mark.parametrize(
    "mark", ["nonsense", "2026-01-01", "2026-01-01T00:00:00~1", "~", "2026-01-01T00:00:00+00:00~x"]
)
def test_a_broken_page_mark_shows_the_first_page(house: House, mark: str) -> None:
    house.case()
    assert len(as_(house.alice).get(reverse("cases"), {"before": mark, "after": mark}).context["page"].cases) == 1


def test_cases_are_filtered_and_a_reference_goes_straight_there(house: House) -> None:
    mine, theirs = house.case(severity="high"), house.case(by=house.bob)
    client = as_(house.alice)

    def shown(**wanted: str) -> list[Case]:
        return [item.case for item in client.get(reverse("cases"), wanted).context["page"].cases]

    assert shown(whose="mine") == [mine]
    assert shown(severity="high") == [mine]
    assert shown(status="closed") == []
    assert set(shown(q="dana")) == {mine, theirs}
    straight = client.get(reverse("cases"), {"q": f"rc {theirs.reference[3:].lower()}"})
    assert straight["Location"] == reverse("case", args=[theirs.reference])


def test_a_customers_page_shows_everything_and_strangers_find_nothing(house: House) -> None:
    house.usual_caps()
    case = house.heard_case()
    house.give(case, 1500)
    page = as_(house.alice).get(reverse("customer", args=[case.customer_id])).content.decode()
    for part in ("Dana Okafor", case.reference, "Credit", "$15", "never owned up to", "named the feeling: angry"):
        assert part in page
    assert as_(house.charlie).get(reverse("customer", args=[case.customer_id])).status_code == 404


@pytest.mark.practice("P8")
def test_two_edits_never_overwrite_each_other_and_the_second_keeps_their_words(house: House) -> None:
    customer = house.customer()
    address = reverse("customer-edit", args=[customer.pk])
    given = {
        "phones": "+13035550142",
        "emails": "dana@example.com",
        "time_zone": "America/Denver",
        "language": "en",
        "channel_preference": "phone",
        "version": customer.version,
    }
    assert as_(house.bob).post(address, {**given, "preferred_name": "Dana O."}).status_code == 302
    alice = as_(house.alice)
    answer = alice.post(address, {**given, "preferred_name": "D. Okafor", "version": customer.version})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "changed by Bob" in page
    assert "now “Dana O.”" in page
    assert 'value="D. Okafor"' in page
    version = answer.context["form"].data["version"]
    assert alice.post(address, {**given, "preferred_name": "D. Okafor", "version": version}).status_code == 302
    assert again(customer).preferred_name == "D. Okafor"


def test_the_palette_finds_customers_cases_and_references(house: House) -> None:
    case = house.case()
    client = as_(house.alice)
    assert b"found-customer-" in client.get(reverse("palette"), {"q": "okafor"}).content
    assert f"found-case-{case.pk}" in client.get(reverse("palette"), {"q": case.reference}).content.decode()
    assert b"found-" not in client.get(reverse("palette"), {"q": ""}).content


def test_theme_and_single_keys_are_ones_own_choice_without_scripts(house: House) -> None:
    client = as_(house.alice)
    client.post(reverse("preferences"), {"theme": "dark", "next": "/log"})
    assert b'data-theme="dark"' in client.get(reverse("log")).content
    client.post(reverse("preferences"), {"theme": '"><script>'})
    assert b"<script>" not in client.get(reverse("log")).content
    client.post(reverse("preferences"), {"single_key_shortcuts": "off"})
    assert b'data-keys="off"' in client.get(reverse("log")).content
    assert client.post(reverse("preferences"), {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_one_steps_away_and_comes_back(house: House) -> None:
    client = as_(house.alice)
    client.post(reverse("working-state"), {"working_state": "away"})
    assert again(house.alice).away_until == house.now + HOUR
    client.post(reverse("working-state"), {"working_state": "available"})
    assert again(house.alice).working_state == "available"


def test_what_is_not_there_says_so_kindly(house: House) -> None:
    answer = as_(house.alice).get("/nowhere")
    assert answer.status_code == 404
    assert b"There is nothing here that you can see" in answer.content


@pytest.mark.parametrize(("kind", "word"), [("promise", "Missed"), ("offer", "Overdue"), ("delivery", "Overdue")])
def test_only_a_promise_is_ever_called_missed(house: House, kind: str, word: str) -> None:
    owed = house.promise(house.case(), due_end=house.now + HOUR).obligation
    Obligation.objects.filter(pk=owed.pk).update(kind=kind)
    owed.refresh_from_db()
    long_after = phase(owed, now=house.now + 5 * HOUR)
    assert (long_after, desk_page.Owed(owed, long_after).shown.label) == ("missed", word)
