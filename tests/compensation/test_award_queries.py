"""What it takes to give a remedy on screen, whatever else was given before."""

from __future__ import annotations

import pytest

from compensation.models import Award
from tests.api.test_queries import GIVE, counted
from tests.compensation.test_views_settings import as_
from tests.factories import House

pytestmark = [pytest.mark.django_db, pytest.mark.practice("P16")]


@pytest.mark.parametrize("code", ["credit", "coffee"])
def test_an_award_on_screen_takes_as_many_queries_as_by_rest(house: House, code: str) -> None:
    house.usual_caps()
    house.remedy("coffee", kind="non_monetary", cost_minor=300, no_questions=True)
    remedy, case, client = house.remedy(code), house.heard_case(), as_(house.alice)
    body = {"remedy": remedy.pk, f"amount-{remedy.pk}": "5"} if remedy.open_amount else {"remedy": remedy.pk}
    for given in range(3):
        with counted() as ran:
            answer = client.post(f"/cases/{case.reference}/award", body)
        assert (answer.status_code, Award.objects.count()) == (302, given + 1)
        assert len(ran) <= GIVE["award"], "\n".join(ran)
