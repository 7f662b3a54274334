"""Taking an error back: by a supervisor, with a reason, where the rules and counsel let it be."""

from __future__ import annotations

import pytest

from accounts.authority import Refused
from cases.models import Disclosure, HonoredError
from compensation.domain import honoring
from compensation.models import LegalReview
from journal.models import Event
from tests.compensation.books import agree, refusal
from tests.compensation.honoring.conftest import honor, in_favor, moves, rescind, reviewed, rule
from tests.factories import DAY, NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P1")]


def test_a_supervisor_takes_it_back_with_a_reason_and_the_customer_is_owed_a_call(
    house: House, error: HonoredError
) -> None:
    assert refusal(rescind, error, house.sue, reason=" ") == "reason_needed"
    decision = rescind(error, house.sue)
    error = again(error)
    assert (error.status, error.decided_by, error.cost_minor) == ("rescinded", house.sue, 0)
    assert (decision.stance, decision.recommended, decision.reason) == ("rescind", "honor", "They knew of the fee")
    owed = Disclosure.objects.get()
    assert (owed.kind, owed.owed_by, moves()) == ("rescinded", house.alice, [])
    assert Event.objects.get(type="honored_error.rescinded").words.body == {"reason": "They knew of the fee"}
    assert refusal(rescind, error, house.sam) == "wrong_state"
    agree()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("alice", "supervisor_needed"),
        ("bob", "supervisor_needed"),
        ("ada", "supervisor_needed"),
        ("crm", "person_needed"),
        ("charlie", "out_of_reach"),
    ],
)
def test_nobody_else_takes_it_back_or_records_what_counsel_said(
    house: House, error: HonoredError, who: str, code: str
) -> None:
    user = getattr(house, who)
    assert refusal(rescind, error, user) == code
    assert refusal(reviewed, error, user) == code
    if code != "out_of_reach":
        assert honoring.can_rescind(user, error, now=NOW).code == code
        assert honoring.can_record_legal_review(user, error).code == code
    assert (again(error).status, LegalReview.objects.count()) == ("undecided", 0)


def test_where_the_rules_prohibit_it_taking_back_is_refused_with_the_source(house: House, error: HonoredError) -> None:
    rule(house, jurisdiction="US-CO", effect="prohibited", citation="C.R.S. 10-4-109.7")
    reviewed(error, house.sue)  # counsel does not allow what the rules prohibit
    with pytest.raises(Refused) as refused:
        rescind(error, house.sue)
    assert (refused.value.code, refused.value.details) == ("rescission_prohibited", {"source": "C.R.S. 10-4-109.7"})
    assert "C.R.S. 10-4-109.7" in refused.value.reason
    assert honoring.can_rescind(house.sue, again(error), now=NOW).code == "rescission_prohibited"
    assert honor(error, house.bob).ruled == "prohibited"


def test_after_the_days_that_a_rule_allows_it_is_prohibited(house: House, error: HonoredError) -> None:
    rule(house, jurisdiction="US", effect="within_days", within_days=3, citation="Terms, 9")
    other = in_favor(house)
    assert rescind(other, house.sue, now=NOW + 3 * DAY).ruled == "allowed"
    assert refusal(rescind, error, house.sue, now=NOW + 4 * DAY) == "rescission_prohibited"


def test_where_a_legal_review_is_needed_the_last_one_decides(house: House, error: HonoredError) -> None:
    by_law = rule(house, jurisdiction="US-CO", effect="legal_review", citation="Regulation 5")
    assert refusal(rescind, error, house.sue) == "legal_review_needed"
    reviewed(error, house.sue, "may")
    against = reviewed(error, house.sam, "may_not", counsel="Ines Prado")
    with pytest.raises(Refused) as refused:
        rescind(error, house.sue)
    assert (refused.value.code, refused.value.reason) == (
        "legal_review_against",
        "Ines Prado concluded that it may not be taken back.",
    )
    last = reviewed(error, house.sam, "may", note="The contract says so after all")
    decision = rescind(error, house.sue)
    assert (decision.ruled, decision.rule, decision.legal_review) == ("legal_review", by_law, last)
    assert last != against


def test_counsel_holds_back_what_the_rules_allow(house: House, error: HonoredError) -> None:
    reviewed(error, house.sue, "may_not")
    assert refusal(rescind, error, house.sue) == "legal_review_against"


def test_a_legal_review_names_counsel_and_says_what_they_said(house: House, error: HonoredError) -> None:
    assert refusal(reviewed, error, house.sue, "perhaps") == "invalid"
    assert refusal(reviewed, error, house.sue, counsel=" ") == "words_needed"
    assert refusal(reviewed, error, house.sue, note="") == "words_needed"
    assert refusal(reviewed, error, house.sue, counsel="x" * 161) == "too_long"
    assert not LegalReview.objects.exists()
    seen = again(error).version
    review = reviewed(error, house.sue, version=seen)
    assert (review.conclusion, review.by, review.at) == ("may", house.sue, NOW)
    assert refusal(reviewed, error, house.sam, version=seen) == "changed_meanwhile"
    event = Event.objects.get(type="legal_review.recorded")
    assert (event.subject_id, event.data["conclusion"]) == (review.pk, "may")
    assert "Ruth" not in str(event.data)
    assert event.words.body == {"counsel": "Ruth Adeyemi", "note": "Read the contract twice"}
    agree()
