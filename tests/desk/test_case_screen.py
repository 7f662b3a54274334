"""The case on screen: everything by plain posts, refusals in words, live parts for the price of a 304."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from cases.models import Case, Promise
from compensation.models import Award
from tests.factories import HOUR, House, again

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(house.now, tick=False):
        yield
    cache.clear()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def post(user: User, name: str, case: Case, *args: object, **data: object):  # type: ignore[no-untyped-def]
    return as_(user).post(reverse(name, args=[case.reference, *args]), data)


@pytest.mark.practice("P10")
def test_feelings_are_named_from_the_screen(house: House) -> None:
    case = house.case()
    answer = post(house.alice, "case-acknowledge", case, feeling="let_down", confirmed="on")
    assert answer.status_code == 302
    assert again(case).feeling == "let_down"
    assert again(case).acknowledgments.get().confirmed is True


@pytest.mark.practice("P10")
def test_a_remedy_before_the_feelings_is_refused_in_words_and_changes_nothing(house: House) -> None:
    house.usual_caps()
    case, remedy = house.case(), house.remedy()
    answer = post(house.alice, "case-award", case, remedy=remedy.pk, **{f"amount-{remedy.pk}": "12.50"})
    assert answer.status_code == 422
    assert b"First name how the customer feels" in answer.content
    assert not Award.objects.exists()


@pytest.mark.practice("P10")
def test_one_action_carries_the_feeling_and_the_remedy(house: House) -> None:
    house.usual_caps()
    case, remedy = house.case(), house.remedy()
    data = {"remedy": remedy.pk, "feeling": "angry", f"amount-{remedy.pk}": "12.50"}
    assert post(house.alice, "case-award", case, **data).status_code == 302
    assert Award.objects.get().cost_minor == 1250
    assert again(case).feeling == "angry"


@pytest.mark.parametrize("typed", ["", "nothing", "-1", "12.505", "1e99"])
def test_an_amount_that_is_none_is_refused(house: House, typed: str) -> None:
    house.usual_caps()
    case, remedy = house.heard_case(), house.remedy()
    answer = post(house.alice, "case-award", case, remedy=remedy.pk, **{f"amount-{remedy.pk}": typed})
    assert answer.status_code == 422
    assert not Award.objects.exists()


@pytest.mark.practice("P16")
def test_above_the_cap_a_supervisor_is_asked_and_the_screen_says_so(house: House) -> None:
    house.usual_caps()
    case, remedy = house.heard_case(), house.remedy()
    client = as_(house.alice)
    answer = client.post(
        reverse("case-award", args=[case.reference]), {"remedy": remedy.pk, f"amount-{remedy.pk}": "30"}, follow=True
    )
    assert "Asked: above your cap per award: $20.00 left. Sue has it now; you need not keep" in answer.content.decode()
    assert b'data-status="awaiting_approval"' in answer.content


@pytest.mark.practice("P15")
def test_an_apology_alone_is_flagged_as_the_weakest_answer(house: House) -> None:
    house.usual_caps()
    case, client = house.heard_case(severity="high"), as_(house.alice)
    apology = house.remedy("apology", kind="apology", currency="", cost_minor=0)
    post(house.alice, "case-award", case, remedy=apology.pk)
    assert b"an apology alone" in client.get(reverse("case", args=[case.reference])).content
    house.give(case, 1500)
    assert b"data-flag" not in client.get(reverse("case", args=[case.reference])).content


@pytest.mark.practice("P11")
def test_a_severe_case_is_steered_away_from_text(house: House) -> None:
    writes = house.customer(channel_preference="email")
    assert b"data-steer" in as_(house.alice).get(
        reverse("case", args=[house.case(writes, severity="high").reference])
    ).content  # fmt: skip
    calls = house.customer("Cal", channel_preference="phone")
    for case in (house.case(calls, severity="high"), house.case(writes, severity="low")):
        assert b"data-steer" not in as_(house.alice).get(reverse("case", args=[case.reference])).content


@pytest.mark.practice("P7")
def test_a_promise_is_made_kept_and_followed_by_an_interim(house: House) -> None:
    case = house.heard_case()
    due = (house.now + HOUR).isoformat()
    assert post(house.alice, "case-promise", case, due=due, what="Call back").status_code == 302
    promise = Promise.objects.get()
    wall = "2026-03-10T14:30"  # on Denver's wall, which is 20:30 UTC
    assert post(house.alice, "case-interim", case, promise.pk, wall=wall).status_code == 302
    assert again(promise).status == "kept"
    following = Promise.objects.get(follows=promise)
    assert following.obligation.due_end.isoformat() == "2026-03-10T20:30:00+00:00"
    assert post(house.alice, "case-keep", case, following.pk, reached="no_answer").status_code == 302
    assert again(following).status == "open"
    assert post(house.alice, "case-keep", case, following.pk, reached="customer").status_code == 302
    assert again(following).status == "kept"


def test_a_promise_without_a_time_is_refused(house: House) -> None:
    answer = post(house.alice, "case-promise", house.heard_case(), due="", what="Call back")
    assert answer.status_code == 422
    assert not Promise.objects.exists()


@pytest.mark.practice("P24")
def test_a_case_does_not_close_without_a_cause_and_says_so_before_it_is_tried(house: House) -> None:
    case = house.case()
    page = as_(house.alice).get(reverse("case", args=[case.reference]))
    assert b"Find the cause first" in page.content
    answer = post(house.alice, "case-close", case, outcome="put_right")
    assert answer.status_code == 422
    assert b"Find the cause first" in answer.content
    post(house.alice, "case-cause", case, cause=house.cause().pk)
    assert post(house.alice, "case-close", case, outcome="put_right").status_code == 302
    assert again(case).status == "closed"
    assert post(house.alice, "case-reopen", case, reason="It broke again").status_code == 302
    assert again(case).status == "reopened"


@pytest.mark.practice("P8", "P24")
def test_a_cause_does_not_silently_replace_the_one_a_colleague_found_meanwhile(house: House) -> None:
    case = house.case()
    seen = case.version
    assert (
        f'name="version" value="{seen}"'.encode()
        in as_(house.alice).get(reverse("case", args=[case.reference])).content
    )
    post(house.bob, "case-cause", case, cause=house.cause("The till").pk, version=seen)
    mine = house.cause("The card reader")
    answer = post(house.alice, "case-cause", case, cause=mine.pk, version=seen)
    assert answer.status_code == 422
    assert b"changed by Bob" in answer.content
    assert case.incidents.get().cause.name == "The till"
    assert post(house.alice, "case-cause", case, cause=mine.pk, version=again(case).version).status_code == 302
    assert case.incidents.get().cause == mine


@pytest.mark.practice("P24")
def test_a_question_may_stay_open_instead_of_a_cause(house: House) -> None:
    case = house.case()
    assert post(house.alice, "case-cause", case, question="Why twice?").status_code == 302
    assert post(house.alice, "case-finding", case, finding="The till", cause=house.cause().pk).status_code == 302
    assert case.investigations.get().finding == "The till"


def test_somebody_elses_case_cannot_be_closed_and_the_button_says_whose_it_is(house: House) -> None:
    case = house.case()
    page = as_(house.bob).get(reverse("case", args=[case.reference]))
    assert "This case is Alice’s" in page.content.decode()
    assert post(house.bob, "case-close", case, outcome="put_right").status_code == 422


@pytest.mark.practice("P14")
def test_a_handoff_needs_a_reason_and_is_counted(house: House) -> None:
    case = house.case()
    assert post(house.alice, "case-hand-off", case, to=house.bob.pk, reason="").status_code == 422
    assert post(house.alice, "case-hand-off", case, to=house.bob.pk, reason="Shift ends").status_code == 302
    assert (again(case).owner, again(case).handoff_count) == (house.bob, 1)


@pytest.mark.practice("P8")
def test_the_second_of_two_writers_is_told_who_was_first(house: House) -> None:
    case = house.case()
    version = case.version
    post(house.bob, "case-acknowledge", case, feeling="angry")
    answer = post(house.alice, "case-hand-off", case, to=house.bob.pk, reason="Shift ends", version=version)
    assert answer.status_code == 422
    assert b"changed by Bob" in answer.content
    assert again(case).owner == house.alice


@pytest.mark.practice("P8")
def test_who_else_is_here_is_shown(house: House) -> None:
    case = house.case()
    as_(house.bob).get(reverse("case", args=[case.reference]))
    assert b"Bob is here" in as_(house.alice).get(reverse("case", args=[case.reference])).content


def test_a_contact_and_a_note_are_kept(house: House) -> None:
    case = house.case()
    post(house.alice, "case-record", case, kind="customer", channel="phone", words="They were kind about it.")
    post(house.bob, "case-record", case, kind="note", words="I know them.")
    page = as_(house.alice).get(reverse("case", args=[case.reference])).content.decode()
    assert "They were kind about it." in page
    assert "I know them." in page
    assert post(house.alice, "case-record", case, kind="note", words=" ").status_code == 422


@pytest.mark.practice("P20")
def test_baggage_comes_first_and_is_owned_up_to_in_one_action(house: House) -> None:
    customer = house.customer()
    old = house.logged(customer).incident
    case = house.case(customer, our_words="Again")
    assert b"1 never owned up to" in as_(house.alice).get(reverse("case", args=[case.reference])).content
    answer = as_(house.alice).post(reverse("incident-own-up", args=[old.pk]), {"from_case": case.reference})
    assert answer["Location"] == reverse("case", args=[case.reference])
    assert again(old).acknowledged_by == house.alice


@pytest.mark.parametrize("elsewhere", ["", "../admin", "RC-0000000", "https://elsewhere.example.com/"])
def test_who_owned_up_from_nowhere_we_know_is_shown_the_customer(house: House, elsewhere: str) -> None:
    old = house.logged().incident
    answer = as_(house.alice).post(reverse("incident-own-up", args=[old.pk]), {"from_case": elsewhere})
    assert answer["Location"] == reverse("customer", args=[old.customer_id])


def test_a_live_part_costs_a_304_until_something_happens(house: House) -> None:
    case = house.case()
    client, address = as_(house.alice), reverse("case-live", args=[case.reference])
    first = client.get(address)
    assert first.status_code == 200
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(address, headers={"If-None-Match": f"W/{first['ETag']}"}).status_code == 304
    post(house.bob, "case-record", case, kind="note", words="Look here.")
    assert b"Look here." in client.get(address, headers={"If-None-Match": first["ETag"]}).content


def test_an_htmx_refusal_is_the_partial_for_the_refusal_region(house: House) -> None:
    case = house.case()
    answer = as_(house.alice).post(
        reverse("case-close", args=[case.reference]), {"outcome": "put_right"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#refusal"
    assert b'data-refused="cause_needed"' in answer.content
    assert b"<html" not in answer.content


def test_a_stranger_finds_no_such_case(house: House) -> None:
    case, charlie = house.case(), as_(house.charlie)
    for name in ("case", "case-live"):
        assert charlie.get(reverse(name, args=[case.reference])).status_code == 404
    for name in ("case-acknowledge", "case-record", "case-promise", "case-award", "case-close", "case-hand-off"):
        assert charlie.post(reverse(name, args=[case.reference])).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(house: House) -> None:
    case = house.case()
    for answer in (
        Client().get(reverse("case", args=[case.reference])),
        Client().post(reverse("case-close", args=[case.reference])),
    ):
        assert answer.status_code == 302
        assert "sign-in" in answer["Location"]


def test_who_signs_in_again_in_the_middle_of_a_verb_is_back_on_its_page(house: House) -> None:
    case, client = house.case(), as_(house.alice)
    answer = client.get(reverse("case-record", args=[case.reference]))
    assert answer["Location"] == reverse("case", args=[case.reference])
    assert client.get(reverse("log-save"))["Location"] == reverse("log")
    assert client.put(reverse("log-save")).status_code == 405


def test_history_is_read_and_not_worked_on(house: House) -> None:
    case = house.historical_case()
    page = as_(house.alice).get(reverse("case", args=[case.reference]))
    assert b"This is imported history" in page.content
    assert post(house.alice, "case-acknowledge", case, feeling="angry").status_code == 422


def test_a_reference_is_read_in_any_case(house: House) -> None:
    case = house.case()
    assert as_(house.alice).get(reverse("case", args=[case.reference.lower()])).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_case(
    house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    house.usual_caps()
    case = house.heard_case()
    client = as_(house.alice)
    for number in range(6):
        house.give(case, 100 + number)
        house.promise(case)
        house.logged(case.customer, case=case, our_words=f"Also {number}")
    with django_assert_max_num_queries(32):
        client.get(reverse("case", args=[case.reference]))
