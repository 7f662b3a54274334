"""The mailbox on screen and by REST: who sees what, and what a supervisor makes of what was set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notice, User
from cases.models import Case, Customer, Incident
from journal.enums import EventType
from journal.models import Event
from outreach.enums import MailFate
from outreach.models import InboundMail, Mailbox
from outreach.queries.mails import visible_mails
from tests.api.conftest import Api, problem
from tests.factories import NOW, House, again, person
from tests.outreach.mailbox.letters import arrived, letter, received

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P9", "P28", "P29")]

CONFIGURED = {
    "tls": True,
    "host": "imap.example.com",
    "port": 993,
    "user": "care@shop.example",
    "password": "a very secret word",
    "folder": "INBOX",
}


@pytest.fixture(autouse=True)
def _whose(settings: Any) -> None:
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {"": "shop", "care@bank.example": "bank"}}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, address: str = "/settings/mailbox?show=all") -> str:
    answer = as_(user).get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def aside(**headers: str) -> InboundMail:
    """A mail that was set aside, though a person wrote it."""
    given = {"Precedence": "bulk", "subject": "My parcel"} | headers
    (row,) = received(letter("It never came.", **given))
    assert row.fate == MailFate.AUTO_REPLY
    return row


# What is seen ----------------------------------------------------------------------------------------------------------------


def test_it_says_how_the_mailbox_is_doing_and_keeps_its_password(house: House, settings: Any) -> None:
    assert "No mailbox is read" in page(house.ada)
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX": CONFIGURED}
    name = "care@shop.example on imap.example.com, INBOX"
    row = Mailbox.objects.create(name=name, next_at=NOW, read_at=NOW)
    said = page(house.ada)
    assert name in said
    assert "secret" not in said
    Mailbox.objects.filter(pk=row.pk).update(failing_since=NOW, error="login refused")
    said = page(house.alice)
    assert "Cannot be read" in said
    assert "login refused" in said
    arrived(letter())
    assert '<b class="num">1</b>, the oldest since' in page(house.sue)


def test_what_became_of_each_is_listed_for_those_who_answer_for_it(house: House) -> None:
    (incident,) = received(letter())
    aside(sender="zoe@example.com")
    said = page(house.sue)
    assert f'href="/cases/{incident.case and incident.case.reference}"' in said
    assert "Dana Okafor" in said
    assert "zoe@example.com · It says that it went to many" in said
    assert "An automatic reply" in said
    reps = page(house.alice)
    assert "zoe@example.com" not in reps
    assert "a supervisor looks at" in reps


def test_to_look_at_is_what_may_be_a_customers(house: House) -> None:
    aside()
    received(letter(sender="Alice <alice@example.com>", subject="FW: a complaint"))
    said = page(house.sue, "/settings/mailbox")
    assert "FW: a complaint" in said
    assert "My parcel" not in said
    assert "My parcel" in page(house.sue, "/settings/mailbox?show=aside")
    assert as_(house.sue).get("/settings/mailbox?show=nonsense").status_code == 404
    assert as_(house.sue).get("/settings/mailbox?after=nonsense").status_code == 404


def test_supervisors_of_others_see_none_of_it(house: House) -> None:
    theirs = person("theo", team=house.other_team, role="supervisor")
    row = aside()
    assert "My parcel" not in page(theirs)
    assert as_(theirs).get(f"/settings/mailbox/{row.pk}").status_code == 404
    assert as_(house.alice).get(f"/settings/mailbox/{row.pk}").status_code == 404
    (bank,) = received(letter(to="care@bank.example", Precedence="bulk", subject="To the bank"))
    assert "To the bank" in page(theirs)
    assert as_(house.sue).get(f"/settings/mailbox/{bank.pk}").status_code == 404


def test_who_wrote_to_anothers_mailbox_is_seen_by_their_own_supervisors_alone(house: House) -> None:
    theirs = person("theo", team=house.other_team, role="supervisor")
    zoe = house.customer("Zoe Bankman", emails=["zoe@example.com"], units=[house.other_unit])
    case = house.case(zoe, by=house.charlie)
    about = f"Re: {case.reference}"
    reply, out = received(
        letter(sender="zoe@example.com", subject=about, to="care@shop.example"),
        letter("I am away.", sender="zoe@example.com", subject=about, Auto_Submitted="auto-replied"),
    )
    assert [(row.unit, row.customer, row.case) for row in (reply, out)] == [(house.unit, zoe, case)] * 2
    shop, bank = page(house.sue), page(theirs)
    assert "Zoe Bankman" in bank
    for leak in ("Zoe Bankman", "zoe@example.com", case.reference):
        assert leak not in shop
    assert Api(house.sue).get("mails/").json()["results"] == []
    assert [each["id"] for each in Api(theirs).get("mails/").json()["results"]] == [out.pk, reply.pk]
    assert [each["id"] for each in Api(house.ada).get("mails/").json()["results"]] == [out.pk, reply.pk]
    for row in (reply, out):
        assert as_(house.sue).get(f"/settings/mailbox/{row.pk}").status_code == 404
        problem(Api(house.sue).get(f"mails/{row.pk}/"), "out_of_reach", 404)
        placing = Api(house.sue).post(f"mails/{row.pk}/place/", {"email": "zoe@example.com", "unit": house.unit.pk})
        problem(placing, "out_of_reach", 404)


def test_what_was_set_aside_about_a_case_is_told_to_whoever_may_look_at_it(house: House, settings: Any) -> None:
    theirs = person("theo", team=house.other_team, role="supervisor")
    case = house.case(house.customer(emails=["zoe@example.com"], units=[house.other_unit]), by=house.charlie)
    settings.RECOVERY = settings.RECOVERY | {"MAIL_PER_SENDER": 0}
    (row,) = received(letter(sender="zoe@example.com", subject=case.reference, to="care@shop.example"))
    assert (row.fate, row.case) == (MailFate.TOO_MANY, case)
    assert [each.user for each in Notice.objects.filter(kind="mail_aside")] == [theirs]


def test_a_mail_whose_writer_nobody_knows_is_seen_by_whose_mailbox_it_came_to(house: House, settings: Any) -> None:
    theirs = person("theo", team=house.other_team, role="supervisor")
    shop = aside(sender="zoe@example.com")
    settings.RECOVERY = settings.RECOVERY | {"MAILBOX_UNITS": {}}
    nobodys = aside(sender="yan@example.com")
    seen = {user: [each["id"] for each in Api(user).get("mails/").json()["results"]] for user in (house.sue, theirs)}
    assert seen == {house.sue: [nobodys.pk, shop.pk], theirs: [nobodys.pk]}


@pytest.mark.only("postgresql")
def test_whose_customers_they_are_is_asked_mail_by_mail(house: House) -> None:
    """Not by looking up every customer in reach before the first mail is read."""
    received(letter())
    plan = visible_mails(house.sue).order_by("-received_at", "-id")[:25].explain()
    assert "EXISTS(SubPlan" in plan, plan
    assert "(customer_id = (hashed" not in plan, plan


def test_what_a_mail_says_is_shown_as_text(house: House) -> None:
    row = aside(subject="<script>alert(1)</script>", sender='"<b>Eve</b>" <eve@example.com>')
    said = page(house.sue, f"/settings/mailbox/{row.pk}")
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert "It never came." in said
    assert "<b>Eve</b>" not in said


def test_what_is_in_a_case_is_shown_there_alone(house: House) -> None:
    (row,) = received(letter())
    said = page(house.sue, f"/settings/mailbox/{row.pk}")
    assert "It is not kept here" in said
    assert "This mail is in a case already." in said
    assert "Log it and open a case" not in said


# By hand -------------------------------------------------------------------------------------------------------------------


def test_a_supervisor_makes_it_an_incident(house: House) -> None:
    row = aside()
    said = page(house.sue, f"/settings/mailbox/{row.pk}")
    assert 'value="dana@example.com"' in said
    given = {"email": "dana@example.com", "name": "Dana Okafor", "unit": house.unit.pk}
    answer = as_(house.sue).post(f"/settings/mailbox/{row.pk}/incident", given, follow=True)
    assert "The mail is in RC-" in answer.content.decode()
    row.refresh_from_db()
    assert (row.fate, row.raw) == (MailFate.INCIDENT, b"")
    incident = Incident.objects.get()
    assert (incident.customer_words, incident.logged_by) == ("My parcel\n\nIt never came.", house.sue)
    assert incident.customer.preferred_name == "Dana Okafor"
    assert Event.objects.get(type=EventType.MAIL_RECEIVED).case_id == incident.case_id


def test_or_puts_it_into_its_case(house: House) -> None:
    case = house.case(house.customer(emails=["dana@example.com"]))
    row = aside()
    spoken = case.reference.lower().replace("-", " ")
    answer = as_(house.sue).post(f"/settings/mailbox/{row.pk}/case", {"case": spoken})
    assert answer["Location"] == f"/cases/{case.reference}"
    assert (again(row).fate, again(row).case) == (MailFate.REPLY, case)
    timeline = page(house.alice, f"/cases/{case.reference}")
    assert "<b>The customer</b> wrote an email" in timeline
    assert timeline.count("It never came.") == 1
    assert "heard from the customer by email" not in timeline


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("incident", {"email": "", "unit": "{unit}"}, "This field is required"),
        ("incident", {"email": "no address", "unit": "{unit}"}, "valid email address"),
        ("incident", {"email": "dana@example.com", "unit": "{other}"}, "Select a valid choice"),
        ("case", {"case": "nonsense"}, "A case reference looks like"),
        ("case", {"case": "RC-7K3M9QTY"}, "is not right"),
        ("case", {"case": "RC-7K3M9QTX"}, "no such case in your reach"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(house: House, verb: str, given: dict[str, str], said: str) -> None:
    row = aside()
    filled = {key: value.format(unit=house.unit.pk, other=house.other_unit.pk) for key, value in given.items()}
    answer = as_(house.sue).post(f"/settings/mailbox/{row.pk}/{verb}", filled)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (again(row).fate, Customer.objects.count()) == (MailFate.AUTO_REPLY, 0)


def test_an_administrator_reads_and_does_not_place(house: House) -> None:
    row = aside()
    assert "A supervisor decides" in page(house.ada, f"/settings/mailbox/{row.pk}")
    answer = as_(house.ada).post(f"/settings/mailbox/{row.pk}/incident", {"email": "dana@example.com"})
    assert (answer.status_code, Case.objects.count()) == (422, 0)


# REST ------------------------------------------------------------------------------------------------------------------------


def test_mails_by_rest(house: House) -> None:
    (row,) = received(letter())
    waiting = aside(sender="zoe@example.com")
    sue = Api(house.sue)
    listed = sue.get("mails/").json()["results"]
    assert [each["id"] for each in listed] == [waiting.pk, row.pk]
    assert listed[1] == {
        "id": row.pk,
        "received_at": "2026-03-10T15:00:00Z",
        "handled_at": "2026-03-10T15:00:01Z",
        "came_from": "mailbox",
        "unit": house.unit.pk,
        "customer": row.customer_id,
        "case": row.case and row.case.reference,
        "fate": "incident",
        "because": "",
        "about": None,
        "size": row.size,
        "attachments": 0,
        "kept": False,
    }
    assert [each["id"] for each in sue.get("mails/", fate="auto_reply").json()["results"]] == [waiting.pk]
    assert sue.get(f"mails/{waiting.pk}/").json()["kept"] is True
    assert Api(house.alice).get("mails/").json()["results"] == []
    problem(Api(house.alice).get(f"mails/{row.pk}/"), "out_of_reach", 404)


def test_placing_by_rest(house: House) -> None:
    sue = Api(house.sue)
    row = aside()
    problem(sue.post(f"mails/{row.pk}/place/", {}), "invalid", 400, "case")
    problem(sue.post(f"mails/{row.pk}/place/", {"email": "x", "case": "RC-7K3M9QTX"}), "invalid", 400, "case")
    problem(sue.post(f"mails/{row.pk}/place/", {"case": "RC-7K3M9QTX"}), "out_of_reach", 404, "case")
    problem(sue.post(f"mails/{row.pk}/place/", {"email": "nonsense"}), "invalid", 400, "email")
    problem(Api(house.ada).post(f"mails/{row.pk}/place/", {"email": "a@b.example"}), "supervisor_needed", 403)
    placed = sue.post(f"mails/{row.pk}/place/", {"email": "dana@example.com", "unit": house.unit.pk})
    assert (placed.status_code, placed.json()["fate"]) == (200, "incident")
    problem(sue.post(f"mails/{row.pk}/place/", {"email": "dana@example.com"}), "wrong_state", 409)
    other = aside(subject="More")
    reply = sue.post(f"mails/{other.pk}/place/", {"case": placed.json()["case"]})
    assert (reply.json()["fate"], reply.json()["case"]) == ("reply", placed.json()["case"])


def test_what_is_forgotten_cannot_be_placed(house: House) -> None:
    row = aside()
    InboundMail.objects.filter(pk=row.pk).update(raw=b"")
    problem(Api(house.sue).post(f"mails/{row.pk}/place/", {"email": "a@b.example"}), "mail_forgotten", 409)


def test_the_list_takes_the_same_few_queries_however_long(house: House, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        aside(sender=f"zoe{number}@example.com")
        received(letter(sender=f"dana{number}@example.com"), now=NOW + timedelta(hours=number))
    client = as_(house.sue)
    with django_assert_max_num_queries(14):
        client.get("/settings/mailbox?show=all")
