"""Mail that came in, and what became of it."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authority import Refused
from accounts.queries import visible_units
from cases.queries import visible_cases
from journal.keyset import Order
from outreach import filters
from outreach.domain.mailbox import by_hand
from outreach.models import InboundMail
from outreach.queries.mails import visible_mails, with_keeping
from outreach.serializers import mails as serializers
from recovery.rest import Door


class Mails(Door):
    """Mail that came in, as far as a supervisor answers for it."""

    noun = "mail"
    orders = {
        "-received_at": Order(("received_at", "id")),
        "received_at": Order(("received_at", "id"), descending=False),
    }
    filterset_class = filters.MailFilters

    def _one(self, id: int) -> InboundMail:
        return self.found(with_keeping(visible_mails(self.caller)), pk=id)

    @extend_schema(responses=serializers.InboundMail(many=True))
    def list(self, request: Request) -> Response:
        """Mails in reach, the newest first. What they say is in their cases."""
        return self.listed(with_keeping(visible_mails(self.caller)), serializers.InboundMail)

    @extend_schema(responses=serializers.InboundMail)
    def retrieve(self, request: Request, id: int) -> Response:
        """One mail."""
        return self.shown(self._one(id), serializers.InboundMail)

    @extend_schema(request=serializers.Placing, responses=serializers.InboundMail)
    def place(self, request: Request, id: int) -> Response:
        """Place a mail that was set aside: into a case, or as a new incident."""
        given = self.asked(serializers.Placing)
        mail, now = self._one(id), timezone.now()
        if ("case" in given) == ("email" in given):
            raise Refused("invalid", "Name the `case`, or the `email` of whoever wrote it, one of them.", "case")
        if "case" in given:
            case = self.named(visible_cases(self.caller), "case", reference=given["case"])
            by_hand.put_into_case(mail, case=case, by=self.caller, now=now)
        else:
            if "unit" in given:
                given["unit"] = self.named(visible_units(self.caller), "unit", pk=given["unit"])
            by_hand.make_incident(mail, by=self.caller, now=now, **given)
        return self.shown(self._one(id), serializers.InboundMail)
