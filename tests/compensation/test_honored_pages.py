"""Errors in the customer's favor on screen: the register, the decision, the call, the letter and the review."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import WorkingState
from accounts.models import User
from cases.domain import honored_errors
from cases.models import Disclosure, HonoredError, Letter, Promise
from compensation.domain import honoring
from compensation.models import Decision
from tests.factories import DAY, HOUR, House, again

pytestmark = [pytest.mark.django_db]

ALL_POINTS = {"points": ["mistake", "should_have", "stance", "next"]}
TOLD = {**ALL_POINTS, "answer": "That was honest of you.", "understanding": "understood", "channel": "phone"}
WRITTEN = {
    "happened_words": "We quoted you the rate of last year.",
    "should_have": "The rate had gone up on 1 January, and we should have said so.",
}


@pytest.fixture(autouse=True)
def _at_that_time(house: House) -> Iterator[None]:
    cache.clear()
    house.usual_caps()
    house.caps("rep", award=50000)
    with time_machine.travel(house.now, tick=False):
        yield


@pytest.fixture
def error(house: House) -> HonoredError:
    """240 dollars that Alice quoted too low and reported herself."""
    customer = house.customer(form_of_address="Ms. Okafor", jurisdiction="US-NY")
    return house.favorable(customer)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def text(answer: Any) -> str:
    """A page as a reader sees it, whatever the line breaks."""
    return " ".join(answer.content.decode().split())


def read(user: User, name: str, *args: Any, **query: str) -> str:
    answer = as_(user).get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return text(answer)


def send(user: User, name: str, error: HonoredError, *, htmx: bool = False, **data: Any) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return as_(user).post(reverse(name, args=[error.pk]), data, headers=headers)


def honored(house: House, error: HonoredError) -> Disclosure:
    """Bob honors it; the call that Alice owes."""
    honoring.honor(error, by=house.bob, now=house.now)
    return Disclosure.objects.get(error=error)


def told(house: House, error: HonoredError) -> Disclosure:
    """Alice tells them, with what the letter needs written down."""
    honored_errors.assess(error, by=house.alice, now=house.now, **WRITTEN)
    return house.told(honored(house, error))


# --- The register -----------------------------------------------------------------------------------------------------


@pytest.mark.practice("P4")
def test_the_register_teaches_while_it_is_empty(house: House) -> None:
    html = read(house.alice, "honored")
    assert "No error in a customer’s favor yet" in html
    assert reverse("log") in html


@pytest.mark.practice("P4")
def test_the_register_shows_each_error_at_a_glance(house: House, error: HonoredError) -> None:
    honored(house, error)
    html = read(house.sue, "honored")
    for said in ("Dana Okafor", "Quoted last year’s rate", "$240.00", "cost us", "Self-reported", "Alice’s mistake"):
        assert said in html
    assert "Call due" in html


@pytest.mark.practice("P4")
def test_late_calls_come_first(house: House, error: HonoredError) -> None:
    honored(house, error)
    with time_machine.travel(house.now + 6 * DAY, tick=False):
        house.now += 6 * DAY
        house.favorable(house.customer("Kofi Mensah"))
        html = read(house.sue, "honored")
    assert "Late calls" in html
    assert html.index("Dana Okafor") < html.index("Kofi Mensah")
    assert html.count("Dana Okafor") == 1


@pytest.mark.practice("P4")
@pytest.mark.parametrize(
    ("query", "there"),
    [
        ({"show": "undecided"}, True),
        ({"show": "call_due"}, False),
        ({"show": "to_review"}, False),
        ({"line": "HOME insurance"}, True),
        ({"line": "Boats"}, False),
        ({"kind": "quote"}, True),
        ({"kind": "fee"}, False),
        ({"month": "2026-03"}, True),
        ({"month": "2026-02"}, False),
        ({"month": "soon"}, True),
        ({"rep": "nobody"}, True),
    ],
)
def test_the_register_is_narrowed(house: House, error: HonoredError, query: dict[str, str], there: bool) -> None:
    assert ("Dana Okafor" in read(house.sue, "honored", **query)) is there


@pytest.mark.practice("P4")
def test_the_register_is_narrowed_to_a_rep(house: House, error: HonoredError) -> None:
    assert "Quoted last year’s rate" in read(house.sue, "honored", rep=str(house.alice.pk))
    assert "Quoted last year’s rate" not in read(house.sue, "honored", rep=str(house.bob.pk))


def test_a_strange_mark_is_not_a_page(house: House) -> None:
    assert as_(house.sue).get(reverse("honored"), {"after": "nonsense"}).status_code == 404


def test_the_register_is_turned_by_marks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compensation.views.register.PAGE", 1)
    for name in ("Farid", "Selma"):
        house.favorable(house.customer(name))
        house.now += HOUR
    client = as_(house.sue)
    page = text(client.get(reverse("honored")))
    assert ("Selma" in page, "Farid" in page) == (True, False)
    older = unescape(re.findall(r'href="([^"]+)" rel="next"', page)[0])
    page = text(client.get(reverse("honored") + older))
    assert ("Selma" in page, "Farid" in page) == (False, True)


def test_the_register_costs_the_same_however_long(house: House) -> None:
    client = as_(house.sue)

    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            client.get(reverse("honored"))
        return len(spent)

    def one_more(number: int) -> None:
        honored(house, house.favorable(house.customer(f"Number {number}")))

    one_more(0)
    cost()
    few = cost()
    for number in range(1, 6):
        one_more(number)
    assert cost() == few


def test_strangers_find_nothing(house: House, error: HonoredError) -> None:
    honored(house, error)
    assert "Dana Okafor" not in read(house.charlie, "honored")
    client = as_(house.charlie)
    for name in ("honored-error", "honored-call", "honored-live"):
        assert client.get(reverse(name, args=[error.pk])).status_code == 404
    for name in ("honored-honor", "honored-told", "honored-review", "honored-letter-make"):
        assert send(house.charlie, name, error, **TOLD).status_code == 404
    assert client.get(reverse("honored-error", args=[10**9])).status_code == 404


# --- The decision -----------------------------------------------------------------------------------------------------


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


# --- The call ---------------------------------------------------------------------------------------------------------


@pytest.mark.practice("P2")
def test_the_call_guides_whoever_owes_it(house: House, error: HonoredError) -> None:
    honored(house, error)
    html = read(house.alice, "honored-call", error.pk)
    for said in (
        "Hello Ms. Okafor, this is Alice",
        'href="tel:+13035550142"',
        "in Denver",
        "A mistake was made",
        "What should have happened, and why",
        "We honor it this time",
        "Next time we may decide by the book",
        "They have been told",
    ):
        assert said in html


@pytest.mark.practice("P2")
def test_others_read_the_call_and_whose_it_is_and_cannot_make_it(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    for user in (house.bob, house.sue, house.ada):
        html = read(user, "honored-call", error.pk)
        assert "This call is Alice’s to make." in html
        assert 'type="submit" data-key="t"' not in html
        refused = send(user, "honored-told", error, **TOLD)
        assert refused.status_code == 422
        assert "This call is Alice’s to make." in text(refused)
        assert send(user, "honored-attempt", error, outcome="no_answer").status_code == 422
    assert again(call).status == "owed"


@pytest.mark.practice("P2")
def test_each_point_is_ticked_by_itself(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    half = send(house.alice, "honored-told", error, **TOLD | {"points": ["mistake", "stance"]})
    html = text(half)
    assert half.status_code == 422
    assert "The customer has to hear this too" in html
    assert "That was honest of you." in html
    assert html.count('name="points"') == 4
    assert html.count(" checked") >= 2
    assert again(call).status == "owed"
    unclear = send(house.alice, "honored-told", error, **TOLD | {"understanding": ""})
    assert "Say whether the customer understood." in text(unclear)


@pytest.mark.practice("P2")
def test_told_with_what_was_said_written_down_on_the_way(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    version = again(error).version
    done = send(house.alice, "honored-told", error, **TOLD, **WRITTEN, version=version)
    assert (done.status_code, done.url) == (302, reverse("honored-error", args=[error.pk]))
    assert (again(call).status, again(call).caller) == ("made", house.alice)
    assert again(error).should_have == WRITTEN["should_have"]
    html = read(house.bob, "honored-error", error.pk)
    for said in ("Ms. Okafor has been told", "That was honest of you.", "They understood.", "<b>Alice</b> told them"):
        assert said in html


@pytest.mark.practice("P2")
def test_nothing_is_written_down_when_the_telling_is_refused(house: House, error: HonoredError) -> None:
    honored(house, error)
    send(house.alice, "honored-told", error, **TOLD | {"points": []}, **WRITTEN)
    assert again(error).should_have == ""


@pytest.mark.practice("P2")
@pytest.mark.parametrize("outcome", ["no_answer", "left_message", "wrong_person", "dropped"])
def test_a_try_that_did_not_come_to_it(house: House, error: HonoredError, outcome: str) -> None:
    call = honored(house, error)
    assert send(house.alice, "honored-attempt", error, outcome=outcome, words="Rang twice").status_code == 302
    assert call.attempts.get().outcome == outcome
    assert "Rang twice" in read(house.alice, "honored-call", error.pk)


@pytest.mark.practice("P2")
def test_called_back_when_they_asked_on_their_own_clock(house: House, error: HonoredError) -> None:
    honored(house, error)
    missing = send(house.alice, "honored-attempt", error, outcome="call_back", words="kept as typed")
    assert missing.status_code == 422
    assert "Say when to call back" in text(missing)
    assert "kept as typed" in text(missing)
    given = {"outcome": "call_back", "due": "other", "call_back_at": "2026-03-11T09:30"}
    assert send(house.alice, "honored-attempt", error, **given).status_code == 302
    local = Promise.objects.get().obligation.due_end.astimezone(error.customer.zone)
    assert f"{local:%Y-%m-%d %H:%M}" == "2026-03-11 09:30"
    due = (house.now + timedelta(hours=2)).isoformat()
    assert send(house.alice, "honored-attempt", error, outcome="call_back", due=due).status_code == 302


@pytest.mark.practice("P2")
def test_told_is_no_outcome_of_a_try(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    assert send(house.alice, "honored-attempt", error, outcome="told").status_code == 422
    assert not call.attempts.exists()


@pytest.mark.practice("P2")
def test_a_call_passes_on_only_when_its_maker_is_gone(house: House, error: HonoredError) -> None:
    call = honored(house, error)
    assert "Alice is there, and makes this call." in read(house.sue, "honored-call", error.pk)
    assert "Pass the call on" not in read(house.bob, "honored-call", error.pk)
    given = {"to": house.bob.pk, "reason": "Alice is on leave until May"}
    assert send(house.sue, "honored-reassign", error, **given).status_code == 422
    User.objects.filter(pk=house.alice.pk).update(working_state=WorkingState.LEFT, is_active=False)
    without = send(house.sue, "honored-reassign", error, to=house.bob.pk, reason="")
    assert without.status_code == 422
    assert "Say why somebody else makes this call." in text(without)
    assert send(house.sue, "honored-reassign", error, **given).status_code == 302
    assert again(call).owed_by == house.bob
    html = read(house.bob, "honored-call", error.pk)
    assert "Alice → Bob" in html
    assert "Hello Ms. Okafor, this is Bob" in html


@pytest.mark.practice("P2")
def test_no_call_before_the_decision(house: House, error: HonoredError) -> None:
    assert as_(house.alice).get(reverse("honored-call", args=[error.pk])).status_code == 404
    told = send(house.alice, "honored-told", error, **TOLD)
    assert (told.status_code, b'data-refused="undecided"' in told.content) == (422, True)


@pytest.mark.practice("P2")
def test_whoever_wants_no_calls_is_told_another_way(house: House) -> None:
    error = house.favorable(house.customer(do_not_call=True, channel_preference="email"))
    honored(house, error)
    html = read(house.alice, "honored-call", error.pk)
    assert "They do not want to be called." in html
    assert "tel:" not in html
    assert '<option value="email" selected>' in html


@pytest.mark.practice("P12")
def test_the_case_tells_it_and_leads_there(house: House, error: HonoredError) -> None:
    case = error.case.reference
    html = read(house.bob, "case", case)
    assert "Decide: stand by it, or take it back" in html
    assert reverse("honored-error", args=[error.pk]) in html
    honored(house, error)
    assert "You call Ms. Okafor" in read(house.alice, "case", case)
    assert "Alice calls Ms. Okafor" in read(house.bob, "case", case)
    send(house.alice, "honored-attempt", error, outcome="no_answer")
    send(house.alice, "honored-told", error, **TOLD)
    html = read(house.bob, "case", case)
    for said in (
        "is to be decided",
        "decided that we stand by it",
        "tried to tell the customer: no answer",
        "told the customer what was decided",
        "That was honest of you.",
        "they know",
    ):
        assert said in html


def test_logging_it_leads_to_the_decision(house: House) -> None:
    client = as_(house.alice)
    given = {"channel": "phone", "severity": "low", "mistake": "mine", "favor": "customer", "kind_of_action": "fee"}
    customer = house.customer()
    answer = client.post(reverse("log-save"), {**given, "customer": customer.pk, "our_words": "Waived it"}, follow=True)
    link = f'<a href="{reverse("honored-error", args=[HonoredError.objects.get().pk])}">Decide: stand by it'
    assert link in text(answer)


# --- The letter -------------------------------------------------------------------------------------------------------


@pytest.mark.practice("P3")
def test_the_letter_is_written_read_taken_and_sent(house: House, error: HonoredError) -> None:
    told(house, error)
    made = send(house.bob, "honored-letter-make", error, language="en")
    assert made.url == reverse("honored-letter", args=[error.pk, 1])
    html = text(as_(house.bob).get(made.url))
    assert WRITTEN["should_have"] in html
    assert "<article" in html
    pdf = as_(house.bob).get(reverse("honored-letter-pdf", args=[error.pk, 1]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.content == bytes(Letter.objects.get().pdf)
    sent = as_(house.bob).post(reverse("honored-letter-send", args=[error.pk, 1]))
    assert sent.status_code == 302
    assert error.customer.emails.get().address in text(as_(house.bob).get(made.url))
    assert "Letter 1" in read(house.sue, "honored-error", error.pk)


@pytest.mark.practice("P3")
def test_no_letter_before_they_were_told_nor_one_that_is_not_there(house: House, error: HonoredError) -> None:
    honored(house, error)
    early = send(house.bob, "honored-letter-make", error, language="en")
    assert early.status_code == 422
    assert not Letter.objects.exists()
    for number in (0, 1, 99):
        for name in ("honored-letter", "honored-letter-pdf"):
            assert as_(house.bob).get(reverse(name, args=[error.pk, number])).status_code == 404


@pytest.mark.practice("P3")
def test_a_letter_that_lacks_words_says_which_and_they_can_still_be_written(house: House, error: HonoredError) -> None:
    house.told(honored(house, error))
    lacking = send(house.bob, "honored-letter-make", error, language="en")
    assert lacking.status_code == 422
    assert "Write this for the customer first" in text(lacking)
    assert send(house.bob, "honored-assess", error, **WRITTEN, version=again(error).version).status_code == 302
    assert send(house.bob, "honored-letter-make", error, language="en").status_code == 302
    html = read(house.bob, "honored-error", error.pk)
    assert "What they were told stands." in html


@pytest.mark.practice("P3")
def test_a_letter_without_an_address_says_so_beside_the_button(house: House) -> None:
    error = house.favorable(house.customer(emails=[]))
    told(house, error)
    send(house.bob, "honored-letter-make", error, language="en")
    assert "We have no email address of this customer." in read(house.bob, "honored-letter", error.pk, 1)


# --- The review -------------------------------------------------------------------------------------------------------


@pytest.mark.practice("P4")
def test_a_supervisor_reviews_from_the_register_and_it_leaves_the_queue(house: House, error: HonoredError) -> None:
    honored(house, error)
    here = reverse("honored") + "?show=to_review"
    assert "Keep the review" in read(house.sue, "honored", show="to_review")
    given = {"outcome": "coach", "note": "Look the rate up each time", "next": here}
    html = text(send(house.sue, "honored-review", error, htmx=True, **given))
    assert "Reviewed: coach." in html
    assert "Nothing to review" in html
    again(error).refresh_from_db()
    assert again(error).review.note == "Look the rate up each time"
    assert "Look the rate up each time" in read(house.sam, "honored-error", error.pk)


@pytest.mark.practice("P4")
@pytest.mark.parametrize("htmx", [False, True])
def test_a_note_is_asked_for_beside_its_field(house: House, error: HonoredError, htmx: bool) -> None:
    honored(house, error)
    for back in (reverse("honored"), reverse("honored-error", args=[error.pk])):
        given = {"outcome": "change_process", "note": "", "question": "kept as typed", "next": back}
        wrong = send(house.sue, "honored-review", error, htmx=htmx, **given)
        assert wrong.status_code == 422
        assert "Say in a note what is to be coached or changed." in text(wrong)
        assert "kept as typed" in text(wrong)
    assert again(error).reviewed_at is None


@pytest.mark.practice("P4")
def test_a_review_leads_back_to_where_it_was_written(house: House, error: HonoredError) -> None:
    honored(house, error)
    elsewhere = send(house.sue, "honored-review", error, outcome="no_action", next="https://evil.example/")
    assert elsewhere.url == reverse("honored-error", args=[error.pk])


@pytest.mark.practice("P4")
def test_nobody_reviews_what_they_decided_and_reps_review_nothing(house: House, error: HonoredError) -> None:
    honoring.honor(error, by=house.sue, now=house.now)
    assert "You decided this. Another supervisor has to review it." in read(house.sue, "honored-error", error.pk)
    assert "Keep the review" not in read(house.bob, "honored-error", error.pk)
    for user in (house.sue, house.bob, house.ada):
        assert send(user, "honored-review", error, outcome="no_action").status_code == 422
    assert "Keep the review" in read(house.sam, "honored-error", error.pk)
