"""The OpenAPI document is true: generated requests, as a rep and as a supervisor, meet no fault of ours and no answer
that the document does not tell of.

Half of the requests are aimed at what is there, since a random id finds nothing. `make fuzz` runs many more of them. What
tries the limits of each parameter is listed and not drawn: on one database the rep sends every other of these requests
and the supervisor the rest, on the other it is the other way about.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi import checks

from cases.domain import honored_errors, letters
from compensation.domain import awards, coupons
from compensation.models import AdviceRule, Payout, RescissionRule
from recovery.rest.pages import openapi
from tests.factories import House

Clients = Callable[..., Any]

CONFIG = schemathesis.Config.from_dict({"checks": {"missing_required_header": {"expected-statuses": [400, 428]}}})
schema = schemathesis.openapi.from_dict(openapi(), config=CONFIG)
schema.app = get_wsgi_application()
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
    checks.ignored_auth,
]


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The application runs in the test's own transaction, whose connection a request must not close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def there(house: House, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Something of each kind in the house, by the name that addresses and bodies have for it."""
    house.usual_caps()
    now = datetime.now(UTC)
    customer = house.customer(external_ids=[("crm", "C-1")])
    case = house.heard_case(customer)
    award, approval = house.give(case, 100), house.asked(case, now=now)
    promise = house.promise(case, now=now, due_end=now + timedelta(hours=1))
    summer = coupons.save_pool(None, code="summer", name="Summer", by=house.ada, now=now)
    refund = awards.give(case, house.remedy("refund", method="refund"), amount_minor=100, by=house.alice, now=now)
    payout = Payout.objects.create(award=refund, key=uuid.uuid4(), queued_at=now)
    in_favor = errors(house, now) if "honored-errors" in request.node.name else {}
    return in_favor | {
        "reference": case.reference,
        "case": case.reference,
        "customer": customer.pk,
        "incident": case.incidents.get().pk,
        "promise": promise.pk,
        "award": award.pk,
        "approval": approval.pk,
        "payout": payout.pk,
        "pool": summer.code,
        "advice-rule": AdviceRule.objects.values_list("pk", flat=True)[0],
        "rescission-rule": RescissionRule.objects.values_list("pk", flat=True)[0],
        "cause": house.cause().pk,
        "remedy": "credit",
        "to": house.bob.pk,
        "originator": house.bob.pk,
        "unit": house.unit.pk,
        "units": [house.unit.pk],
        "system": "crm",
        "external_id": "C-1",
    }


def errors(house: House, now: datetime) -> dict[str, Any]:
    """Errors in the customer's favor, by what is asked of them: to be decided, to be told, and told, with a letter."""
    undecided, owed, told = (house.favorable(house.customer(jurisdiction="US-CO"), now=now) for _ in range(3))
    house.decided(owed, by=house.sam, now=now)
    words = {"happened_words": "The rate was last year’s.", "should_have": "This year’s holds."}
    honored_errors.assess(told, by=house.alice, now=now, **words)
    house.told(house.decided(told, by=house.sam, now=now), now=now)
    letters.make_letter(told, by=house.alice, now=now)
    return {
        "honored-error": undecided.pk,
        **{f"honored-error/{verb}": owed.pk for verb in ("attempts", "disclose", "reassign")},
        **{f"honored-error/{verb}": told.pk for verb in ("letter", "letter.pdf", "send", "review")},
    }


def aim(call: Any, there: dict[str, Any]) -> None:
    """Puts what is there in the place of what was made up, in every other request that was meant to be a good one."""
    dice = random.Random(repr((call.path_parameters, call.body)))
    if dice.random() < 0.5 or not call.meta.generation.mode.is_positive:
        return
    steps = call.operation.path.rstrip("/").split("/")[3:]
    noun = steps[0].rstrip("s")
    of_id = there.get(f"{noun}/{steps[-1]}", there.get(noun))
    for name, made_up in (call.path_parameters or {}).items():
        call.path_parameters[name] = of_id or made_up if name == "id" else there.get(name, made_up)
    if isinstance(call.body, dict):
        for name in set(call.body) & set(there):
            call.body[name] = there[name]


def exercise(call: Any, rep: Any, there: dict[str, Any]) -> None:
    aim(call, there)
    headers = {"Authorization": f"Bearer {rep.secret}", "Accept-Encoding": "identity"}
    call.call_and_validate(headers=headers, checks=CHECKS)


QUICK = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
LONG = settings(QUICK, max_examples=300, derandomize=False)
PEOPLE = ("alice", "sue")
BY = pytest.mark.parametrize("who", PEOPLE, ids=["rep", "supervisor"])


@pytest.fixture
def rep(who: str, house: House, api: Clients) -> Any:
    """The program that asks, on behalf of somebody."""
    return api(getattr(house, who))


@pytest.fixture
def turns() -> Iterator[int]:
    """Numbers the listed requests of a test."""
    return count()


def has_the_turn(who: str, number: int) -> bool:
    return (number + PEOPLE.index(who) + (connection.vendor == "sqlite")) % len(PEOPLE) == 0


@BY
@schema.parametrize()
@QUICK
@pytest.mark.usefixtures("kept_connection")
def test_the_document_is_true(case: Any, who: str, rep: Any, there: dict[str, Any], turns: Iterator[int]) -> None:
    if case.meta.phase.name is not TestPhase.COVERAGE or has_the_turn(who, next(turns)):
        exercise(case, rep, there)


# Built when it runs and not when it is collected: every run of the suite would wait for it.
@pytest.mark.fuzz
@BY
@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for path, methods in openapi()["paths"].items() for method in methods]
)
@pytest.mark.usefixtures("kept_connection")
def test_the_document_is_true_at_length(method: str, path: str, rep: Any, there: dict[str, Any]) -> None:
    operation = schema[path][method]

    @LONG
    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def ask(case: Any) -> None:
        exercise(case, rep, there)

    ask()
