"""Real complaints come in whole, once, and say no more than they say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from accounts.authority import Refused
from accounts.models import BusinessUnit
from cases.domain.incidents import change_incident
from cases.enums import CaseOutcome, CaseStatus, Channel, Favor
from cases.models import Case, Customer, CustomerEmail, CustomerPhone, HonoredError, Incident, Message, Obligation
from cases.queries.people import find_customers
from compensation.enums import RemedyKind
from compensation.models import Award, CapCounter, LedgerEntry, Remedy
from integrations.domain.complaints import ANSWERS
from journal.enums import EventType
from journal.models import Event
from outreach.enums import SignalFate
from outreach.models import FollowUpCall, Signal
from tests.factories import House
from tests.integrations.complaints import API, OFFICIAL, REAL, SNAKE, a_file, a_row, imported, left_behind

pytestmark = pytest.mark.django_db

OTHER_REAL = Path(__file__).parent / "complaints_2016_349.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("path", "rows"), [(REAL, 802), (OTHER_REAL, 349)])
def test_counts_match_the_file(path: Path, rows: int) -> None:
    counts, rejects = imported(path)
    assert str(counts) == f"created {rows}, unchanged 0, rejected 0"
    assert rejects == []

    told = rows_of(path)
    assert len(told) == rows
    assert Case.objects.count() == Incident.objects.count() == Customer.objects.count() == rows
    assert set(Incident.objects.values_list("external_id", flat=True)) == {row["Complaint ID"] for row in told}
    outcomes = Counter(ANSWERS[row["Company response to consumer"].casefold()] for row in told)
    awaited = outcomes.pop(None, 0)
    assert Case.objects.filter(status=CaseStatus.OPEN).count() == awaited
    assert Counter(Case.objects.exclude(outcome="").values_list("outcome", flat=True)) == outcomes
    relief = {
        "Closed with monetary relief": RemedyKind.MONETARY,
        "Closed with non-monetary relief": RemedyKind.NON_MONETARY,
        "Closed with relief": RemedyKind.ASSISTANCE,
    }
    given = Counter(relief[a] for row in told if (a := row["Company response to consumer"]) in relief)
    assert Counter(Award.objects.values_list("remedy__kind", flat=True)) == given
    assert Signal.objects.count() == sum(row["Consumer disputed?"] == "Yes" for row in told)
    assert Customer.objects.filter(jurisdiction="").count() == sum(row["State"] == "" for row in told)
    assert Incident.objects.exclude(customer_words="").count() == sum(
        row["Consumer complaint narrative"] != "" for row in told
    )
    assert BusinessUnit.objects.count() == len({row["Company"].casefold() for row in told})


def test_a_second_run_changes_nothing_and_writes_no_event() -> None:
    imported(REAL)
    before, events = left_behind(), Event.objects.count()
    assert str(imported(REAL)[0]) == "created 0, unchanged 802, rejected 0"
    assert Event.objects.count() == events
    assert left_behind() == before


def test_history_is_not_called_not_owed_anything_and_costs_nothing() -> None:
    imported(REAL)
    assert set(Signal.objects.values_list("fate", flat=True)) == {SignalFate.HISTORICAL}
    assert not FollowUpCall.objects.exists()
    assert not Obligation.objects.exists()
    assert not Message.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not CapCounter.objects.exists()
    assert set(Award.objects.values_list("cost_minor", "value_minor", "historical")) == {(0, 0, True)}
    assert not Remedy.objects.filter(active=True).exists()
    assert not Case.objects.filter(historical=False).exists()
    assert not Case.objects.filter(owner__isnull=False).exists()


def test_history_opens_no_decision_and_none_can_be_opened_on_it(house: House) -> None:
    imported(REAL)
    assert set(Incident.objects.values_list("favor", flat=True)) == {Favor.COMPANY}
    assert not HonoredError.objects.exists()
    incident = Incident.objects.select_related("case").earliest("pk")
    house.team.units.add(incident.unit)
    before, events = left_behind(), Event.objects.count()
    with pytest.raises(Refused) as refused:
        change_incident(incident, version=None, favor=Favor.CUSTOMER, by=house.sue, now=house.now)
    assert refused.value.code == "historical_case"
    assert not HonoredError.objects.exists()
    assert (left_behind(), Event.objects.count()) == (before, events)


def test_a_file_cannot_say_in_whose_favor_it_was() -> None:
    imported(a_file([{**a_row(), "favor": "customer"}], {**OFFICIAL, "favor": "favor"}))
    assert set(Incident.objects.values_list("favor", flat=True)) == {Favor.COMPANY}
    assert not HonoredError.objects.exists()


def test_nothing_is_invented() -> None:
    imported(REAL)
    assert not CustomerPhone.objects.exists()
    assert not CustomerEmail.objects.exists()
    assert not Customer.objects.exclude(preferred_name="").exists()
    assert not Incident.objects.filter(loss_minor__isnull=False).exists()
    assert not Incident.objects.filter(originator__isnull=False).exists()


def test_one_complaint_as_it_is_stored() -> None:
    imported(a_file([a_row()]))
    case = Case.objects.select_related("customer", "unit").get()
    incident = case.incidents.get()
    assert (case.unit.name, case.title) == ("Made-up Loans, Inc.", "Loan servicing, payments, escrow account")
    assert (case.status, case.outcome, case.channel) == (CaseStatus.CLOSED, CaseOutcome.PUT_RIGHT, Channel.WEB)
    assert case.opened_at.isoformat() == "2016-09-12T12:00:00+00:00"
    assert case.closed_at is not None
    assert case.closed_at.isoformat() == "2016-09-14T12:00:00+00:00"
    assert case.customer.jurisdiction == "US-FL"
    assert case.customer.time_zone == "America/New_York"
    assert case.customer.risk_flags == ["Older American", "Servicemember"]
    assert incident.customer_words == "They lost my payment.\nTwice."
    event = Event.objects.get(type=EventType.CASE_IMPORTED)
    assert event.actor is None
    assert event.data["disputed"] is True
    assert event.words.body["zip"] == "335XX"
    assert "335XX" not in str(event.data)


def test_a_complaint_is_found_by_its_id(django_user_model: type) -> None:
    imported(a_file([a_row(id="7654321")]))
    admin = django_user_model.objects.create(username="a", name="A", role="admin")
    assert [customer.pk for customer in find_customers(admin, "7654321")] == [Customer.objects.get().pk]


@pytest.mark.parametrize(("said", "signals"), [("Yes", 1), ("yes", 1), ("No", 0), ("N/A", 0), ("", 0)])
def test_only_yes_is_a_dispute_and_only_no_is_a_no(said: str, signals: int) -> None:
    imported(a_file([a_row(disputed=said)]))
    assert Signal.objects.count() == signals
    known = {"Yes": True, "yes": True, "No": False}.get(said)
    assert Event.objects.get(type=EventType.CASE_IMPORTED).data["disputed"] is known


@pytest.mark.parametrize(
    ("answer", "status", "outcome", "kind"),
    [
        ("Closed with monetary relief", "closed", "put_right", "monetary"),
        ("Closed with non-monetary relief", "closed", "put_right", "non_monetary"),
        ("Closed with relief", "closed", "put_right", "assistance"),
        ("Closed without relief", "closed", "not_put_right", None),
        ("Closed with explanation", "closed", "explained", None),
        ("Closed", "closed", "unknown", None),
        ("Untimely response", "closed", "unknown", None),
        ("In progress", "open", "", None),
        ("", "open", "", None),
    ],
)
def test_what_the_company_answered(answer: str, status: str, outcome: str, kind: str | None) -> None:
    imported(a_file([a_row(response=answer)]))
    case = Case.objects.get()
    assert (case.status, case.outcome) == (status, outcome)
    assert [award.remedy.kind for award in case.awards.all()] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("said", "channel"),
    [
        ("Web", "web"),
        ("Web Referral", "referral"),
        ("Referral", "referral"),
        ("Postal mail", "post"),
        ("Phone", "phone"),
        ("Fax", "fax"),
        ("Email", "email"),
        ("", "import"),
    ],
)
def test_channels(said: str, channel: str) -> None:
    imported(a_file([a_row(via=said)]))
    assert Case.objects.get().channel == channel


@pytest.mark.parametrize(
    ("state", "jurisdiction"),
    [
        ("CA", "US-CA"),
        ("pr", "US-PR"),
        ("AE", "US"),
        ("FM", "FM"),
        ("", ""),
        ("None", ""),
        ("UNITED STATES MINOR OUTLYING ISLANDS", "US-UM"),
    ],
)
def test_states(state: str, jurisdiction: str) -> None:
    imported(a_file([a_row(state=state)]))
    assert Customer.objects.get().jurisdiction == jurisdiction


DAYS = ["09/02/2016", "9/2/2016", "2016-09-02", "2016-09-02T12:00:00-05:00", "2016-09-02T23:59:59.000Z"]


@pytest.mark.parametrize("day", DAYS)
def test_every_way_to_write_a_day(day: str) -> None:
    imported(a_file([a_row(received=day, sent=day)]))
    assert Case.objects.get().reported_at.isoformat() == "2016-09-02T12:00:00+00:00"


def test_sent_before_received_closes_no_earlier_than_it_was_opened() -> None:
    imported(a_file([a_row(received="09/14/2016", sent="09/12/2016")]))
    case = Case.objects.get()
    assert case.closed_at == case.opened_at
    assert Event.objects.get(type=EventType.CASE_IMPORTED).data["sent"] == "2016-09-12"


def test_the_dialects_say_the_same() -> None:
    rows = [a_row(), a_row(id="1000002", disputed="N/A", state="", narrative="", response="In progress")]
    rows.append(a_row(id="", narrative="No id"))
    left = []
    for names, index, day in ((OFFICIAL, False, "09/12/2016"), (SNAKE, True, "2016-09-12"), (API, False, None)):
        day = day or "2016-09-12T12:00:00-05:00"
        file = a_file([row | {"received": day} for row in rows], names, index=index)
        assert str(imported(file, system="other")[0]) == (
            "created 3, unchanged 0, rejected 0" if not left else "created 0, unchanged 3, rejected 0"
        )
        left.append(left_behind())
    assert left[0] == left[1] == left[2]


@pytest.mark.parametrize("names", [OFFICIAL, SNAKE, API], ids=["official", "snake", "api"])
def test_each_dialect_alone(names: dict[str, str]) -> None:
    counts, _ = imported(b"\xef\xbb\xbf" + a_file([a_row()], names, index=True))
    assert str(counts) == "created 1, unchanged 0, rejected 0"
    (only,) = left_behind()["cases"]
    assert (only["words"], only["outcome"], only["flags"]) == (
        "They lost my payment.\nTwice.",
        "put_right",
        ["Older American", "Servicemember"],
    )
    assert len(only["signals"]) == 1


def test_columns_in_another_order_and_others_between() -> None:
    shuffled = dict(sorted(OFFICIAL.items()))
    file = a_file([a_row()], shuffled).replace(b"\r\n", b",Has narrative\r\n", 1)
    file = file.rstrip(b"\r\n") + b",true\r\n"
    assert str(imported(file)[0]) == "created 1, unchanged 0, rejected 0"


def test_a_changed_row_under_a_known_id_is_unchanged() -> None:
    imported(a_file([a_row(disputed="")]))
    before = left_behind()
    counts, _ = imported(a_file([a_row(disputed="Yes", response="Closed"), a_row(id="2")]))
    assert str(counts) == "created 1, unchanged 1, rejected 0"
    assert not Signal.objects.filter(external_id="1000001").exists()
    assert before["cases"][0] in left_behind()["cases"]


def test_the_same_row_twice_in_one_file() -> None:
    assert str(imported(a_file([a_row(), a_row(), a_row(id=""), a_row(id="")]))[0]) == (
        "created 2, unchanged 2, rejected 0"
    )


def test_rows_without_an_id_are_known_again() -> None:
    file = a_file([a_row(id="", zip="33501"), a_row(id="", zip="33502")])
    assert str(imported(file)[0]) == "created 2, unchanged 0, rejected 0"
    assert str(imported(file)[0]) == "created 0, unchanged 2, rejected 0"


def test_an_id_that_a_data_frame_made_a_number_of() -> None:
    imported(a_file([a_row(id="3206212")]))
    assert str(imported(a_file([a_row(id="3206212.0")]))[0]) == "created 0, unchanged 1, rejected 0"


def test_units_are_told_apart_by_more_than_case_and_spaces_only() -> None:
    names = ["Equifax", "EQUIFAX", " Equifax  ", "EQUIFAX, INC.", "Équifax", "エクイファックス"]
    imported(a_file(a_row(id=str(number), company=name) for number, name in enumerate(names)))
    assert sorted(BusinessUnit.objects.values_list("name", flat=True)) == sorted(
        ["Equifax", "EQUIFAX, INC.", "Équifax", "エクイファックス"]
    )


def test_a_unit_that_is_there_already_is_joined() -> None:
    there = BusinessUnit.objects.create(code="loans", name="Made-Up Loans, Inc.", currency="USD")
    imported(a_file([a_row()]))
    assert Case.objects.get().unit == there


BAD = [
    ({"received": "31/12/2016"}, "Date received: “31/12/2016” is not a date."),
    ({"received": ""}, "Date received: There is no date."),
    ({"received": "2999-01-01"}, "Date received: 2999-01-01 is not a day on which"),
    ({"received": "0001-01-01"}, "Date received: 0001-01-01 is not a day on which"),
    ({"sent": "soon"}, "Date sent to company: “soon” is not a date."),
    ({"company": " "}, "Company: This is blank."),
    ({"company": "x" * 161}, "Company: This has more than 160 characters."),
    ({"product": ""}, "Product: This is blank."),
    ({"issue": ""}, "Issue: This is blank."),
    ({"state": "ZZ"}, "State: “ZZ” is not a state we know."),
    ({"via": "Pigeon"}, "Submitted via: “Pigeon” is not a channel we know."),
    ({"response": "Closed with a smile"}, "Company response to consumer: “Closed with a smile” is not an answer"),
    ({"timely": "Perhaps"}, "Timely response?: “Perhaps” is neither yes nor no."),
    ({"disputed": "Perhaps"}, "Consumer disputed?: “Perhaps” is neither yes nor no."),
    ({"id": "9" * 121}, "Complaint ID: This has more than 120 characters."),
    ({"narrative": "a\0b"}, "Consumer complaint narrative: holds a NUL character."),
]


@pytest.mark.parametrize(("wrong", "reason"), BAD, ids=[reason[:30] for _, reason in BAD])
def test_a_bad_row_is_told_of_and_stops_nothing(wrong: dict[str, str], reason: str) -> None:
    counts, rejects = imported(a_file([a_row(id="1"), a_row(id="2") | wrong, a_row(id="3")]))
    assert str(counts) == "created 2, unchanged 0, rejected 1"
    (reject,) = rejects
    assert reject.reason.startswith(reason)
    # The first row's narrative has two lines, so the second row begins on the fourth line of the file.
    assert (reject.number, reject.line) == (2, 4)


def test_bytes_that_are_not_utf8() -> None:
    file = a_file([a_row(id="1"), a_row(id="2", narrative="caf\xe9"), a_row(id="3", narrative="café")])
    counts, rejects = imported(file.replace("caf\xe9".encode(), b"caf\xe9", 1))
    assert str(counts) == "created 2, unchanged 0, rejected 1"
    assert rejects[0].reason == "Consumer complaint narrative: these are not characters of UTF-8."
    assert Incident.objects.get(external_id="3").customer_words == "café"


def test_rows_of_the_wrong_width_blank_lines_and_a_quote_never_closed() -> None:
    lines = a_file([a_row(id=str(number), narrative="") for number in range(4)]).split(b"\r\n")
    lines[1] += b",,"  # empty cells after the last do no harm
    lines[2] += b",more"
    lines[3] = b"only,three,cells"
    broken = b"\r\n\r\n".join(lines) + b'\r\n"never closed ' + b"x" * 200_000 + b"\r\n"
    counts, rejects = imported(broken)
    assert str(counts) == "created 2, unchanged 0, rejected 3"
    assert [reject.number for reject in rejects] == [2, 3, 5]
    assert rejects[0].reason == "This row has 19 cells where the header has 18."
    assert "field larger than field limit" in rejects[2].reason


def test_an_id_that_is_a_live_customers_already() -> None:
    from django.utils import timezone

    from cases.models import ExternalId

    theirs = Customer.objects.create(preferred_name="Somebody", created_at=timezone.now())
    ExternalId.objects.create(customer=theirs, system="cfpb", external_id="1")
    counts, rejects = imported(a_file([a_row(id="1"), a_row(id="2")]))
    assert str(counts) == "created 1, unchanged 0, rejected 1"
    assert rejects[0].reason == "Complaint ID: another customer is cfpb 1 already."


def test_words_may_hold_anything() -> None:
    words = "=cmd|' /C calc'!A0 <script>alert(1)</script> ‮ 🙂 \u2028 ; DROP TABLE cases_case; --"
    imported(a_file([a_row(narrative=words, issue="<b>" + "ш" * 300, product="p" * 300)]))
    case = Case.objects.get()
    assert case.incidents.get().customer_words == words
    assert len(case.title) == 90


def test_history_cannot_be_given_without_being_history() -> None:
    from django.utils import timezone

    from compensation.domain.history import PastRemedy, add_past_remedies
    from outreach.domain.history import PastSignal, add_past_signals

    imported(a_file([a_row()]))
    case = Case.objects.get()
    case.historical = False
    now = timezone.now()
    with pytest.raises(ValueError, match="only history"):
        add_past_remedies([PastRemedy(case, RemedyKind.MONETARY, now, "USD")], now=now)
    with pytest.raises(ValueError, match="called about"):
        add_past_signals([PastSignal(case, now, "cfpb", "x")], now=now)
