"""What is no amount is refused at every door where one is given, in words and with a code, and nothing is written.

Programs and the admin give whole minor units; people type amounts as they write them. Each table says what comes of it.
"""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.authority import Refused
from accounts.domain.staffing import change_unit
from accounts.enums import Role
from accounts.models import User
from compensation.domain import approvals, awards, catalog, offers, resubmitting, setting_caps
from compensation.models import Cap
from recovery.rest.problems import STATUS_OF
from tests.api.conftest import Api
from tests.doors import scenes
from tests.doors.scenes import Scene
from tests.doors.state import everything
from tests.doors.tries import LATER
from tests.factories import NOW, House, again

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]

# What is no whole number of minor units, as a program sends it, and as what it is refused.
SENT: dict[str, str] = {
    "-1": "invalid",
    "0": "not_an_amount",
    "1.5": "invalid",
    "500.01": "invalid",
    "1000000000000001": "invalid",
    "1000000000000000000": "invalid",
    "1" + "0" * 30: "invalid",
    "1e300": "invalid",
    "NaN": "malformed",
    "Infinity": "malformed",
    "-Infinity": "malformed",
    "true": "invalid",
    '"500"': "invalid",
    '""': "invalid",
    '"１２"': "invalid",
    '"1e3"': "invalid",
    '"1,000"': "invalid",
    "[500]": "invalid",
    '{"amount": 500}': "invalid",
}
# What the domain itself says of the same, whoever calls it.
SAID: list[tuple[Any, str]] = [
    (-1, "not_an_amount"),
    (0, "not_an_amount"),
    (1.5, "not_an_amount"),
    (500.0, "not_an_amount"),
    (float("nan"), "not_an_amount"),
    (float("inf"), "not_an_amount"),
    (10**15 + 1, "amount_too_large"),
    (10**18, "amount_too_large"),
    (10**30, "amount_too_large"),
    (True, "not_an_amount"),
    ("500", "not_an_amount"),
    ("", "not_an_amount"),
    ("１２", "not_an_amount"),
    ("1e3", "not_an_amount"),
    ("1,000", "not_an_amount"),
]
NOT_WRITTEN, NOT_ABOVE = "is not an amount such as 1,234.50.", "Give an amount above zero."
NO_MOST = "Give an amount above zero, or leave this empty."
TOO_LARGE, TOO_LONG = "This amount is too large to be meant.", "at most 24 characters"
# As people type it, and what they read beside the field.
TYPED = {
    "-5": NOT_ABOVE,
    "0": NOT_ABOVE,
    "0.00": NOT_ABOVE,
    "5.001": "USD has 2 decimals.",
    "0.005": "USD has 2 decimals.",
    "NaN": NOT_WRITTEN,
    "Infinity": NOT_WRITTEN,
    "-inf": NOT_WRITTEN,
    "1e3": NOT_WRITTEN,
    "１２": NOT_WRITTEN,
    "١٢": NOT_WRITTEN,
    "1,50": NOT_WRITTEN,
    "1.000,50": NOT_WRITTEN,
    "1 000": NOT_WRITTEN,
    "1'000": NOT_WRITTEN,
    "1_000": NOT_WRITTEN,
    "10,00,000": NOT_WRITTEN,
    "5.0.0": NOT_WRITTEN,
    "--5": NOT_WRITTEN,
    "true": NOT_WRITTEN,
    "null": NOT_WRITTEN,
    "five": NOT_WRITTEN,
    "5 EUR": NOT_WRITTEN,
    "1" + "0" * 14: TOO_LARGE,
    "1" + "0" * 17: TOO_LARGE,
    "1" + "0" * 30: TOO_LONG,
}
WHOLE, FITS = "Enter a whole number.", "Ensure this value is less than or equal to"
# In the admin, minor units as typed.
TYPED_MINOR = {
    "-5": "not_an_amount",
    "1.5": WHOLE,
    "NaN": WHOLE,
    "Infinity": WHOLE,
    "1e3": WHOLE,
    "１２": WHOLE,
    "1_000": WHOLE,
    "1,000": WHOLE,
    "true": WHOLE,
    "five": WHOLE,
    "1000000000000001": "amount_too_large",
    "1000000000000000000": "amount_too_large",
    "1" + "0" * 30: FITS,
}


@pytest.fixture(autouse=True)
def _a_minute_later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def asked(house: House) -> Scene:
    scene = scenes.asked(house)
    return scene | {"other": house.remedy("voucher")}


def declined(house: House) -> Scene:
    scene = asked(house)
    approvals.decline(scene["approval"], reason="No", by=house.sam, now=NOW)
    return scene


@dataclass(frozen=True)
class Door:
    """Where an amount is given. ``body`` has it in braces; ``zero`` is an amount here; ``says`` it in other words."""

    who: str
    scene: Callable[[House], Scene]
    at: str
    body: dict[str, Any]
    zero: bool = False
    says: dict[str, str] = field(default_factory=dict)


AMOUNT = "{amount}"
LINE = {"code": "new", "name": "New", "kind": "monetary", "currency": "USD"}
SENT_AT = {
    "award": Door("alice", scenes.live, "cases/{case.reference}/awards/", {"remedy": "credit", "amount_minor": AMOUNT}),
    "approve": Door("sue", asked, "approvals/{approval.pk}/approve/", {"amount_minor": AMOUNT}),
    "counter": Door("sue", asked, "approvals/{approval.pk}/counter/", {"remedy": "voucher", "amount_minor": AMOUNT}),
    "resubmit": Door("alice", declined, "approvals/{approval.pk}/resubmit/", {"amount_minor": AMOUNT}),
    "cap": Door(
        "ada",
        scenes.live,
        "caps/",
        {"role": "rep", "axis": "day", "currency": "USD", "amount_minor": AMOUNT},
        zero=True,
    ),
    "no questions": Door(
        "ada", scenes.live, "caps/", {"role": "rep", "axis": "no_questions", "amount_minor": AMOUNT}, zero=True
    ),
    "cost": Door("ada", scenes.live, "remedies/", LINE | {"cost_minor": AMOUNT}, zero=True),
    "value": Door("ada", scenes.live, "remedies/", LINE | {"cost_minor": 500, "value_minor": AMOUNT}, zero=True),
    "at most": Door("ada", scenes.live, "remedies/", LINE | {"at_most_minor": AMOUNT}),
}
SEEN = {"version": "{case.version}"}
GRID = {"grid": "USD", "rep-day-was": "100.00", "rep-day-seen": "1"}
TYPED_AT = {
    "award": Door(
        "alice",
        scenes.live,
        "/cases/{case.reference}/award",
        {"remedy": "{remedy.pk}", "amount-{remedy.pk}": AMOUNT},
        says={"1" + "0" * 30: NOT_WRITTEN},
    ),
    "approve": Door("sue", asked, "/approvals/{approval.pk}/approve", {"amount_minor": AMOUNT} | SEEN),
    "counter": Door(
        "sue", asked, "/approvals/{approval.pk}/counter", {"remedy": "{other.pk}", "amount_minor": AMOUNT} | SEEN
    ),
    "resubmit": Door("alice", declined, "/approvals/{approval.pk}/resubmit", {"amount_minor": AMOUNT} | SEEN),
    "cap": Door("ada", scenes.live, "/settings/caps", GRID | {"rep-day": AMOUNT}, zero=True),
    "cost": Door("ada", scenes.live, "/settings/catalog/new", LINE | {"cost_minor": AMOUNT}, zero=True),
    "value": Door(
        "ada", scenes.live, "/settings/catalog/new", LINE | {"cost_minor": "5", "value_minor": AMOUNT}, zero=True
    ),
    "at most": Door(
        "ada",
        scenes.live,
        "/settings/catalog/new",
        LINE | {"at_most_minor": AMOUNT},
        says=dict.fromkeys(("0", "0.00"), NO_MOST),
    ),
}


def filled(template: Any, scene: Scene, amount: str) -> Any:
    if isinstance(template, dict):
        return {filled(key, scene, amount): filled(value, scene, amount) for key, value in template.items()}
    return template.format(amount=amount, **scene) if isinstance(template, str) else template


def opened(house: House, door: Door) -> tuple[Scene, User]:
    scene = door.scene(house)
    return scene | {"case": again(scene["case"])}, again(getattr(house, door.who))


@pytest.mark.parametrize("door", SENT_AT)
def test_what_a_program_sends_for_an_amount(house: House, door: str) -> None:
    tried = SENT_AT[door]
    scene, user = opened(house, tried)
    api, before = Api(user), everything()
    for sent, code in SENT.items():
        if sent == "0" and tried.zero:
            continue
        body = json.dumps(tried.body).replace(json.dumps(AMOUNT), sent)
        answer = api.post(filled(tried.at, scene, ""), body, key=uuid.uuid4().hex, if_match="*")
        told = answer.json()
        assert (sent, told.get("code"), answer.status_code) == (sent, code, 400), told
        assert len(told["detail"]) > 10
    assert everything() == before


@pytest.mark.parametrize("door", TYPED_AT)
def test_what_somebody_types_for_an_amount(house: House, client: Client, door: str) -> None:
    tried = TYPED_AT[door]
    scene, user = opened(house, tried)
    client.force_login(user)
    before = everything()
    for typed, said in TYPED.items():
        if tried.zero and said == NOT_ABOVE and "-" not in typed:
            continue
        answer = client.post(filled(tried.at, scene, ""), filled(tried.body, scene, typed))
        page = html.unescape(answer.content.decode())
        assert (typed, answer.status_code) == (typed, 422)
        assert tried.says.get(typed, said) in page, (typed, said)
    assert everything() == before


# How many decimals a currency has is its own: in each, one more than it has is refused and not rounded.
DECIMALS = {
    ("USD", "5.005"): "USD has 2 decimals.",
    ("JPY", "5.5"): "JPY has no decimals.",
    ("JPY", "500.01"): "JPY has no decimals.",
    ("KWD", "5.0005"): "KWD has 3 decimals.",
}


@pytest.mark.parametrize(("currency", "typed"), DECIMALS)
def test_more_decimals_than_the_currency_has(house: House, client: Client, currency: str, typed: str) -> None:
    scene = scenes.live(house)
    change_unit(house.unit, currency=currency, by=house.ada, now=NOW)
    money, other = house.remedy("money", currency=currency), house.remedy("other", currency=currency)
    for role in (Role.REP, Role.SUPERVISOR):
        most = 10**5 if role == Role.REP else 10**7
        house.caps(role, currency=currency, award=most, case=10**8, day=10**8, month=10**8)
    case = scene["case"]
    award = awards.give(case, money, amount_minor=10**6, by=house.alice, now=NOW)
    seen = {"version": again(case).version}
    tries = [
        ("alice", f"/cases/{case.reference}/award", {"remedy": money.pk, f"amount-{money.pk}": typed}),
        ("sue", f"/approvals/{award.approval.pk}/approve", {"amount_minor": typed} | seen),
        ("sue", f"/approvals/{award.approval.pk}/counter", {"remedy": other.pk, "amount_minor": typed} | seen),
        ("ada", "/settings/caps", {"grid": currency, "rep-day-was": "", "rep-day-seen": "1", "rep-day": typed}),
        ("ada", "/settings/catalog/new", LINE | {"currency": currency, "cost_minor": typed}),
    ]
    before = everything()
    for who, at, body in tries:
        client.force_login(getattr(house, who))
        answer = client.post(at, body)
        assert (at, answer.status_code) == (at, 422)
        assert (at, DECIMALS[currency, typed] in html.unescape(answer.content.decode())) == (at, True)
    assert everything() == before


# A currency that is not the remedy's, the cap's, or anybody's.
CURRENCIES: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "alice",
        "cases/{case.reference}/awards/",
        {"remedy": "credit", "amount_minor": 5, "currency": "EUR"},
        "other_currency",
    ),
    (
        "alice",
        "cases/{case.reference}/awards/",
        {"remedy": "credit", "amount_minor": 5, "currency": "ZZZ"},
        "other_currency",
    ),
    ("alice", "cases/{case.reference}/awards/", {"remedy": "credit", "amount_minor": 5, "currency": "usd"}, "invalid"),
    ("alice", "cases/{case.reference}/awards/", {"remedy": "credit", "amount_minor": 5, "currency": 840}, "invalid"),
    ("ada", "caps/", {"role": "rep", "axis": "day", "currency": "ZZZ", "amount_minor": 5}, "unknown_currency"),
    ("ada", "caps/", {"role": "rep", "axis": "day", "currency": "", "amount_minor": 5}, "invalid"),
    ("ada", "caps/", {"role": "rep", "axis": "no_questions", "currency": "USD", "amount_minor": 5}, "invalid"),
    ("ada", "remedies/", LINE | {"currency": "ZZZ", "cost_minor": 5}, "unknown_currency"),
    ("ada", "remedies/", LINE | {"currency": "", "cost_minor": 5}, "invalid"),
]


@pytest.mark.parametrize(("who", "at", "body", "code"), CURRENCIES)
def test_another_currency(house: House, who: str, at: str, body: dict[str, Any], code: str) -> None:
    scene = asked(house)
    api, before = Api(getattr(house, who)), everything()
    answer = api.post(at.format(**scene), body, key=uuid.uuid4().hex, if_match="*")
    assert (answer.json()["code"], answer.status_code) == (code, STATUS_OF.get(code, 409)), answer.json()
    assert everything() == before


def test_a_cap_in_one_currency_is_none_in_another(house: House) -> None:
    """Nothing is given in a currency that nobody has a cap in, however large the caps in others are."""
    scene, yen = scenes.live(house), house.remedy("yen", currency="JPY")
    before = everything()
    with pytest.raises(Refused) as refused, transaction.atomic():
        awards.give(scene["case"], yen, amount_minor=1, by=house.alice, now=LATER)
    assert refused.value.code == "beyond_every_cap"
    assert everything() == before


def tries_of_the_domain(house: House, scene: Scene, amount: Any) -> dict[str, Callable[[], Any]]:
    case, approval, given = scene["case"], scene["approval"], {"amount_minor": amount, "now": LATER}
    line = {"name": "New", "kind": "monetary", "currency": "USD", "by": house.ada, "now": LATER, "code": "new"}
    return {
        "award": lambda: awards.give(case, house.remedy(), by=house.alice, **given),
        "approve": lambda: approvals.approve(approval, by=house.sue, **given),
        "counter": lambda: offers.counter(approval, remedy=scene["other"], by=house.sue, **given),
        "resubmit": lambda: resubmitting.resubmit(scene["declined"], by=house.alice, **given),
        "cap": lambda: setting_caps.set_cap(axis="day", currency="USD", role="rep", by=house.ada, **given),
        "cost": lambda: catalog.save_remedy(None, cost_minor=amount, **line),
        "at most": lambda: catalog.save_remedy(None, cost_minor=None, at_most_minor=amount, **line),
    }


@pytest.mark.parametrize(("amount", "code"), SAID, ids=repr)
def test_the_domain_itself_takes_no_other_amount(house: House, amount: Any, code: str) -> None:
    scene = declined(house)
    voucher = awards.give(scene["case"], scene["other"], amount_minor=4000, by=house.alice, now=NOW)
    scene |= {"declined": scene["approval"], "approval": voucher.approval, "other": house.remedy()}
    before = everything()
    for door, work in tries_of_the_domain(house, scene, amount).items():
        if amount == 0 and door in ("cap", "cost"):
            continue
        with pytest.raises(Refused) as refused, transaction.atomic():
            work()
        assert (door, refused.value.code) == (door, code)
    assert everything() == before


def empty_at(house: House, scene: Scene) -> list[tuple[str, str, dict[str, Any], str]]:
    case = scene["case"].reference
    return [
        ("alice", f"cases/{case}/awards/", {"remedy": "credit"}, "not_an_amount"),
        ("alice", f"cases/{case}/awards/", {"remedy": "credit", "amount_minor": None}, "not_an_amount"),
        ("sue", f"approvals/{scene['approval'].pk}/counter/", {"remedy": "voucher"}, "not_an_amount"),
        ("sue", f"approvals/{scene['approval'].pk}/counter/", {"remedy": "voucher", "amount_minor": None}, "not_an_amount"),
        ("ada", "caps/", {"role": "rep", "axis": "day", "currency": "USD"}, "invalid"),
        ("ada", "caps/", {"role": "rep", "axis": "day", "currency": "USD", "amount_minor": None}, "invalid"),
    ]  # fmt: skip


def test_nothing_where_an_amount_is_needed(house: House, client: Client) -> None:
    """Elsewhere nothing means something: approving without an amount approves all, an empty cost leaves it open."""
    scene = asked(house)
    before = everything()
    for who, at, body, code in empty_at(house, scene):
        answer = Api(getattr(house, who)).post(at, body, key=uuid.uuid4().hex, if_match="*")
        assert (at, answer.json()["code"], answer.status_code) == (at, code, 400)
    remedy, other, seen = scene["remedy"].pk, scene["other"].pk, {"version": again(scene["case"]).version}
    for who, at, body in (
        ("alice", f"/cases/{scene['case'].reference}/award", {"remedy": remedy, f"amount-{remedy}": ""}),
        ("sue", f"/approvals/{scene['approval'].pk}/counter", {"remedy": other, "amount_minor": " "} | seen),
    ):
        client.force_login(getattr(house, who))
        answer = client.post(at, body)
        assert (answer.status_code, b"Say how much" in answer.content) == (422, True)
    assert without_credentials(everything()) == without_credentials(before)


def without_credentials(rows: dict[str, Any]) -> dict[str, Any]:
    """Each program above was given one, which the log tells of."""
    return {
        label: found
        for label, found in rows.items()
        if label not in ("accounts.ApiCredential", "journal.Event", "journal.Words", "journal.Unsequenced")
    }


@pytest.mark.parametrize("page", ["cap", "new cap", "cost", "value", "at most"])
def test_what_a_superuser_types_in_the_admin(house: House, client: Client, page: str) -> None:
    scenes.live(house)
    cap = Cap.objects.filter(role="rep", axis="day").get()
    line = LINE | {"gives": "money", "basis": "goodwill", "method": "none", "active": "on"}
    at, body, name = {
        "cap": (reverse("admin:compensation_cap_change", args=[cap.pk]), {"version": "1"}, "amount_minor"),
        "new cap": (
            reverse("admin:compensation_cap_add"), {"role": "rep", "axis": "award", "currency": "EUR"}, "amount_minor",
        ),
        "cost": (reverse("admin:compensation_remedy_add"), line, "cost_minor"),
        "value": (reverse("admin:compensation_remedy_add"), line | {"cost_minor": "5"}, "value_minor"),
        "at most": (reverse("admin:compensation_remedy_add"), line, "at_most_minor"),
    }[page]  # fmt: skip
    client.force_login(house.ada)
    before = everything()
    for typed, said in TYPED_MINOR.items():
        answer = client.post(at, body | {name: typed}, follow=True)
        assert answer.status_code == 200
        page_ = html.unescape(answer.content.decode())
        assert said in page_, (typed, said)
    assert everything() == before
