"""The page of the decision: what bears on it, who may decide what, and what it says of why not."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.domain import honored_errors
from cases.models import HonoredError
from compensation.models import Decision
from tests.compensation.honored_pages.conftest import WRITTEN, as_, honored, read, send, text, told
from tests.factories import DAY, House, again

pytestmark = [pytest.mark.django_db]


@pytest.mark.practice("P1")
def test_the_decision_lays_out_what_bears_on_it(house: House) -> None:
    customer = house.customer(
        jurisdiction="US-CO", value_minor=240000, value_currency="USD", risk_flags=["older customer"]
    )
    house.case(customer, our_words="Waited three weeks")
    error = house.favorable(
        customer, kind_of_action="reinstatement", line_of_business="Insurance", occurred_at=house.now - 9 * DAY
    )
    honored_errors.assess(
        error,
        value_year_minor=96000,
        relied="much",
        relied_words="Cancelled their other policy",
        money="with_us",
        by=house.alice,
        now=house.now,
    )
    html = read(house.bob, "honored-error", error.pk)
    for said in (
        "We recommend: <b>stand by it</b>",
        "$240.00",
        "$960.00",
        "9 days",
        "Cancelled their other policy",
        "We hold it",
        "older customer",
        "$2,400 a year",
        "Waited three weeks",
        "May not be taken back",
        "An example, to be confirmed by counsel",
        "Nothing was ever honored for them before.",
    ):
        assert said in html


@pytest.mark.practice("P1")
def test_what_is_known_is_written_down_and_what_is_wrong_stands_beside_its_field(
    house: House, error: HonoredError
) -> None:
    given = {
        "value_minor": "240",
        "value_year_minor": "1,440.50",
        "currency": "usd",
        "relied": "nothing",
        "money": "none",
    }
    assert send(house.bob, "honored-assess", error, **given, **WRITTEN).status_code == 302
    assert (again(error).value_year_minor, again(error).relied) == (144050, "nothing")
    wrong = send(house.bob, "honored-assess", error, **given | {"value_minor": "lots"}, relied_words="kept as typed")
    assert wrong.status_code == 422
    assert "is not an amount" in text(wrong)
    assert "kept as typed" in text(wrong)
    assert again(error).value_minor == 24000


@pytest.mark.practice("P6")
def test_words_for_the_customer_name_nobody(house: House, error: HonoredError) -> None:
    alice = house.person("featherstone", name="Alice Featherstone")
    given = {"relied": "unknown", "money": "unknown", "happened_words": f"{alice.name} quoted too low."}
    wrong = send(house.bob, "honored-assess", error, **given)
    assert wrong.status_code == 422
    assert "Alice Featherstone" in text(wrong)
    assert again(error).happened_words == ""


@pytest.mark.practice("P6")
def test_a_colleagues_first_name_is_kept_and_pointed_out(house: House, error: HonoredError) -> None:
    house.person("featherstone", name="Wilhelmina Featherstone")
    given = {"relied": "unknown", "money": "unknown", "happened_words": "Wilhelmina quoted too low."}
    client = as_(house.bob)
    kept = client.post(reverse("honored-assess", args=[error.pk]), given, follow=True)
    assert again(error).happened_words == "Wilhelmina quoted too low."
    assert "“Wilhelmina” is a colleague’s first name." in text(kept)


@pytest.mark.practice("P1")
@pytest.mark.parametrize("htmx", [False, True])
def test_a_rep_honors_it_and_the_call_is_owed(house: House, error: HonoredError, htmx: bool) -> None:
    done = send(house.bob, "honored-honor", error, htmx=htmx, cost_minor="239.50", version=error.version)
    assert (done.status_code, done.url) == (302, reverse("honored-error", args=[error.pk]))
    decision = Decision.objects.get()
    assert (decision.stance, decision.cost_minor, decision.by) == ("honor", 23950, house.bob)
    html = read(house.bob, "honored-error", error.pk)
    assert "Alice calls Ms. Okafor" in html
    assert "Bob</b> decided to stand by it" in html


@pytest.mark.practice("P1")
def test_ones_own_error_is_honored_up_to_the_cap_and_the_button_says_so(house: House, error: HonoredError) -> None:
    house.caps("rep", award=2000)
    html = read(house.alice, "honored-error", error.pk)
    assert "alone you honor up to $20.00" in html
    wrong = send(house.alice, "honored-honor", error, version=error.version)
    assert wrong.status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.practice("P1")
def test_an_own_error_of_unknown_value_is_asked_for_it(house: House) -> None:
    error = house.favorable(house.customer(), value_at_stake_minor=None, currency="")
    asked = send(house.alice, "honored-honor", error, version=error.version)
    assert asked.status_code == 422
    assert "Say what is at stake" in text(asked)
    assert send(house.alice, "honored-honor", error, cost_minor="12", version=error.version).status_code == 302


@pytest.mark.practice("P1")
def test_two_deciders_do_not_overwrite_each_other(house: House, error: HonoredError) -> None:
    honored_errors.assess(error, relied="nothing", by=house.alice, now=house.now)
    late = send(house.bob, "honored-honor", error, version=error.version)
    assert late.status_code == 422
    assert "was changed by Alice" in text(late)
    assert not Decision.objects.exists()
    seen = again(error).version
    assert f'name="version" value="{seen}"' in text(late)


@pytest.mark.practice("P1")
def test_taking_back_where_it_is_prohibited_is_refused_with_the_source(house: House) -> None:
    error = house.favorable(
        house.customer(jurisdiction="US-CO"), kind_of_action="reinstatement", line_of_business="Insurance"
    )
    source = "reinstated coverage is not cancelled again for the insurer’s own error"
    html = read(house.sue, "honored-error", error.pk)
    assert html.count(source) >= 2  # by the rule, and beside the button that cannot be pressed
    refused = send(house.sue, "honored-rescind", error, reason="Too dear", version=error.version)
    assert refused.status_code == 422
    assert source in text(refused)
    assert not Decision.objects.exists()


@pytest.mark.practice("P1")
def test_taking_back_after_a_legal_review_and_for_a_reason(house: House, error: HonoredError) -> None:
    assert "Record the legal review first." in read(house.sue, "honored-error", error.pk)
    half = send(house.sue, "honored-legal-review", error, conclusion="may", counsel="", note="kept as typed")
    assert half.status_code == 422
    assert "kept as typed" in text(half)
    review = {"conclusion": "may", "counsel": "Lee & Partners", "note": "Nothing stands against it."}
    assert send(house.sue, "honored-legal-review", error, **review).status_code == 302
    assert "Lee &amp; Partners" in read(house.sue, "honored-error", error.pk)
    version = again(error).version
    without = send(house.sue, "honored-rescind", error, reason=" ", version=version)
    assert without.status_code == 422
    assert send(house.sue, "honored-rescind", error, reason="It would recur", version=version).status_code == 302
    html = read(house.sue, "honored-error", error.pk)
    assert "Taken back" in html
    assert "It would recur" in html


@pytest.mark.practice("P1")
def test_a_rep_reads_why_they_cannot_take_it_back(house: House, error: HonoredError) -> None:
    assert "Only a supervisor can do this." in read(house.bob, "honored-error", error.pk)
    refused = send(house.bob, "honored-rescind", error, reason="Mine to say", version=error.version)
    assert refused.status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.practice("P1")
def test_a_decision_is_superseded_with_a_reason_and_both_stay(house: House, error: HonoredError) -> None:
    honored(house, error)
    version = again(error).version
    without = send(house.bob, "honored-honor", error, cost_minor="100", version=version)
    assert without.status_code == 422
    anew = send(house.bob, "honored-honor", error, cost_minor="100", reason="Half of it came back", version=version)
    assert anew.status_code == 302
    html = read(house.bob, "honored-error", error.pk)
    assert "superseded" in html
    assert "Half of it came back" in html


@pytest.mark.practice("P3")
def test_honoring_again_asks_why_where_they_were_told_that_it_was_once(house: House) -> None:
    customer = house.customer()
    told(house, house.favorable(customer))
    house.now += DAY
    with time_machine.travel(house.now, tick=False):
        second = house.favorable(customer)
        html = read(house.bob, "honored-error", second.pk)
        assert "Honored before" in html
        assert "by Alice" in html
        asked = send(house.bob, "honored-honor", second, version=second.version)
        assert asked.status_code == 422
        assert "Say in one line why this is offered all the same." in text(asked)
        given = {"precedent_reason": "Our letter was unclear", "version": again(second).version}
        assert send(house.bob, "honored-honor", second, **given).status_code == 302
        assert "Our letter was unclear" in read(house.bob, "honored-error", second.pk)


def test_what_happened_meanwhile_is_told_for_the_price_of_a_304(house: House, error: HonoredError) -> None:
    client, address = as_(house.bob), reverse("honored-live", args=[error.pk])
    first = client.get(address, {"seen": error.version})
    assert client.get(address, {"seen": error.version}, headers={"If-None-Match": first["ETag"]}).status_code == 304
    honored(house, error)
    fresh = client.get(address, {"seen": error.version}, headers={"If-None-Match": first["ETag"]})
    assert "Somebody changed this while you were reading." in text(fresh)


def test_the_page_costs_the_same_however_much_there_was(house: House, error: HonoredError) -> None:
    client, address = as_(house.sue), reverse("honored-error", args=[error.pk])

    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            client.get(address)
        return len(spent)

    honored(house, error)
    cost()
    few = cost()
    for _ in range(4):
        house.case(error.customer)
    assert cost() <= few


def test_logging_it_leads_to_the_decision(house: House) -> None:
    client = as_(house.alice)
    given = {"channel": "phone", "severity": "low", "mistake": "mine", "favor": "customer", "kind_of_action": "fee"}
    customer = house.customer()
    answer = client.post(reverse("log-save"), {**given, "customer": customer.pk, "our_words": "Waived it"}, follow=True)
    link = f'<a href="{reverse("honored-error", args=[HonoredError.objects.get().pk])}">Decide: stand by it'
    assert link in text(answer)
