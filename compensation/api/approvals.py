"""Requests above a cap answered, other remedies offered and taken up. All that moves money needs a key."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compensation import filters, models
from compensation.domain import approvals, offers, resubmitting
from compensation.enums import AwardStatus
from compensation.queries import offers_with_particulars, visible_approvals, visible_offers, with_particulars
from compensation.serializers import approvals as shapes
from compensation.serializers.money import Award
from recovery.rest import NEWEST, Door


class Approvals(Door):
    """Requests above somebody's cap."""

    noun = "approval"
    orders = NEWEST
    filterset_class = filters.ApprovalFilters
    money = frozenset({"approve", "decline", "counter", "resubmit"})
    guarded, versioned = frozenset({"decline", "resubmit"}), frozenset({"approve", "counter"})

    def _one(self, id: int) -> models.Approval:
        return self.found(with_particulars(visible_approvals(self.caller)), pk=id)

    def _remedy(self, given: dict[str, Any]) -> models.Remedy:
        return self.named(models.Remedy.objects.all(), "remedy", code=given.pop("remedy"))

    @extend_schema(responses=shapes.Approval(many=True))
    def list(self, request: Request) -> Response:
        """Approvals of awards on cases in reach, the newest first."""
        return self.listed(with_particulars(visible_approvals(self.caller)), shapes.Approval)

    @extend_schema(responses=shapes.Approval)
    def retrieve(self, request: Request, id: int) -> Response:
        """One approval. Its ETag is the version of the case: send it as If-Match with the answer."""
        return self.shown(self._one(id), shapes.Approval)

    @extend_schema(request=shapes.Approving, responses=shapes.Approval)
    def approve(self, request: Request, id: int) -> Response:
        """Approve all of it, or less. It spends the caller's own caps, or those of whoever they stand in for."""
        given, version = self.asked(shapes.Approving), self.if_match(needed=True)
        approval = self._one(id)
        answered = approvals.approve(approval, version=version, by=self.caller, now=timezone.now(), **given)
        return self._answered(approval, answered)

    @extend_schema(request=shapes.Declining, responses=shapes.Approval)
    def decline(self, request: Request, id: int) -> Response:
        """Decline, with a reason that the rep can give the customer."""
        given, version = self.asked(shapes.Declining), self.if_match()
        approval = self._one(id)
        answered = approvals.decline(approval, version=version, by=self.caller, now=timezone.now(), **given)
        return self._answered(approval, answered)

    @extend_schema(request=shapes.Countering, responses=shapes.Offer)
    def counter(self, request: Request, id: int) -> Response:
        """Offer another remedy instead. It is reserved until the rep takes it up or leaves it."""
        given, version = self.asked(shapes.Countering), self.if_match(needed=True)
        approval, remedy = self._one(id), self._remedy(given)
        offer = offers.counter(approval, remedy=remedy, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(offer, shapes.Offer, at=reverse("api-offer", args=[offer.pk]))

    @extend_schema(request=shapes.Resubmitting, responses={201: Award})
    def resubmit(self, request: Request, id: int) -> Response:
        """Ask again. Within the caller's caps it is given; else its status is `awaiting_approval`."""
        given, version = self.asked(shapes.Resubmitting), self.if_match()
        approval = self._one(id)
        remedy = self._remedy(given) if "remedy" in given else None
        award = resubmitting.resubmit(
            approval, remedy=remedy, version=version, by=self.caller, now=timezone.now(), **given
        )
        asked = award.approval.pk if award.status == AwardStatus.AWAITING_APPROVAL else None
        return self.shown(award, Award, status=201, at=reverse("api-award", args=[award.pk]), approval=asked)

    def _answered(self, seen: models.Approval, answered: models.Approval) -> Response:
        """As it is now, with what was read of it before and an answer does not change."""
        answered.routed_to, answered.obligation.owner = seen.routed_to, seen.obligation.owner
        return self.shown(answered, shapes.Approval)


class Offers(Door):
    """Other remedies that were approved instead of those asked for."""

    noun = "offer"
    orders = NEWEST
    filterset_class = filters.OfferFilters
    money = frozenset({"take", "leave"})
    guarded, versioned = frozenset({"leave"}), frozenset({"take"})

    def _one(self, id: int) -> models.CounterOffer:
        return self.found(offers_with_particulars(visible_offers(self.caller)), pk=id)

    @extend_schema(responses=shapes.Offer(many=True))
    def list(self, request: Request) -> Response:
        """Offers on cases in reach, the newest first."""
        return self.listed(offers_with_particulars(visible_offers(self.caller)), shapes.Offer)

    @extend_schema(responses=shapes.Offer)
    def retrieve(self, request: Request, id: int) -> Response:
        """One offer. Its ETag is the version of the case: send it as If-Match to take it up or leave it."""
        return self.shown(self._one(id), shapes.Offer)

    @extend_schema(request=shapes.Taking, responses=shapes.Offer)
    def take(self, request: Request, id: int) -> Response:
        """Take it up: the remedy is given."""
        given, version = self.asked(shapes.Taking), self.if_match(needed=True)
        offer = self._one(id)
        return self._ended(offer, offers.take(offer, version=version, by=self.caller, now=timezone.now(), **given))

    @extend_schema(request=shapes.Leaving, responses=shapes.Offer)
    def leave(self, request: Request, id: int) -> Response:
        """Do not take it up: what it reserved is free again."""
        given, version = self.asked(shapes.Leaving), self.if_match()
        offer = self._one(id)
        return self._ended(offer, offers.leave(offer, version=version, by=self.caller, now=timezone.now(), **given))

    def _ended(self, seen: models.CounterOffer, ended: models.CounterOffer) -> Response:
        ended.offered_to = seen.offered_to
        return self.shown(ended, shapes.Offer)
