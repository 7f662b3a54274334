"""The catalog by REST: kept by administrators, with every version of a line, and what is owed named by its law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from compensation.models import Remedy, RemedyVersion
from tests.api.conftest import problem
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P18")]
Clients = Callable[..., Any]
HAMPER = {"code": "hamper", "name": "Hamper", "kind": "non_monetary", "currency": "USD", "cost_minor": 4000}
OWED = {
    "code": "eu261",
    "name": "Compensation for a late flight",
    "kind": "monetary",
    "currency": "EUR",
    "basis": "entitlement",
    "authority": "Regulation (EC) 261/2004, Art. 7",
    "at_most_minor": 60000,
}


def test_a_line_is_added_changed_and_keeps_its_versions(house: House, api: Clients) -> None:
    admin = api(house.ada)
    added = admin.post("remedies/", HAMPER)
    assert (added.status_code, added.json()["gives"], added.json()["version"]) == (201, "goods", 1)
    at = added.headers["Location"].removeprefix("/api/v1/")
    assert admin.get(at).json() == added.json()
    problem(admin.patch(at, {"cost_minor": 4500}), "version_needed", 428)
    changed = admin.patch(at, {"cost_minor": 4500}, version=1)
    assert (changed.json()["cost_minor"], changed.headers["ETag"]) == (4500, '"2"')
    told = problem(admin.patch(at, {"cost_minor": 9}, version=1), "changed_meanwhile", 412)
    assert told["changes"][0]["fields"] == ["cost_minor"]
    versions = api(house.alice).get(f"{at}versions/").json()["results"]
    assert [(each["version"], each["line"]["cost_minor"], each["by"]["name"]) for each in versions] == [
        (2, 4500, "Ada"),
        (1, 4000, "Ada"),
    ]


def test_a_code_belongs_to_one_line(house: House, api: Clients) -> None:
    admin = api(house.ada)
    assert admin.post("remedies/", HAMPER).status_code == 201
    problem(admin.post("remedies/", HAMPER | {"name": "Another"}), "name_taken", 409, "code")
    assert admin.post("remedies/", HAMPER | {"code": "basket"}).status_code == 201
    problem(admin.patch("remedies/basket/", {"code": "hamper"}, version=1), "name_taken", 409, "code")
    assert set(Remedy.objects.values_list("code", flat=True)) == {"hamper", "basket"}
    assert RemedyVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"authority": ""}, "authority"),
        ({"at_most_minor": None}, "at_most_minor"),
        ({"at_most_minor": 0}, "at_most_minor"),
        ({"cost_minor": 500}, "at_most_minor"),
        ({"basis": "cost_of_error"}, "basis"),
        ({"method": "coupon"}, "pool"),
        ({"pool": "none-such"}, "pool"),
        ({"payout": True}, "payout"),
        ({"kind": "bribe"}, "kind"),
        ({"code": "not a slug"}, "code"),
        ({"name": ""}, "name"),
        ({"price": 5}, "price"),
    ],
)
def test_what_is_wrong_with_a_line_is_named_at_its_field(
    house: House, api: Clients, given: dict[str, Any], field: str
) -> None:
    refused = api(house.ada).post("remedies/", OWED | given)
    assert (refused.status_code, list(refused.json()["errors"])) in ((400, [field]), (404, [field]))
    assert not Remedy.objects.exists()


def test_only_administrators_keep_the_catalog(house: House, api: Clients) -> None:
    house.remedy("hamper", cost_minor=400)
    for who in (house.alice, house.sue, house.crm):
        client = api(who)
        assert client.get("remedies/hamper/").status_code == 200
        problem(client.post("remedies/", OWED), "administrator_needed", 403)
        problem(client.patch("remedies/hamper/", {"active": False}, version=1), "administrator_needed", 403)
        problem(client.get("remedies/nothing/versions/"), "out_of_reach", 404)


def test_what_is_owed_is_named_by_its_law_and_bounded(house: House, api: Clients) -> None:
    assert api(house.ada).post("remedies/", OWED).status_code == 201
    case, rep = house.heard_case(), api(house.alice)
    path = f"cases/{case.reference}/awards/"
    problem(
        rep.post(path, {"remedy": "eu261", "amount_minor": 60001}, key="a"), "amount_too_large", 400, "amount_minor"
    )
    given = rep.post(path, {"remedy": "eu261", "amount_minor": 25000}, key="b").json()
    assert (given["status"], given["basis"], given["authority"], given["remedy_version"]) == (
        "delivered",
        "entitlement",
        "Regulation (EC) 261/2004, Art. 7",
        1,
    )
    assert [award["id"] for award in rep.get("remedies/", basis="entitlement").json()["results"]] == [
        Remedy.objects.get().pk
    ]
