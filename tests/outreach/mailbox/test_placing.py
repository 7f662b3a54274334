"""Where a mail belongs: in the case that it answers, or in a new one; and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.enums import DeliveryStatus, Role
from accounts.models import Notice, User
from cases.domain import causes, closing, promises
from cases.domain.messages import hear_by
from cases.enums import CaseStatus, PromiseStatus
from cases.models import Case, Contact, Customer, Incident, Message, Promise
from journal.enums import ActorKind, EventType
from journal.models import Event
from outreach.domain.mailbox import by_hand
from outreach.domain.mailbox.handling import handle_due
from outreach.domain.mailbox.taking import Raw, take
from outreach.enums import MailFate
from outreach.models import InboundMail
from tests.factories import DAY, HOUR, NOW, House, again, away
from tests.outreach.mailbox.letters import letter, received

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P9", "P12")]


@pytest.fixture(autouse=True)
def _whose(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop", "care@bank.example": "bank"}}


def one(raw: bytes, **given: Any) -> InboundMail:
    (row,) = received(raw, **given)
    return row


def dana(house: House, **particulars: Any) -> Customer:
    return house.customer(emails=["dana@example.com"], **particulars)


def opening(case: Case) -> Message:
    return Message.objects.get(case=case, kind="opening_notice")


def test_a_mail_from_somebody_new_is_an_incident_with_a_case_an_owner_and_an_opening_notice(house: House) -> None:
    row = one(letter("My parcel never came.\n\nI waited all day.\n"))
    assert (row.fate, row.because, row.raw, row.attachments) == (MailFate.INCIDENT, "", b"", 0)
    assert row.case is not None
    assert row.case.owner in (house.alice, house.bob)
    assert (row.case.title, row.case.channel, row.case.unit) == ("Where is my parcel?", "email", house.unit)
    incident = Incident.objects.get(case=row.case)
    assert incident.customer_words == "Where is my parcel?\n\nMy parcel never came.\n\nI waited all day."
    assert (incident.reported_at, incident.logged_by.name, incident.logged_by.is_service) == (NOW, "Mailbox", True)
    customer = row.customer
    assert customer is not None
    assert (customer.preferred_name, customer.channel_preference) == ("Dana Okafor", "email")
    assert opening(row.case).to == "dana@example.com"
    assert row.case.first_response_at is None, "no program's answer stops the first minute"
    assert Event.objects.get(type=EventType.MAIL_RECEIVED).case_id == row.case.pk


def test_somebody_we_know_is_not_added_again(house: House) -> None:
    known = dana(house)
    row = one(letter(sender="DANA@Example.com"))
    assert row.customer == known
    assert Customer.objects.count() == 1


def test_a_customer_of_another_unit_is_not_carried_over_by_an_address_that_anybody_can_write(house: House) -> None:
    theirs = house.customer(emails=["dana@example.com"], units=[house.other_unit])
    row = one(letter())
    assert row.customer != theirs
    assert [unit.code for unit in theirs.units.all()] == ["bank"]


def test_the_address_it_was_written_to_says_whose_it_is(house: House) -> None:
    row = one(letter(to="Care <CARE@bank.example>"))
    assert row.unit == house.other_unit
    assert row.case is not None
    assert row.case.owner == house.charlie


def test_without_a_unit_it_waits_for_somebody_who_knows(house: House, settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {}}
    row = one(letter())
    assert (row.fate, row.because, row.unit) == (MailFate.UNREADABLE, "unit_needed", None)
    assert row.raw


@pytest.mark.parametrize("by", ["In-Reply-To", "References", "subject", "their own mail"])
def test_a_reply_finds_its_case(house: House, by: str) -> None:
    first = one(letter(Message_ID="<first@mail.example.com>"))
    case = first.case
    assert case is not None
    given: dict[str, Any] = {
        "In-Reply-To": {"In_Reply_To": opening(case).message_id},
        "References": {"References": f"<other@example.com> {opening(case).message_id} <later@example.com>"},
        "subject": {"subject": f"AW: question (rc {case.reference[3:].lower()})"},
        "their own mail": {"In_Reply_To": "<first@mail.example.com>"},
    }[by]
    row = one(
        letter("It is the blue one.\n\nOn Tuesday, Recovery wrote:\n> We are on it\n", **{"subject": "Re: x"} | given)
    )
    assert (row.fate, row.case, row.raw) == (MailFate.REPLY, case, b"")
    assert Case.objects.count() == 1
    contact = Contact.objects.get(case=case)
    assert (contact.channel, contact.direction, contact.reached) == ("email", "in", "customer")
    event = Event.objects.filter(type=EventType.MAIL_RECEIVED).latest("id")
    assert event.words.body == {"customer_words": "It is the blue one."}
    assert (event.actor_kind, event.data["known_sender"]) == (ActorKind.CUSTOMER, True)


def test_a_mistyped_reference_finds_no_case(house: House) -> None:
    case = house.case(dana(house))
    wrong = case.reference[:-1] + ("X" if case.reference[-1] != "X" else "Y")
    row = one(letter(subject=f"About {wrong}"))
    assert row.case != case


@pytest.mark.practice("P7")
def test_a_reply_leaves_the_open_promise_as_it_is(house: House) -> None:
    case = house.case(dana(house))
    promise = house.promise(case)
    row = one(letter("No hurry.", subject=f"Re: {case.reference}"))
    assert row.fate == MailFate.REPLY
    promise.refresh_from_db()
    assert promise.status == PromiseStatus.OPEN
    assert (promise.obligation.status, promise.obligation.due_end) == ("open", NOW + HOUR)
    assert Promise.objects.filter(case=case).count() == 1


@pytest.mark.practice("P7")
def test_where_nothing_is_promised_an_answer_is(house: House) -> None:
    case = house.case(dana(house))
    one(letter("Are you still there?", subject=f"Re: {case.reference}"))
    promise = Promise.objects.get(case=case)
    assert (promise.obligation.what, promise.channel, promise.obligation.owner) == (
        "Answer their email",
        "email",
        house.alice,
    )
    assert promise.obligation.due_end == hear_by(NOW + timedelta(seconds=1))
    one(letter("Hello?", subject=f"Re: {case.reference}"))
    assert Promise.objects.filter(case=case).count() == 1


def test_the_owner_is_told_once_and_without_a_word_of_it(house: House) -> None:
    case = house.case(dana(house))
    one(letter("A secret", subject=f"Re: {case.reference}"))
    (notice,) = Notice.objects.filter(kind="customer_wrote", channel="desk")
    assert (notice.user, notice.path) == (house.alice, f"/cases/{case.reference}")
    assert "secret" not in notice.title + notice.body


def test_of_an_owner_who_is_away_the_supervisors_hear_too(house: House) -> None:
    case = house.case(dana(house))
    away(house.alice)
    one(letter(subject=f"Re: {case.reference}"))
    told = Notice.objects.filter(kind="customer_wrote", channel="desk").values_list("user__username", flat=True)
    assert set(told) == {"alice", "sam", "sue"}


def test_a_reply_from_another_address_says_so_and_adds_it_to_nobody(house: House) -> None:
    customer = dana(house)
    case = house.case(customer)
    row = one(letter(sender="Sam <sam@elsewhere.example>", subject=f"Re: {case.reference}"))
    assert row.fate == MailFate.REPLY
    event = Event.objects.filter(type=EventType.MAIL_RECEIVED).latest("id")
    assert (event.data["known_sender"], event.words.body["from"]) == (False, "sam@elsewhere.example")
    assert [email.address for email in customer.emails.all()] == ["dana@example.com"]


def test_whoever_answers_from_another_address_is_not_called_by_the_customers_name(house: House) -> None:
    case = house.case(dana(house))
    one(letter(sender="sam@elsewhere.example", In_Reply_To=opening(case).message_id))
    (notice,) = Notice.objects.filter(kind="customer_wrote", channel="desk")
    assert notice.title == f"Somebody wrote about {case.reference} from an address that we do not know"


@pytest.mark.parametrize("counted", ["<promise.7@recovery.invalid>", "<opening.RC-7K3M9QTX@recovery.invalid>"])
def test_no_stranger_enters_a_case_by_a_message_id_that_can_be_counted_up(house: House, counted: str) -> None:
    """Those that were sent before there was a key in them. The customer, who has them in their mail, answers as ever."""
    case = house.closed_case(dana(house))
    Message.objects.filter(pk=opening(case).pk).update(message_id=counted)
    by_stranger = {"sender": "eve@elsewhere.example", "subject": "Re: x"}
    robot, stranger = received(
        letter(**by_stranger, In_Reply_To=counted, Auto_Submitted="auto-replied"),
        letter(**by_stranger, In_Reply_To=counted),
    )
    assert (robot.fate, robot.case, robot.about, robot.customer) == (MailFate.AUTO_REPLY, None, None, None)
    assert (stranger.fate, stranger.case != case) == (MailFate.INCIDENT, True)
    assert stranger.customer != case.customer
    assert again(case).status == CaseStatus.CLOSED
    assert not Event.objects.filter(type__in=[EventType.MAIL_RECEIVED, EventType.MAIL_SET_ASIDE], case=case).exists()
    row = one(letter("It broke again.", In_Reply_To=counted, subject="Re: x"))
    assert (row.fate, row.case) == (MailFate.REPLY, case)
    assert again(case).status == CaseStatus.REOPENED


@pytest.mark.parametrize("named_by", ["In-Reply-To", "subject"])
def test_from_an_address_that_we_do_not_know_a_closed_case_is_reopened_by_a_person(house: House, named_by: str) -> None:
    case = house.closed_case(dana(house))
    given = {"In_Reply_To": opening(case).message_id} if named_by == "In-Reply-To" else {"subject": case.reference}
    row = one(letter("It broke again.", sender="sam@elsewhere.example", **given))
    assert (row.fate, row.because, row.case) == (MailFate.UNREADABLE, "unknown_sender", case)
    assert again(case).status == CaseStatus.CLOSED
    assert not Contact.objects.filter(case=case, direction="in", channel="email").exists()
    told = Notice.objects.filter(kind="mail_unknown")
    assert set(told.values_list("user__username", "channel", "path")) == {
        (name, channel, f"/settings/mailbox/{row.pk}") for name in ("sam", "sue") for channel in ("desk", "email")
    }
    assert "again" not in told[0].title + told[0].body
    by_hand.put_into_case(row, case=case, by=house.sue, now=NOW)
    assert (again(row).fate, again(case).status) == (MailFate.REPLY, CaseStatus.REOPENED)


def test_however_much_a_stranger_writes_about_a_closed_case_it_is_told_once_a_day(house: House) -> None:
    case = house.closed_case(dana(house))
    for _ in range(3):
        one(letter(sender="sam@elsewhere.example", subject=case.reference))
    assert Notice.objects.filter(kind="mail_unknown", channel="desk", user=house.sue).count() == 1


def test_a_reply_reopens_a_case_that_was_closed_lately_and_somebody_owes_an_answer(house: House) -> None:
    case = house.closed_case(dana(house))
    row = one(letter("It broke again.", subject=f"Re: {case.reference}"))
    assert (row.fate, row.case) == (MailFate.REPLY, case)
    assert (again(case).status, again(case).reopened_count) == (CaseStatus.REOPENED, 1)
    assert Promise.objects.get(case=case).obligation.owner == house.alice
    (notice,) = Notice.objects.filter(kind="customer_wrote", channel="desk")
    assert "open again" in notice.title
    assert notice.urgent


@pytest.mark.parametrize("of", ["closed long ago", "history"])
def test_a_reply_to_what_is_long_over_is_a_new_incident(house: House, of: str) -> None:
    customer = dana(house)
    case = house.closed_case(customer) if of == "closed long ago" else house.historical_case(customer)
    row = one(letter(subject=f"Re: {case.reference}"), now=NOW + 31 * DAY)
    assert (row.fate, row.customer) == (MailFate.INCIDENT, customer)
    assert row.case != case
    assert again(case).status == CaseStatus.CLOSED
    assert Event.objects.filter(type=EventType.MAIL_RECEIVED).latest("id").data["after"] == case.pk


def test_the_same_subject_again_goes_on_with_the_same_case(house: House) -> None:
    first = one(letter())
    again_ = one(letter("Still nothing.", subject="RE: Where is my parcel?"))
    other = one(letter("And the bill is wrong.", subject="My bill"))
    assert (again_.fate, again_.case) == (MailFate.REPLY, first.case)
    assert (other.fate, other.case != first.case) == (MailFate.INCIDENT, True)


def test_once_its_case_is_closed_the_same_subject_is_something_new(house: House) -> None:
    first = one(letter())
    assert first.case is not None
    case = first.case
    for promise in Promise.objects.filter(case=case):
        promises.abandon(promise, reason="Told by phone", by=house.sue, now=NOW)
    causes.set_cause(case, cause=house.cause(), by=house.sue, now=NOW)
    closing.close(again(case), outcome="put_right", by=house.sue, now=NOW)
    assert one(letter("Again!", subject="Where is my parcel?")).case != case


def test_a_colleague_is_no_customer(house: House) -> None:
    row = one(letter(sender="Alice <alice@example.com>", subject="FW: a complaint"))
    assert (row.fate, row.customer) == (MailFate.COLLEAGUE, None)
    assert Customer.objects.count() == 0
    assert row.raw, "it is kept, so that somebody can make it an incident"
    assert Notice.objects.filter(kind="mail_aside", user=house.sue).count() == 1


def test_a_colleague_who_answers_a_notice_about_a_case_speaks_for_no_customer(house: House) -> None:
    case = house.case(dana(house))
    row = one(letter("On it.", sender="bob@example.com", subject=f"Re: Dana Okafor wrote about {case.reference}"))
    assert (row.fate, row.case) == (MailFate.COLLEAGUE, case)
    assert not Contact.objects.filter(case=case, direction="in", channel="email").exists()
    assert Event.objects.get(type=EventType.MAIL_SET_ASIDE).case_id == case.pk


def test_a_colleague_who_is_a_customer_is_heard_as_one(house: House) -> None:
    customer = house.customer("Alice", emails=["alice@example.com"])
    case = house.case(customer, by=house.bob)
    assert one(letter(sender="alice@example.com")).fate == MailFate.INCIDENT
    assert one(letter(sender="alice@example.com", subject=f"Re: {case.reference}")).case == case


def test_a_mail_of_long_ago_opens_no_case(house: House) -> None:
    (row,) = received(letter(), now=NOW)
    assert row.fate == MailFate.INCIDENT
    old = letter(sender="zoe@example.com", at=NOW - 40 * DAY)
    take([Raw(old, len(old))], came_from="old.mbox", now=NOW)
    handle_due(clock=lambda: NOW)
    assert InboundMail.objects.latest("id").fate == MailFate.TOO_OLD


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Dana Okafor", "Dana Okafor"),
        ("Okafor, Dana", "Dana Okafor"),
        ("=?utf-8?q?Jos=C3=A9_D=27Arc-Smith?=", "José D'Arc-Smith"),
        ("山田 太郎", "山田 太郎"),
        ("Win a prize at http://evil.example", ""),
        ("www.evil.example", ""),
        ("Call +1 900 555 0100 now", ""),
        ("A" * 61, ""),
        ("one two three four five six seven eight", ""),
    ],
)
def test_what_we_repeat_to_whoever_a_mail_names_is_a_name_or_nothing(house: House, said: str, kept: str) -> None:
    row = one(letter(sender=f'"{said}" <dana@example.com>' if "=?" not in said else f"{said} <dana@example.com>"))
    assert row.customer is not None
    assert row.customer.preferred_name == kept


def test_the_account_that_enters_mail_is_one_a_team_has_and_nobody_signs_in_as(house: House) -> None:
    one(letter())
    one(letter(sender="zoe@example.com"))
    account = User.objects.get(username__startswith="mailbox-")
    assert (account.team, account.role, account.is_service) == (house.team, Role.REP, True)
    assert not account.has_usable_password()
    assert account.credentials.count() == 0


def test_a_message_to_them_stays_what_it_was(house: House) -> None:
    first = one(letter())
    assert first.case is not None
    one(letter("Thanks", In_Reply_To=opening(first.case).message_id, subject="Re: x"))
    assert opening(first.case).status == DeliveryStatus.PENDING
