"""Signals of dissatisfaction received, and the calls that follow them: listed, taken, recorded."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Cause
from cases.queries import visible_cases
from journal.keyset import Order
from outreach import filters, models
from outreach.api.known_as import NamesCustomer
from outreach.domain import calls, hours, outcomes, signals
from outreach.queries.calls import usable_phones, visible_calls, visible_signals, with_story
from outreach.queries.programs import questions_of
from outreach.serializers import calls as serializers
from recovery.rest import NEWEST, Door, Nothing


class FollowUpCalls(Door):
    """Calls owed to dissatisfied customers."""

    noun = "call"
    orders = NEWEST
    filterset_class = filters.CallFilters

    def _one(self, id: int) -> models.FollowUpCall:
        return self.found(visible_calls(self.caller), pk=id)

    def _in_full(self, id: int) -> Response:
        call = self.found(with_story(visible_calls(self.caller)), pk=id)
        return self.shown(
            call,
            serializers.CallInFull,
            dial=calls.number_to_dial(call, call.customer.usable_phones),  # type: ignore[attr-defined]
            open=hours.can_call_now(call.customer, now=timezone.now()),
            questions=questions_of(call),
        )

    @extend_schema(responses=serializers.Call(many=True))
    def list(self, request: Request) -> Response:
        """Follow-up calls in reach, the newest first."""
        rows = visible_calls(self.caller).select_related("customer", "case", "signal", "obligation", "rep")
        return self.listed(rows.prefetch_related(usable_phones()), serializers.Call)

    @extend_schema(responses=serializers.CallInFull)
    def retrieve(self, request: Request, id: int) -> Response:
        """One call with its attempts and the number to dial next."""
        return self._in_full(id)

    @extend_schema(request=None, responses=serializers.CallInFull)
    def take(self, request: Request, id: int) -> Response:
        """Take a call that waits, so that nobody else makes it; again, to keep it for longer."""
        self.asked(Nothing)
        calls.take(self._one(id), by=self.caller, now=timezone.now())
        return self._in_full(id)

    @extend_schema(request=serializers.Outcome, responses=serializers.Call)
    def outcome(self, request: Request, id: int) -> Response:
        """Record what an attempt came to. The answer says what follows: done, given up, or when to try again."""
        given = self.asked(serializers.Outcome)
        given["answers"] = {each["question"]: each["words"] for each in given.pop("answers", [])}
        cause = given.pop("cause", None)
        if cause is not None:
            given["cause"] = self.named(Cause.objects.all(), "cause", pk=cause)
        recorded = outcomes.record_outcome(self._one(id), by=self.caller, now=timezone.now(), **given)
        return self.shown(recorded, serializers.Call)


class Dissatisfactions(NamesCustomer):
    """Signs that customers are dissatisfied, from surveys, other systems and disputes."""

    noun = "signal"
    orders = {
        "-at": Order(("at", "id")),
        "at": Order(("at", "id"), descending=False),
    }
    filterset_class = filters.SignalFilters

    @extend_schema(responses=serializers.Signal(many=True))
    def list(self, request: Request) -> Response:
        """Signals in reach and what became of each, the newest first."""
        return self.listed(visible_signals(self.caller).select_related("case"), serializers.Signal)

    @extend_schema(request=serializers.Dissatisfaction, responses={200: serializers.Signal, 201: serializers.Signal})
    def create(self, request: Request) -> Response:
        """Say that a customer is dissatisfied. A low score, a flag or a dispute leads to a call, within calling hours."""
        given = self.asked(serializers.Dissatisfaction)
        customer = self.customer_in(given)
        if "case" in given:
            given["case"] = self.named(visible_cases(self.caller), "case", reference=given["case"])
        now = timezone.now()
        received = signals.receive(customer, by=self.caller, now=now, **{"at": now, **given})
        return self.shown(
            received.signal, serializers.Signal, status=201 if received.new else 200, at=self._at(received)
        )

    def _at(self, received: signals.Received) -> str:
        return f"{reverse('api-dissatisfaction')}?customer={received.signal.customer_id}" if received.new else ""
