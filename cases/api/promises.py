"""Promises: kept, updated, moved, given up."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases import filters, models
from cases.domain import promises
from cases.queries import visible_promises
from cases.queries.particulars import with_obligation
from cases.serializers import asked, shown
from journal.keyset import Order
from recovery.rest import Door


class Promises(Door):
    """Commitments to contact a customer by a time."""

    noun = "promise"
    orders = {"-id": Order(("pk",)), "id": Order(("pk",), descending=False)}
    filterset_class = filters.PromiseFilters

    def _one(self, id: int) -> models.Promise:
        return self.found(with_obligation(visible_promises(self.caller)), pk=id)

    def _following(self, promise: models.Promise) -> Response:
        return self.shown(promise, shown.PromiseMade, status=201, at=reverse("api-promise", args=[promise.pk]))

    @extend_schema(responses=shown.Promise(many=True))
    def list(self, request: Request) -> Response:
        """Promises on cases in reach, the newest first."""
        return self.listed(with_obligation(visible_promises(self.caller)), shown.Promise)

    @extend_schema(responses=shown.Promise)
    def retrieve(self, request: Request, id: int) -> Response:
        """One promise."""
        return self.shown(self._one(id), shown.Promise)

    @extend_schema(request=asked.Keeping, responses={201: shown.Contact})
    def keep(self, request: Request, id: int) -> Response:
        """Record the contact that keeps the promise, or the attempt that does not."""
        given = self.asked(asked.Keeping)
        contact = promises.keep(self._one(id), by=self.caller, now=timezone.now(), **given)
        return self.shown(contact, shown.Contact, status=201)

    @extend_schema(request=asked.Updating, responses={201: shown.PromiseMade})
    def interim(self, request: Request, id: int) -> Response:
        """The customer was told that we are still working on it: this promise is kept and the next one made."""
        given = self.asked(asked.Updating)
        return self._following(promises.interim(self._one(id), by=self.caller, now=timezone.now(), **given))

    @extend_schema(request=asked.Moving, responses={201: shown.PromiseMade})
    def move(self, request: Request, id: int) -> Response:
        """Move the promise to another time: renegotiated if the customer agreed, missed if not."""
        given = self.asked(asked.Moving)
        return self._following(promises.move(self._one(id), by=self.caller, now=timezone.now(), **given))

    @extend_schema(request=asked.Abandoning, responses=shown.Promise)
    def abandon(self, request: Request, id: int) -> Response:
        """Give the promise up, with a reason. One whose time has passed counts as missed."""
        given = self.asked(asked.Abandoning)
        return self.shown(promises.abandon(self._one(id), by=self.caller, now=timezone.now(), **given), shown.Promise)
