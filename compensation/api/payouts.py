"""Payouts: what the billing system is to do, and what it says became of it. Its word delivers, so it needs a key."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import filters, models
from compensation.domain import confirming
from compensation.queries.payouts import visible_payouts
from compensation.serializers import payouts as shapes
from recovery.rest import NEWEST, Door, Nothing, exception_handler


class Payouts(Door):
    """Deliveries that a billing system makes. It is told by a signed webhook, and answers here."""

    noun = "payout"
    orders = NEWEST
    filterset_class = filters.PayoutFilters
    money = frozenset({"confirm", "fail", "send_again"})

    def _one(self, id: int) -> models.Payout:
        return self.found(visible_payouts(self.caller), pk=id)

    @extend_schema(responses=shapes.Payout(many=True))
    def list(self, request: Request) -> Response:
        """Payouts of awards on cases in reach, the newest first."""
        return self.listed(visible_payouts(self.caller), shapes.Payout)

    @extend_schema(responses=shapes.Payout)
    def retrieve(self, request: Request, id: int) -> Response:
        """One payout."""
        return self.shown(self._one(id), shapes.Payout)

    @extend_schema(request=shapes.Confirming, responses=shapes.Payout)
    def confirm(self, request: Request, id: int) -> Response:
        """It was paid out: the award is delivered. The same reference again changes nothing; another is refused.

        What was delivered by hand or taken back before is refused too; that it was confirmed is kept, and told to people.
        """
        given = self.asked(shapes.Confirming)
        try:
            confirming.confirm(self._one(id), by=self.caller, now=timezone.now(), **given)
        except confirming.ConfirmedTooLate as refused:
            # Answered here: rising further it would undo what was written down of it.
            if answer := exception_handler(refused, {}):
                return answer
            raise
        return self.shown(self._one(id), shapes.Payout)

    @extend_schema(request=shapes.Failing, responses=shapes.Payout)
    def fail(self, request: Request, id: int) -> Response:
        """It will not be paid out: people hear of it, and deliver by hand or have it sent again."""
        given = self.asked(shapes.Failing)
        confirming.fail(self._one(id), by=self.caller, now=timezone.now(), **given)
        return self.shown(self._one(id), shapes.Payout)

    @extend_schema(request=Nothing, responses=shapes.Payout)
    def send_again(self, request: Request, id: int) -> Response:
        """A supervisor or an administrator has a failed payout told once more, under the same key."""
        self.asked(Nothing)
        confirming.send_again(self._one(id), by=self.caller, now=timezone.now())
        return self.shown(self._one(id), shapes.Payout)
