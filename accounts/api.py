"""Who calls, whom they work with, and the units they serve."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import filters, serializers
from accounts.domain.preferences import can_choose_notices, choose_notices, notice_preference
from accounts.models import NoticePreference
from accounts.queries import colleagues, held_back, reach, visible_units
from recovery.rest import NEWEST, Door


class Me(Door):
    """The user that a credential is bound to."""

    @extend_schema(responses=serializers.Me)
    def read(self, request: Request) -> Response:
        """Whoever calls, and the ids of the business units in their reach."""
        return self.shown(self.caller, serializers.Me, units=reach(self.caller))


class MyNotices(Door):
    """When the caller is told of things away from their desk, by mail or in chat."""

    def _shown(self, preference: NoticePreference) -> Response:
        held = held_back(self.caller, now=timezone.now())
        return self.shown(preference, serializers.Notices, held=held)

    @extend_schema(responses=serializers.Notices)
    def read(self, request: Request) -> Response:
        """What the caller chose; times are those of their own wall clock."""
        can_choose_notices(self.caller).enforce()
        return self._shown(notice_preference(self.caller))

    @extend_schema(request=serializers.NoticesChosen, responses=serializers.Notices)
    def choose(self, request: Request) -> Response:
        """Choose anew, all of it: what is left out is not chosen. What is held back is looked at again."""
        given = self.asked(serializers.NoticesChosen)
        return self._shown(choose_notices(self.caller, now=timezone.now(), **given))


class Colleagues(Door):
    """People a case can be handed to, or a mistake came from."""

    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.PersonFilters

    @extend_schema(responses=serializers.Person(many=True))
    def list(self, request: Request) -> Response:
        """People who serve a unit in reach, oneself too."""
        return self.listed(colleagues(self.caller), serializers.Person)


class Units(Door):
    """Business units: parts of the company with customers of their own."""

    orders = {"id": NEWEST["id"], "-id": NEWEST["-id"]}
    filterset_class = filters.UnitFilters

    @extend_schema(responses=serializers.Unit(many=True))
    def list(self, request: Request) -> Response:
        """The units in reach."""
        return self.listed(visible_units(self.caller), serializers.Unit)
