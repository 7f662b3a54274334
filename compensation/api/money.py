"""Remedies given, delivered and taken back. All that moves money needs a key."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.domain.casework import named
from cases.queries import visible_cases
from compensation import filters, models
from compensation.domain import awards, delivering, reversing
from compensation.enums import AwardStatus
from compensation.queries import visible_awards
from compensation.serializers import money as serializers
from journal.keyset import Order
from recovery.rest import NEWEST, Door


def in_full(awards: QuerySet[models.Award]) -> QuerySet[models.Award]:
    """Awards with all that is answered of them, in one query."""
    return awards.select_related("case", "remedy", "given_by", "approval", "delivery", "coupon", "payout")


class CaseAwards(Door):
    """The remedies on one case."""

    noun = "case"
    orders = NEWEST
    filterset_class = filters.AwardFilters
    money = frozenset({"create"})
    guarded = frozenset({"create"})

    @extend_schema(responses=serializers.Award(many=True))
    def list(self, request: Request, reference: str) -> Response:
        """What was given, asked for and taken back on this case, the newest first."""
        case = self.found(visible_cases(self.caller), reference=reference)
        return self.listed(in_full(models.Award.objects.filter(case=case)), serializers.Award)

    @extend_schema(request=serializers.Giving, responses={201: serializers.Award})
    def create(self, request: Request, reference: str) -> Response:
        """Give a remedy. Above a cap its status is `awaiting_approval`: supervisors were asked, nothing is given yet."""
        given, version = self.asked(serializers.Giving), self.if_match()
        remedy = self.named(models.Remedy.objects.all(), "remedy", code=given.pop("remedy"))
        award = awards.give(named(reference), remedy, version=version, by=self.caller, now=timezone.now(), **given)
        asked = award.approval.pk if award.status == AwardStatus.AWAITING_APPROVAL else None
        at = reverse("api-award", args=[award.pk])
        return self.shown(award, serializers.Award, status=201, at=at, approval=asked)


class Awards(Door):
    """Remedies on cases in reach."""

    noun = "award"
    orders = {
        "-given_at": Order(("given_at", "id")),
        "given_at": Order(("given_at", "id"), descending=False),
    }
    filterset_class = filters.AwardFilters
    money = guarded = frozenset({"reverse", "fulfill"})

    def _one(self, id: int) -> models.Award:
        return self.found(in_full(visible_awards(self.caller)), pk=id)

    @extend_schema(responses=serializers.Award(many=True))
    def list(self, request: Request) -> Response:
        """Awards on cases in reach, the newest first."""
        return self.listed(in_full(visible_awards(self.caller)), serializers.Award)

    @extend_schema(responses=serializers.Award)
    def retrieve(self, request: Request, id: int) -> Response:
        """One award."""
        return self.shown(self._one(id), serializers.Award)

    @extend_schema(request=serializers.Reversing, responses=serializers.Award)
    def reverse(self, request: Request, id: int) -> Response:
        """Take a remedy back: the money returns to the caps it came from."""
        given, version = self.asked(serializers.Reversing), self.if_match()
        award = self._one(id)
        asked = award.approval.pk if hasattr(award, "approval") else None
        done = reversing.reverse(award, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(done, serializers.Award, approval=asked)

    @extend_schema(request=serializers.Fulfilling, responses=serializers.Award)
    def fulfill(self, request: Request, id: int) -> Response:
        """Record that a given remedy reached the customer: with the proof that its method needs, or by the next code of
        its pool, which is answered as `coupon`."""
        given, version = self.asked(serializers.Fulfilling), self.if_match()
        award = self._one(id)
        asked = award.approval.pk if hasattr(award, "approval") else None
        done = delivering.deliver(award, version=version, by=self.caller, now=timezone.now(), **given)
        return self.shown(done, serializers.Award, approval=asked)
